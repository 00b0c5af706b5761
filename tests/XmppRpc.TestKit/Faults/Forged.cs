using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.TestKit.Faults;

/// <summary>What a liar makes of a stanza, for <see cref="Fault.Rewrite"/> and <see cref="Fault.Answer"/>.</summary>
public static class Forged
{
    /// <summary>The same stanza from somebody else.</summary>
    public static Func<XmppElement, XmppElement> From(string jid) => stanza => stanza.Set("from", jid);

    /// <summary>The bounce of a stanza (RFC 6120 §8.3.1), as from its addressee. With <paramref name="echo"/> it holds the whole original payload, as ejabberd's bounces do (F-05).</summary>
    public static Func<XmppElement, XmppElement> Bounce(string type = "cancel", string condition = "service-unavailable", bool echo = false) => stanza =>
    {
        var bounce = new XmppElement(stanza.Name, stanza.Namespace)
            .Set("from", stanza.Attribute("to")).Set("to", stanza.Attribute("from")).Set("id", stanza.Attribute("id")).Set("type", "error");
        foreach (var child in echo ? stanza.Children : [])
            bounce.Add(child);
        return bounce.Add(new StanzaError(type, condition).ToElement(XmppNames.Client));
    };
}
