using System.Text;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Xml;

namespace XmppRpc.Xmpp.Tests.Stanzas;

public sealed class StanzaErrorTests
{
    private const string Ns = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'";

    [Theory]
    [InlineData($"<error type='cancel'><item-not-found {Ns}/></error>", "cancel", "item-not-found", null)]
    [InlineData($"<error type='wait' by='x'><app xmlns='urn:app'/><resource-constraint {Ns}/><text {Ns} xml:lang='en'>Full</text></error>", "wait", "resource-constraint", "Full")]
    [InlineData($"<error type='modify'><text {Ns}>t</text><bad-request {Ns}/></error>", "modify", "bad-request", "t")]
    [InlineData($"<error type='cancel'><gone {Ns}>xmpp:other@example</gone></error>", "cancel", "gone", null)]
    [InlineData($"<error type='cancel'><no-such-condition {Ns}/></error>", "cancel", "undefined-condition", null)]
    [InlineData("<error type='auth'><forbidden xmlns='urn:other'/></error>", "auth", "undefined-condition", null)]
    [InlineData($"<error type='other'><gone {Ns}/></error>", "cancel", "gone", null)]
    [InlineData("<error/>", "cancel", "undefined-condition", null)]
    [InlineData($"<payload xmlns='u'/><error type='continue'><gone {Ns}/></error>", "continue", "gone", null)]
    public void An_error_is_read(string xml, string type, string condition, string? text)
    {
        var stanza = Stanza.Wrap(Nodes.Element($"<iq type='error'>{xml}</iq>"))!;
        Assert.Equal(new StanzaError(type, condition, text), StanzaError.Read(stanza));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<error xmlns='urn:other' type='cancel'/>")]
    [InlineData("<x xmlns='u'><error xmlns='jabber:client' type='cancel'/></x>")]
    public void Without_an_error_child_there_is_none(string xml) => Assert.Null(StanzaError.Read(Stanza.Wrap(Nodes.Element($"<message type='error'>{xml}</message>"))!));

    [Theory]
    [InlineData("x", 1024)]
    [InlineData("\u20AC", 341)]
    [InlineData("\U0001D11E", 256)]
    public void Remote_text_is_bounded(string character, int kept)
    {
        var text = new StringBuilder().Insert(0, character, 2000).ToString();
        var error = StanzaError.Read(Stanza.Wrap(Nodes.Element($"<iq type='error'><error type='cancel'><text {Ns}>{text}</text></error></iq>"))!)!;
        Assert.Equal(new StringBuilder().Insert(0, character, kept).ToString(), error.Text);
    }

    [Fact]
    public void An_error_is_written_and_read_back()
    {
        var error = new StanzaError("auth", "forbidden", "Not you & not <now>");
        Assert.Equal(error, StanzaError.Read(new Iq("error", error.ToElement())));
    }
}
