using System.Buffers;
using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

public sealed class XmppReaderTests
{
    [Fact]
    public void A_whole_stream_gives_its_start_its_stanzas_and_its_end()
    {
        var nodes = Nodes.Read(Encoding.UTF8.GetBytes("<?xml version='1.0'?>\n" + Nodes.Header + " <message to='a@b'><rpc xmlns='urn:xmpprpc:1'>x &amp; y</rpc></message>\n<r xmlns='urn:xmpp:sm:3'/></stream:stream>"));

        Assert.Equal([XmppNodeKind.StreamStart, XmppNodeKind.Element, XmppNodeKind.Element, XmppNodeKind.StreamEnd], nodes.Select(n => n.Kind));
        Assert.Equal("({http://etherx.jabber.org/streams}stream {}version=[1.0] \"\")", Nodes.Show(nodes[0].Element!));
        Assert.Equal("({jabber:client}message {}to=[a@b] \"\"({urn:xmpprpc:1}rpc \"x & y\"))", Nodes.Show(nodes[1].Element!));
        Assert.Equal("({urn:xmpp:sm:3}r \"\")", Nodes.Show(nodes[2].Element!));
        Assert.Null(nodes[3].Element);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\n ", " \t\n ")]
    [InlineData("a\r\nb\rc\n\r\r\nd\r", "a\nb\nc\n\n\nd\n")]
    [InlineData("&lt;&gt;&amp;&quot;&apos;", "<>&\"'")]
    [InlineData("&#65;&#x42;&#x0000000000000000000043;&#13;&#10;&#9;", "ABC\r\n\t")]
    [InlineData("&#x10FFFF;&#xFFFD;&#xE000;&#xD7FF;", "\U0010FFFF\uFFFD\uE000\uD7FF")]
    [InlineData("&amp;lt;&amp;#65;", "&lt;&#65;")]
    [InlineData("]] > ]&gt; ]]&gt; \"'>", "]] > ]> ]]> \"'>")]
    [InlineData("<![CDATA[<&>]] ]>&lt;\r\n]]>", "<&>]] ]>&lt;\n")]
    [InlineData("<![CDATA[]]>", "")]
    [InlineData("<![CDATA[]]]]>", "]]")]
    [InlineData("<![CDATA[]]]]><![CDATA[>]]>", "]]>")]
    [InlineData("a<b/>b<b>not this</b>&amp;<![CDATA[c]]>d", "ab&cd")]
    [InlineData("\u00E4\u20AC\U0001D11E\uFEFF\u0085\u007F", "\u00E4\u20AC\U0001D11E\uFEFF\u0085\u007F")]
    public void Text_is_unescaped_normalised_and_joined(string xml, string text) => Assert.Equal(text, Nodes.Element($"<a>{xml}</a>").Text);

    [Theory]
    [InlineData("'a\tb\nc\rd\r\ne'", "a b c d e")]
    [InlineData("'&#9;&#10;&#13;&#32;'", "\t\n\r ")]
    [InlineData("'  a  '", "  a  ")]
    [InlineData("'\"'", "\"")]
    [InlineData("\"'>\"", "'>")]
    [InlineData("'&apos;&quot;&lt;&amp;'", "'\"<&")]
    [InlineData("']]>'", "]]>")]
    [InlineData("\n=\t'x'", null)]
    public void Attribute_values_are_unescaped_and_normalised(string quoted, string? value) =>
        Assert.Equal(value ?? "x", Nodes.Element(value is null ? $"<a b{quoted}/>" : $"<a b={quoted}/>").Attribute("b"));

    [Theory]
    [InlineData("<a/>", "({jabber:client}a \"\")")]
    [InlineData("<a xmlns='u'><b/><c xmlns=''/><d xmlns='v'><e/></d><f/></a>", "({u}a \"\"({u}b \"\")({}c \"\")({v}d \"\"({v}e \"\"))({u}f \"\"))")]
    [InlineData("<x:a xmlns:x='u' x:b='1' b='2'><x:c/><c/></x:a>", "({u}a {u}b=[1] {}b=[2] \"\"({u}c \"\")({jabber:client}c \"\"))")]
    [InlineData("<x:a b='1' x:b='2' xmlns:x='u'/>", "({u}a {}b=[1] {u}b=[2] \"\")")]
    [InlineData("<a xmlns:x='u'><x:b xmlns:x='v'><x:c/></x:b><x:d/></a>", "({jabber:client}a \"\"({v}b \"\"({v}c \"\"))({u}d \"\"))")]
    [InlineData("<a xml:lang='de' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>", "({jabber:client}a {http://www.w3.org/XML/1998/namespace}lang=[de] \"\")")]
    [InlineData("<stream:features><b/></stream:features>", "({http://etherx.jabber.org/streams}features \"\"({jabber:client}b \"\"))")]
    [InlineData("<z:a z:b='1'><y:c/></z:a>", "({urn:xmpprpc:undeclared:z}a {urn:xmpprpc:undeclared:z}b=[1] \"\"({urn:xmpprpc:undeclared:y}c \"\"))")]
    [InlineData("<a xmlns='a&amp;b'/>", "({a&b}a \"\")")]
    [InlineData("<a xmlns:x='u' xmlns:y='v' x:b='' y:b='' b=''/>", "({jabber:client}a {u}b=[] {v}b=[] {}b=[] \"\")")]
    [InlineData("<gr\u00FC\u00DFe \u00E4.-1='x'></gr\u00FC\u00DFe>", "({jabber:client}gr\u00FC\u00DFe {}\u00E4.-1=[x] \"\")")]
    [InlineData("<a\n b = 'x'\t></a \n>", "({jabber:client}a {}b=[x] \"\")")]
    public void Names_are_resolved(string xml, string expected) => Assert.Equal(expected, Nodes.Show(Nodes.Element(xml)));

    [Fact]
    public void Declarations_end_with_their_element()
    {
        var nodes = Nodes.Read(Encoding.UTF8.GetBytes(Nodes.Header + "<a xmlns:x='u' xmlns='v'><b xmlns:y='w'/><y:c/></a><x:a/>"));
        Assert.Equal("({v}a \"\"({v}b \"\")({urn:xmpprpc:undeclared:y}c \"\"))", Nodes.Show(nodes[1].Element!));
        Assert.Equal("({urn:xmpprpc:undeclared:x}a \"\")", Nodes.Show(nodes[2].Element!));
    }

    [Fact]
    public void The_content_namespace_is_known_after_the_start()
    {
        var reader = new XmppReader();
        Assert.Null(reader.ContentNamespace);
        var input = new ReadOnlySequence<byte>("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>"u8.ToArray());
        Assert.True(reader.TryRead(ref input, out _));
        Assert.Equal(XmppNames.Component, reader.ContentNamespace);
    }

    [Fact]
    public void A_node_takes_its_own_bytes_only()
    {
        var reader = new XmppReader();
        var input = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Nodes.Header + "\n<a/>\n<b"));
        Assert.True(reader.TryRead(ref input, out _));
        Assert.Equal(8, input.Length);
        Assert.True(reader.TryRead(ref input, out _));
        Assert.Equal(3, input.Length);
        Assert.False(reader.TryRead(ref input, out _));
        Assert.Equal(0, input.Length);
    }

    [Fact]
    public void Text_keeps_nothing_of_the_stanza_but_itself()
    {
        var element = Nodes.Element("<message from='a@b'><rpc xmlns='urn:xmpprpc:1'>{&quot;a&quot;:1}</rpc></message>").Children[0];
        Assert.Equal("{\"a\":1}", element.Text);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(element.TextUtf8, out var segment));
        Assert.Equal(segment.Count, segment.Array!.Length);
    }

    [Fact]
    public void Names_and_addresses_that_repeat_are_the_same_strings()
    {
        var nodes = Nodes.Read(Encoding.UTF8.GetBytes(Nodes.Header + string.Concat(Enumerable.Repeat("<message from='a@b/c'><rpc xmlns='urn:xmpprpc:1'/></message>", 2))));
        Assert.Same(nodes[1].Element!.Name, nodes[2].Element!.Name);
        Assert.Same(nodes[1].Element!.Attribute("from"), nodes[2].Element!.Attribute("from"));
        Assert.Same(nodes[1].Element!.Children[0].Namespace, nodes[2].Element!.Children[0].Namespace);
    }

    [Fact]
    public void After_the_end_whitespace_is_tolerated() =>
        Assert.Equal(2, Nodes.Read(Encoding.UTF8.GetBytes(Nodes.Header + "</stream:stream \n> \r\n")).Count);
}
