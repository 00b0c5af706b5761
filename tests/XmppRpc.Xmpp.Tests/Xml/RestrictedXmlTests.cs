using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>RFC 6120 §11 and §4.9.3: what makes the end of an element doubtful, or is wrong with the stream itself, and the condition it is answered with.</summary>
public sealed class RestrictedXmlTests
{
    private const string Streams = "xmlns:stream='http://etherx.jabber.org/streams'";

    [Theory]
    // §11.1: comments, processing instructions, document types, entities
    [InlineData("<!-- x -->", "restricted-xml")]
    [InlineData("<!DOCTYPE a>", "restricted-xml")]
    [InlineData("<![CDATA[x]]>", "restricted-xml")]
    [InlineData("<?php x?>", "restricted-xml")]
    [InlineData("<?xml version='1.0'?>", "restricted-xml")]
    [InlineData("<a><!-- x --></a>", "restricted-xml")]
    [InlineData("<a><!DOCTYPE a></a>", "restricted-xml")]
    [InlineData("<a><!ENTITY x 'y'></a>", "restricted-xml")]
    [InlineData("<a><!", null)]
    [InlineData("<a><!D", "restricted-xml")]
    [InlineData("<a><?", "restricted-xml")]
    [InlineData("<a><?xml version='1.0'?></a>", "restricted-xml")]
    [InlineData("<a><![cdata[x]]></a>", "restricted-xml")]
    [InlineData("<a><![INCLUDE[x]]></a>", "restricted-xml")]
    [InlineData("<a>&nbsp;</a>", "restricted-xml")]
    [InlineData("<a>&AMP;</a>", "restricted-xml")]
    [InlineData("<a b='&lol;'/>", "restricted-xml")]
    // §11.3: tags
    [InlineData("<>", "not-well-formed")]
    [InlineData("< a/>", "not-well-formed")]
    [InlineData("<1/>", "not-well-formed")]
    [InlineData("<-a/>", "not-well-formed")]
    [InlineData("<a$/>", "not-well-formed")]
    [InlineData("<a<b/>", "not-well-formed")]
    [InlineData("<a/ >", "not-well-formed")]
    [InlineData("<a/b>", "not-well-formed")]
    [InlineData("<a//>", "not-well-formed")]
    [InlineData("<a b/>", "not-well-formed")]
    [InlineData("<a b>", "not-well-formed")]
    [InlineData("<a b=/>", "not-well-formed")]
    [InlineData("<a b=c/>", "not-well-formed")]
    [InlineData("<a b c=''/>", "not-well-formed")]
    [InlineData("<a b=''c=''/>", "not-well-formed")]
    [InlineData("<a ='c'/>", "not-well-formed")]
    [InlineData("<a b='<'/>", "not-well-formed")]
    [InlineData("<a 1b=''/>", "not-well-formed")]
    [InlineData("<a></ a>", "not-well-formed")]
    [InlineData("<a></a b=''>", "not-well-formed")]
    [InlineData("<a></a/>", "not-well-formed")]
    [InlineData("<a></>", "not-well-formed")]
    [InlineData("<a></b>", "not-well-formed")]
    [InlineData("<a></A>", "not-well-formed")]
    [InlineData("<a></ab>", "not-well-formed")]
    [InlineData("<a><b></a></b>", "not-well-formed")]
    [InlineData("</a>", "not-well-formed")]
    [InlineData("</stream>", "not-well-formed")]
    // §11.2: end tags are compared by name, not by namespace
    [InlineData("<x:a xmlns:x='u'></y:a>", "not-well-formed")]
    [InlineData("<x:a xmlns:x='u' xmlns:y='u'></y:a>", "not-well-formed")]
    // §11.7 and §4.6.1: between stanzas only whitespace
    [InlineData("x<a/>", "bad-format")]
    [InlineData("&amp;", "bad-format")]
    [InlineData("<a/>]]>", "bad-format")]
    [InlineData("\uFEFF<a/>", "bad-format")]
    [InlineData("</stream:stream>x", "not-well-formed")]
    [InlineData("</stream:stream><a/>", "not-well-formed")]
    public void Inside_the_stream_it_throws_the_condition(string xml, string? condition)
    {
        if (condition is null)
            Assert.Single(Nodes.Read(Encoding.UTF8.GetBytes(Nodes.Header + xml)));
        else
            Assert.Equal(condition, Nodes.Fault(Nodes.Header + xml).Condition);
    }

