using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Session;

/// <summary>Whether it makes sense to try again.</summary>
internal enum Retry
{
    /// <summary>It will not heal by itself, and trying may do harm: two programs under one resource throw each other out, wrong passwords lock accounts.</summary>
    Never,

    /// <summary>A fault of ours or an attack: a few times.</summary>
    Limited,

    /// <summary>Until it works.</summary>
    Always,
}

/// <summary>What the end of a stream, or of an attempt to open one, means.</summary>
/// <param name="Retry">Whether to try again.</param>
/// <param name="DropsSession">Whether the session of before must not be resumed.</param>
/// <param name="IsTooMuch">Whether the XMPP server ended it because of the size or the amount of what was sent.</param>
/// <param name="OtherHost">Where to connect instead, or null.</param>
internal sealed record Verdict(Retry Retry, bool DropsSession = false, bool IsTooMuch = false, string? OtherHost = null);

/// <summary>What each error of a stream means for the connection: one table.</summary>
internal static class ReconnectPolicy
{
    /// <summary>What the end of a stream means that went on with a session.</summary>
    public static Verdict ForResumed(XmppException reason) => reason switch
    {
        // Prosody 0.12 feeds it to the parser of the lost stream, which may have stopped inside a stanza: no fault of ours, and gone with the session
        XmppStreamException { Condition: "not-well-formed", SentByPeer: true } => new(Retry.Always, DropsSession: true),
        _ => For(reason),
    };

    /// <summary>Whether a session must not be asked for again after an attempt to resume it that ended like this: the stream was found faulty, by us or by the XMPP server, and would be so each time.</summary>
    public static bool EndsResumption(XmppException attempt) => attempt is XmppStreamException stream && (!stream.SentByPeer || ForAttempt(stream) is { DropsSession: true } or { Retry: Retry.Limited });

    /// <summary>What the failure of an attempt to come back means.</summary>
    public static Verdict ForAttempt(XmppException reason) => reason switch
    {
        // the XMPP server prefers the other, most likely our own lost connection, which it takes for alive; nobody is thrown out by asking again
        XmppStreamException { Condition: "conflict" } or XmppStanzaException { Error.Condition: "conflict" } => new(Retry.Always),
        _ => For(reason),
    };

    /// <summary>What the end of a stream means.</summary>
    public static Verdict For(XmppException reason) => reason switch
    {
        XmppStreamException stream => For(stream),
        XmppAuthenticationException { IsTemporary: true } => new(Retry.Always),
        XmppAuthenticationException => new(Retry.Never),
        // a resource that could not be bound
        XmppStanzaException { Error.Type: "wait" } => new(Retry.Always),
        XmppStanzaException { Error.Condition: "conflict" or "not-allowed" } => new(Retry.Never),
        XmppStanzaException => new(Retry.Limited),
        // also TLS: certificates are renewed, and nothing was told before it held
        _ => new(Retry.Always),
    };

    // RFC 6120 §4.9.3
    private static Verdict For(XmppStreamException stream) => stream.Condition switch
    {
        "conflict" => new(Retry.Never),
        "policy-violation" when stream.SentByPeer => new(Retry.Always, DropsSession: true, IsTooMuch: true),
        "see-other-host" when stream.OtherHost is { Length: > 0 } => new(Retry.Always, OtherHost: stream.OtherHost),
        "undefined-condition" when stream.ApplicationCondition is "handled-count-too-high" => new(Retry.Always, DropsSession: true),
        "connection-timeout" or "internal-server-error" or "remote-connection-failed" or "reset" or "resource-constraint" or "system-shutdown" or "undefined-condition" => new(Retry.Always),
        _ => new(Retry.Limited),
    };
}
