namespace XmppRpc.Xmpp.Stanzas;

/// <summary>An iq was answered with a stanza error (RFC 6120 §8.3).</summary>
public sealed class XmppStanzaException(StanzaError error, Jid? from) : XmppException(Explain(error, from))
{
    /// <summary>The error.</summary>
    public StanzaError Error { get; } = error;

    /// <summary>Who answered.</summary>
    public Jid? From { get; } = from;

    private static string Explain(StanzaError error, Jid? from) => error.IsBlocked
        ? $"{from?.ToString() ?? "The addressee"} is blocked by this account, so the XMPP server delivered nothing ({error.Type}/{error.Condition}). Take the address off the block list (XEP-0191, UnblockAsync) first."
        : $"{from?.ToString() ?? "The XMPP server"} answered {error.Type}/{error.Condition}{RemoteText.Reason(error.Text)}.";
}