    [Theory]
    // Overlong, surrogates, above U+10FFFF, lone and missing continuation bytes.
    [InlineData(0xC0, 0x80)]
    [InlineData(0xC1, 0xBF)]
    [InlineData(0xE0, 0x80, 0x80)]
    [InlineData(0xF0, 0x80, 0x80, 0x80)]
    [InlineData(0xED, 0xA0, 0x80)]
    [InlineData(0xED, 0xBF, 0xBF)]
    [InlineData(0xF4, 0x90, 0x80, 0x80)]
    [InlineData(0xF5, 0x80, 0x80, 0x80)]
    [InlineData(0xFF)]
    [InlineData(0x80)]
    [InlineData(0xC3)]
    [InlineData(0xE2, 0x82)]
    public void Bytes_that_are_not_utf8_throw(params int[] wrong)
    {
        foreach (var (before, after) in new[] { ("<a>x", "</a>"), ("<a b='", "'/>"), ("<a", "/>"), ("<a><b>", "x</b></a>"), ("<a><![CDATA[", "]]></a>") })
        {
            byte[] bytes = [.. Encoding.UTF8.GetBytes(Nodes.Header + before), .. wrong.Select(b => (byte)b), .. Encoding.UTF8.GetBytes(after)];
            Assert.Equal("unsupported-encoding", Assert.Throws<XmppStreamException>(() => Nodes.Read(bytes)).Condition);
        }
    }

    [Theory]
    [InlineData("x", "not-well-formed")]
    [InlineData("&amp;", "not-well-formed")]
    [InlineData("</stream:stream>", "not-well-formed")]
    [InlineData("<!DOCTYPE stream>", "restricted-xml")]
    [InlineData("<!-- x -->", "restricted-xml")]
    [InlineData("<?xml-stylesheet href='x'?>", "restricted-xml")]
    [InlineData("<?php?>", "restricted-xml")]
    [InlineData("<?xml?>", "restricted-xml")]
    [InlineData("<?>", null)]
    [InlineData("<??>", "restricted-xml")]
    [InlineData("<?xml version='1.0'?><?xml version='1.0'?>", "restricted-xml")]
    [InlineData(" <?xml version='1.0'?>", "restricted-xml")]
    [InlineData("<?xml version='1.1'?>", "not-well-formed")]
    [InlineData("<?xml version=\"1.0'?>", "not-well-formed")]
    [InlineData("<?xml version=1.0?>", "not-well-formed")]
    [InlineData("<?xml encoding='utf-8'?>", "not-well-formed")]
    [InlineData("<?xml version='1.0'encoding='utf-8'?>", "not-well-formed")]
    [InlineData("<?xml version='1.0' standalone='yes' encoding='utf-8'?>", "not-well-formed")]
    [InlineData("<?xml version='1.0' standalone='maybe'?>", "not-well-formed")]
    [InlineData("<?xml version='1.0' x='y'?>", "not-well-formed")]
    [InlineData("<?xml version='1.0' encoding='iso-8859-1'?>", "unsupported-encoding")]
    [InlineData("<?xml version='1.0' encoding='utf-16'?>", "unsupported-encoding")]
    [InlineData("\uFEFF\uFEFF<stream:stream/>", "not-well-formed")]
    [InlineData("<message/>", "bad-format")]
    [InlineData("<message>", "invalid-namespace")]
    [InlineData("<stream:stream/>", "bad-format")]
    [InlineData("<stream:stream>", "bad-namespace-prefix")]
    [InlineData("<stream:stream xmlns='jabber:client' xmlns:stream='urn:x'>", "invalid-namespace")]
    [InlineData("<stream xmlns='jabber:client'>", "invalid-namespace")]
    [InlineData($"<stream:features {Streams}>", "bad-format")]
    [InlineData("<s:stream xmlns:s='http://etherx.jabber.org/streams'>", "bad-namespace-prefix")]
    [InlineData("<stream:stream xmlns:stream=''>", "bad-namespace-prefix")]
    [InlineData($"<stream:stream {Streams} a='1' a='2'>", "not-well-formed")]
    [InlineData($"<stream:stream {Streams} a:b:c=''>", "not-well-formed")]
    [InlineData($"<stream:stream {Streams} from='&#1;'>", "not-well-formed")]
    [InlineData($"<stream:stream {Streams} from='\u0001'>", "not-well-formed")]
    [InlineData($"<stream:stream {Streams} xmlns:p=''>", "bad-namespace-prefix")]
    public void Before_the_stream_it_throws_the_condition(string xml, string? condition)
    {
        if (condition is null)
            Assert.Empty(Nodes.Read(Encoding.UTF8.GetBytes(xml)));
        else
            Assert.Equal(condition, Nodes.Fault(xml).Condition);
    }

