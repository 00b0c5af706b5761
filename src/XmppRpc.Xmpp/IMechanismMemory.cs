namespace XmppRpc.Xmpp;

/// <summary>
/// Remembers how strongly a login was last proved, so that a later offer of something weaker is noticed: whoever sits in between could have made it. Implement it to remember beyond the process;
/// it may be called from several logins at once. What it throws ends the login.
/// </summary>
public interface IMechanismMemory
{
    /// <summary>The weakest SASL mechanism that may be used, for example <c>SCRAM-SHA-256</c>; null if nothing is remembered.</summary>
    /// <param name="account">The account, a bare JID.</param>
    /// <param name="server">Where it logs in as configured: the host and port of the options, or the JID's domain.</param>
    string? Recall(Jid account, string server);

    /// <summary>Called after a login in which the XMPP server proved itself, when the mechanism is stronger than the remembered one, or <see cref="XmppConnectionOptions.MinimumMechanism"/> is set.</summary>
    void Remember(Jid account, string server, string mechanism);
}
