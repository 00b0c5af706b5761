using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Xml;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Stanzas;

public sealed class StanzaTests
{
    [Theory]
    [InlineData("message", XmppNames.Client, typeof(Message))]
    [InlineData("presence", XmppNames.Client, typeof(Presence))]
    [InlineData("iq", XmppNames.Client, typeof(Iq))]
    [InlineData("iq", "jabber:component:accept", null)]
    [InlineData("iq", "jabber:server", null)]
    [InlineData("message", "urn:other", null)]
    [InlineData("Message", XmppNames.Client, null)]
    [InlineData("r", "urn:xmpp:sm:3", null)]
    [InlineData("features", XmppNames.Streams, null)]
    public void Wrap_gives_the_typed_view_or_null(string name, string ns, Type? type)
    {
        var element = new XmppElement(name, ns);
        var stanza = Stanza.Wrap(element);
        Assert.Equal(type, stanza?.GetType());
        if (stanza is not null)
            Assert.Same(element, stanza.Element);
    }

    [Fact]
    public void Addresses_are_prepared_and_a_wrong_one_is_null()
    {
        var stanza = Stanza.Wrap(Nodes.Element("<message from='B@LOCALHOST/X' to='@'/>"))!;
        Assert.Equal(Jid.Parse("b@localhost/X"), stanza.From);
        Assert.Null(stanza.To);
        stanza.To = Jid.Parse("c@d");
        Assert.Equal("c@d", stanza.Element.Attribute("to"));
        stanza.To = null;
        Assert.Null(stanza.Element.Attribute("to"));
    }

    [Fact]
    public void The_payload_is_the_first_child_that_is_not_the_error()
    {
        Assert.Null(new Iq("result").Payload);
        var iq = (Iq)Stanza.Wrap(Nodes.Element("<iq type='error'><error type='cancel'/><error xmlns='urn:x'/><query xmlns='urn:x'/></iq>"))!;
        Assert.Equal("urn:x", iq.Payload!.Namespace);
        Assert.True(iq.IsError);
        Assert.False(iq.IsRequest);
    }

    [Fact]
    public void A_result_swaps_the_addresses_and_keeps_the_id()
    {
        var request = (Iq)Stanza.Wrap(Nodes.Element("<iq type='get' id='7' from='a@b/c' to='d@e'><ping xmlns='urn:xmpp:ping'/></iq>"))!;
        Assert.Equal("<iq type='result' id='7' to='a@b/c' from='d@e'/>", XmppWriterTests.Write(request.CreateResult().Element));
        Assert.Equal("<iq type='result' id='7' to='a@b/c' from='d@e'><q xmlns='u'/></iq>", XmppWriterTests.Write(request.CreateResult(new XmppElement("q", "u")).Element));
    }

    [Fact]
    public void An_error_does_not_echo_the_payload()
    {
        var request = (Iq)Stanza.Wrap(Nodes.Element("<iq type='set' id='7' from='a@b/c'><secret xmlns='u'/></iq>"))!;
        Assert.Equal("<iq type='error' id='7' to='a@b/c'><error type='wait'><resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>" +
            "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>later</text></error></iq>", XmppWriterTests.Write(request.CreateError(new StanzaError("wait", "resource-constraint", "later")).Element));
    }

    [Theory]
    [InlineData("result")]
    [InlineData("error")]
    [InlineData("other")]
    public void An_answer_is_never_answered(string type)
    {
        var iq = new Iq(type);
        Assert.Throws<InvalidOperationException>(() => iq.CreateResult());
        Assert.Throws<InvalidOperationException>(() => iq.CreateError(new StanzaError("cancel", "gone")));
    }
}