    [Theory]
    [InlineData(0xFF, 0xFE, 0x3C, 0)]
    [InlineData(0xFE, 0xFF, 0, 0x3C)]
    [InlineData(0, 0, 0, 0x3C)]
    [InlineData(0xEF, 0xBB, 0x3C, 0x73)]
    [InlineData(0xEF, 0x3C, 0x73, 0x74)]
    public void First_bytes_of_another_encoding_throw(params int[] bytes) =>
        Assert.Equal("unsupported-encoding", Assert.Throws<XmppStreamException>(() => Nodes.Read([.. bytes.Select(b => (byte)b)])).Condition);

    [Theory]
    [InlineData("")]
    [InlineData("\uFEFF")]
    [InlineData(" \r\n\t")]
    [InlineData("<?xml version='1.0'?>")]
    [InlineData("\uFEFF<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\" ?>\n")]
    [InlineData("<?xml\nversion = '1.0'\tencoding='utf-8'?>")]
    public void A_declaration_and_a_byte_order_mark_may_come_first(string prolog) =>
        Assert.Equal(XmppNodeKind.StreamStart, Assert.Single(Nodes.Read(Encoding.UTF8.GetBytes(prolog + Nodes.Header))).Kind);

    [Fact]
    public void The_stream_may_be_in_the_default_namespace()
    {
        var nodes = Nodes.Read("<stream xmlns='http://etherx.jabber.org/streams'><message xmlns='jabber:client'/></stream>"u8.ToArray());
        Assert.Equal([XmppNodeKind.StreamStart, XmppNodeKind.Element, XmppNodeKind.StreamEnd], nodes.Select(n => n.Kind));
    }

    [Fact]
    public void The_message_says_what_was_found_and_where()
    {
        var fault = Nodes.Fault(Nodes.Header + "<ok/><a>12<b></\u0007\u00E4wrong></a>");
        Assert.Equal("The peer's XML stream has an end tag without a name, at byte 10 of the stanza (not-well-formed).", fault.Message);
        Assert.False(fault.SentByPeer);

        fault = Nodes.Fault(Nodes.Header + "<ok/><a><b></\u00E4wrong></a>");
        Assert.Equal("The peer's XML stream has </??wrong> where </b> belongs, at byte 8 of the stanza (not-well-formed).", fault.Message);
    }

    [Fact]
    public void Remote_names_in_the_message_are_bounded()
    {
        var fault = Nodes.Fault(Nodes.Header + "<a></" + new string('b', 8_000) + ">");
        Assert.True(fault.Message.Length < 300, fault.Message);
    }
}
