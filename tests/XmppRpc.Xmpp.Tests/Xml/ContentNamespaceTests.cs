using System.Text;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>XEP-0114 §3: the stanzas of a component's stream live in another namespace; nobody above reader and writer sees it.</summary>
public sealed class ContentNamespaceTests
{
    private const string Header = "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1' from='svc.example'>";

    [Theory]
    [InlineData("<message from='a@b'><body>x</body></message>", "({jabber:client}message {}from=[a@b] \"\"({jabber:client}body \"x\"))")]
    [InlineData("<handshake/>", "({jabber:client}handshake \"\")")]
    // ejabberd has sent stanzas to components in their old namespace
    [InlineData("<message xmlns='jabber:client'><body/></message>", "({jabber:client}message \"\"({jabber:client}body \"\"))")]
    [InlineData("<c:iq xmlns:c='jabber:component:accept'><c:error/><error/></c:iq>", "({jabber:client}iq \"\"({jabber:client}error \"\")({jabber:client}error \"\"))")]
    [InlineData("<message><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'/></forwarded></message>", "({jabber:client}message \"\"({urn:xmpp:forward:0}forwarded \"\"({jabber:client}message \"\")))")]
    [InlineData("<message xmlns='jabber:server'/>", "({jabber:server}message \"\")")]
    [InlineData("<message xmlns=''/>", "({}message \"\")")]
    [InlineData("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", "({http://etherx.jabber.org/streams}error \"\"({urn:ietf:params:xml:ns:xmpp-streams}conflict \"\"))")]
    public void Elements_of_a_component_stream_are_given_in_the_namespace_of_clients(string xml, string expected) =>
        Assert.Equal(expected, Nodes.Show(Nodes.Read(Encoding.UTF8.GetBytes(Header + xml))[1].Element!));

    [Fact]
    public void A_skipped_stanza_of_a_component_stream_is_given_in_the_namespace_of_clients()
    {
        var overCap = "<message from='a@b'>" + string.Concat(Enumerable.Repeat("<a>", 40)) + string.Concat(Enumerable.Repeat("</a>", 40)) + "</message>";
        foreach (var xml in new[] { "<message from='a@b'>&</message>", overCap })
            Assert.Equal("({jabber:client}message {}from=[a@b] \"\")", Nodes.Show(Nodes.Read(Encoding.UTF8.GetBytes(Header + xml))[1].Element!));
    }

    [Fact]
    public void On_the_stream_of_a_client_the_namespace_of_components_is_foreign()
    {
        var element = Nodes.Element("<message xmlns='jabber:component:accept'/>");
        Assert.Equal(XmppNames.Component, element.Namespace);
        Assert.Null(Stanza.Wrap(element));
    }

    [Fact]
    public void Content_of_a_component_stream_is_written_without_a_namespace()
    {
        var message = new XmppElement("message", XmppNames.Client)
            .Add(new XmppElement("body", XmppNames.Client).WithText("x"))
            .Add(new XmppElement("forwarded", "urn:xmpp:forward:0").Add(new XmppElement("message", XmppNames.Client).Add(new XmppElement("body", XmppNames.Client))));
        Assert.Equal("<message><body>x</body><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'><body/></message></forwarded></message>",
            XmppWriterTests.Write(message, XmppNames.Component));
        Assert.Equal("<r xmlns='urn:xmpp:sm:3'/>", XmppWriterTests.Write(new XmppElement("r", "urn:xmpp:sm:3"), XmppNames.Component));
    }

    [Fact]
    public void What_is_written_on_a_component_stream_is_read_back_the_same()
    {
        var message = Nodes.Element("<message to='a@b'><x xmlns='urn:x'><y/><z xmlns='jabber:client'/></x><body>1</body><w xmlns=''/></message>");
        var read = Nodes.Read(Encoding.UTF8.GetBytes(Header + XmppWriterTests.Write(message, XmppNames.Component)))[1].Element!;
        Assert.Equal(Nodes.Show(message), Nodes.Show(read));
    }
}
