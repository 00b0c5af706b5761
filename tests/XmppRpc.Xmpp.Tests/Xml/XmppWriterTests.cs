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
        { new XmppElement("grüße", XmppNames.Client).Set("ä", "€").WithText("𝄞"), "<grüße ä='€'>𝄞</grüße>" },
    };

    [Theory]
    [MemberData(nameof(Elements), DisableDiscoveryEnumeration = true)]
    public void An_element_is_written_without_prefixes(XmppElement element, string expected) => Assert.Equal(expected, Write(element));
}
