namespace XmppRpc.Xmpp.Stanzas;

/// <summary>An iq was answered with a stanza error (RFC 6120 §8.3).</summary>
public sealed class XmppStanzaException(StanzaError error, Jid? from) : XmppException($"{from?.ToString() ?? "The XMPP server"} answered {error.Type}/{error.Condition}{RemoteText.Reason(error.Text)}.")
{
    /// <summary>The error.</summary>
    public StanzaError Error { get; } = error;

    /// <summary>Who answered.</summary>
    public Jid? From { get; } = from;
}
