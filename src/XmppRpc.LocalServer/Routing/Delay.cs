using System.Globalization;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>The time at which a stanza came that goes out later (XEP-0203).</summary>
internal static class Delay
{
    /// <summary>XEP-0203 §2, XEP-0082 §3.2.</summary>
    public static XmppElement Element(string from, DateTimeOffset at) =>
        new XmppElement("delay", XmppNames.Delay).Set("from", from).Set("stamp", at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    /// <summary>As Prosody stamps what it sends again: not an iq, and not what has a time already. The stanza itself stays as it is.</summary>
    public static XmppElement Stamp(SentStanza sent, Jid account) =>
        sent.Element.Name == "iq" || sent.Element.Child("delay", XmppNames.Delay) is not null ? sent.Element : Replies.Copy(sent.Element).Add(Element(account.ToString(), sent.At));
}
