using System.Buffers;
using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

public sealed class XmppWriterTests
{
    internal static string Write(XmppElement element, string context = XmppNames.Client)
    {
        var output = new ArrayBufferWriter<byte>();
        XmppWriter.WriteElement(output, element, context);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static TheoryData<XmppElement, string> Elements => new()
    {
        { new XmppElement("message", XmppNames.Client), "<message/>" },
        { new XmppElement("message", XmppNames.Client).Set("to", "a@b").WithText("x"), "<message to='a@b'>x</message>" },
        { new XmppElement("r", "urn:xmpp:sm:3"), "<r xmlns='urn:xmpp:sm:3'/>" },
        { new XmppElement("r", ""), "<r xmlns=''/>" },
        { new XmppElement("message", XmppNames.Client).Add(new XmppElement("a", "urn:a").Add(new XmppElement("b", "urn:a")).Add(new XmppElement("c", XmppNames.Client))).Add(new XmppElement("d", XmppNames.Client)),
            "<message><a xmlns='urn:a'><b/><c xmlns='jabber:client'/></a><d/></message>" },
        { new XmppElement("features", XmppNames.Streams).Add(new XmppElement("bind", XmppNames.Bind)), "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>" },
        { new XmppElement("error", XmppNames.Streams).Add(new XmppElement("x", XmppNames.Client)), "<stream:error><x/></stream:error>" },
        { new XmppElement("a", XmppNames.Client).WithText("<&>'\"]]>\r\n\t"), "<a>&lt;&amp;&gt;'\"]]&gt;&#13;\n\t</a>" },
        { new XmppElement("a", XmppNames.Client).Set("b", "<&>'\"\r\n\t"), "<a b='&lt;&amp;&gt;&apos;\"&#13;&#10;&#9;'/>" },
        { new XmppElement("a", XmppNames.Client).Add(new XmppAttribute("lang", XmppNames.Xml, "de")), "<a xml:lang='de'/>" },
        { new XmppElement("a", XmppNames.Client).Add(new XmppAttribute("b", "urn:x", "1")).Add(new XmppAttribute("b", "urn:y", "2")), "<a xmlns:a0='urn:x' a0:b='1' xmlns:a1='urn:y' a1:b='2'/>" },
        { new XmppElement("a", XmppNames.Xml).Add(new XmppElement("b", XmppNames.Client)), "<xml:a><b/></xml:a>" },
        { new XmppElement("a", XmppNames.Client).Add(new XmppAttribute("b", XmppNames.Streams, "1")), "<a stream:b='1'/>" },
        { new XmppElement("grüße", XmppNames.Client).Set("ä", "€").WithText("𝄞"), "<grüße ä='€'>𝄞</grüße>" },
    };

    [Theory]
    [MemberData(nameof(Elements), DisableDiscoveryEnumeration = true)]
    public void An_element_is_written_without_prefixes(XmppElement element, string expected) => Assert.Equal(expected, Write(element));

    [Fact]
    public void A_stream_is_opened_and_closed()
    {
        var output = new ArrayBufferWriter<byte>();
        XmppWriter.WriteStreamStart(output, XmppNames.Client, to: "a'b", id: "<1>");
        XmppWriter.WriteStreamEnd(output);
        Assert.Equal("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='a&apos;b' id='&lt;1&gt;' version='1.0'></stream:stream>", Encoding.UTF8.GetString(output.WrittenSpan));
        Assert.Equal(2, Nodes.Read(output.WrittenSpan.ToArray()).Count);
    }

    [Fact]
    public void A_component_stream_has_no_version()
    {
        var output = new ArrayBufferWriter<byte>();
        XmppWriter.WriteStreamStart(output, "jabber:component:accept", to: "svc.example", version: null);
        Assert.Equal("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='svc.example'>", Encoding.UTF8.GetString(output.WrittenSpan));
    }

    public static TheoryData<XmppElement> Forbidden => new(
        new XmppElement("", "u"), new XmppElement("a b", "u"), new XmppElement("a:b", "u"), new XmppElement("1", "u"), new XmppElement("a>", "u"), new XmppElement("\u00D7", "u"), new XmppElement("\uD800", "u"),
        new XmppElement("a", "http://www.w3.org/2000/xmlns/"), new XmppElement("a", "\u0001"),
        new XmppElement("a", "u").WithText("\0"), new XmppElement("a", "u").WithText("\u001B"), new XmppElement("a", "u").WithText("\uFFFE"), new XmppElement("a", "u").WithText("x\uFFFF"),
        new XmppElement("a", "u") { TextUtf8 = new byte[] { 0xC0, 0x80 } }, new XmppElement("a", "u") { TextUtf8 = new byte[] { 0xED, 0xA0, 0x80 } }, new XmppElement("a", "u") { TextUtf8 = new byte[] { 0x41, 0xE2, 0x82 } },
        new XmppElement("a", "u").Set("b", "\u0008"), new XmppElement("a", "u").Set("b", "\uD800"), new XmppElement("a", "u").Set("b", "x\uDC00\uD800"), new XmppElement("a", "u").Set("b", "\uFFFF"),
        new XmppElement("a", "u").Set("b c", ""), new XmppElement("a", "u").Set("b='' c", ""), new XmppElement("a", "u").Set("x:b", ""), new XmppElement("a", "u").Set("xmlns", "v"), new XmppElement("a", "u").Set("", ""),
        new XmppElement("a", "u").Add(new XmppAttribute("b", "http://www.w3.org/2000/xmlns/", "v")), new XmppElement("a", "u").Add(new XmppAttribute("b", "\u0002", "v")),
        new XmppElement("a", "u").Add(new XmppAttribute("b", "", "1")).Add(new XmppAttribute("b", "", "2")), new XmppElement("a", "u").Add(new XmppAttribute("b", "v", "1")).Add(new XmppAttribute("b", "v", "2")));

    [Theory]
    [MemberData(nameof(Forbidden), DisableDiscoveryEnumeration = true)]
    public void What_would_break_the_stream_is_refused_and_nothing_is_written(XmppElement element)
    {
        var output = new ArrayBufferWriter<byte>();
        var message = new XmppElement("message", XmppNames.Client).WithText(new string('x', 10_000)).Add(new XmppElement("b", "u").Add(element));
        Assert.Throws<ArgumentException>(() => XmppWriter.WriteElement(output, message, XmppNames.Client));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void A_stream_start_with_forbidden_characters_is_refused()
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.Throws<ArgumentException>(() => XmppWriter.WriteStreamStart(output, XmppNames.Client, id: "\u0001"));
        Assert.Throws<ArgumentException>(() => XmppWriter.WriteStreamStart(output, XmppNames.Client, to: "\uD800"));
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void The_refusal_names_the_place_and_the_remedy()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Write(new XmppElement("message", XmppNames.Client).Set("id", "ab\u0007")));
        Assert.Equal("The value of id of the message element holds U+0007 at index 2, which XML forbids. Encode it, for example as JSON or base64.", refusal.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void A_writer_that_gives_small_spans_gets_the_same_bytes(int size)
    {
        var element = new XmppElement("message", XmppNames.Client).Set("to", string.Concat(Enumerable.Repeat("\u00E4\U0001D11E<", 200))).WithText(string.Concat(Enumerable.Repeat("\u20AC&x", 500)));
        var output = new SmallSpans(size);
        XmppWriter.WriteElement(output, element, XmppNames.Client);
        Assert.Equal(Write(element), Encoding.UTF8.GetString([.. output.Written]));
    }

    private sealed class SmallSpans(int size) : IBufferWriter<byte>
    {
        private byte[] _span = [];

        public List<byte> Written { get; } = [];

        public void Advance(int count) => Written.AddRange(_span.AsSpan(0, count));

        public Memory<byte> GetMemory(int sizeHint = 0) => _span = new byte[Math.Max(size, sizeHint)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
