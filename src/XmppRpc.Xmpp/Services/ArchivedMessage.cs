using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>A message out of the archive (XEP-0313): its id there, when the archive got it, and the message as it was. <see cref="Stanza.From"/> of it is what the XMPP server saw then.</summary>
public sealed record ArchivedMessage(string Id, DateTimeOffset Stamp, Message Message)
{
    /// <summary>Reads a <c>result</c>; null if it lacks its id, its time or its message.</summary>
    internal static ArchivedMessage? Read(XmppElement result) => result.Attribute("id") is { Length: > 0 } id
        && result.Child("forwarded", XmppNames.Forward) is { } forwarded
        && forwarded.Children.Select(Delay.Read).OfType<Delay>().FirstOrDefault() is { } delay
        && forwarded.Child("message", XmppNames.Client) is { } message ? new(id, delay.Stamp, new Message(message)) : null;
}
