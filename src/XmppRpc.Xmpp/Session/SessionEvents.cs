using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Session;

/// <summary>The XML stream was lost; the connection tries to get it back. What is sent meanwhile waits. <see cref="SessionStarted"/> follows, or the end of the connection.</summary>
public sealed class SessionLost : XmppEvent
{
    internal SessionLost(XmppException reason) => Reason = reason;

    /// <summary>Why.</summary>
    public XmppException Reason { get; }
}

/// <summary>
/// The connection is back (the first session is not announced, <see cref="XmppConnection.ConnectAsync"/> returns with it). Resumed: nothing was lost in either
/// direction (XEP-0198 §5). Not resumed: presence, directed presence and what was asked of the XMPP server are forgotten there, stanzas to us may be lost.
/// </summary>
public sealed class SessionStarted : XmppEvent
{
    internal SessionStarted(Jid jid, bool resumed, IReadOnlyList<UnacknowledgedStanza> unacknowledged, long unacknowledgedBytes) =>
        (Jid, IsResumed, Unacknowledged, UnacknowledgedBytes) = (jid, resumed, unacknowledged, unacknowledgedBytes);

    /// <summary>The full JID, the same as before unless the XMPP server assigns another.</summary>
    public Jid Jid { get; }

    /// <summary>Whether the session of before goes on.</summary>
    public bool IsResumed { get; }

    /// <summary>
    /// What was sent on the session before, in order, without an acknowledgement: it may have arrived or not. Nothing of it is sent again by the connection.
    /// Empty when resumed; without stream management nothing is known, and it is empty too. Where further sessions began and were lost before the program took this, it holds what each of
    /// them left, and <see cref="IsResumed"/> says whether all were resumed.
    /// </summary>
    public IReadOnlyList<UnacknowledgedStanza> Unacknowledged { get; }

    /// <summary>What <see cref="Unacknowledged"/> took on the wire.</summary>
    internal long UnacknowledgedBytes { get; }
}

/// <summary>A stanza of which it is not known whether the XMPP server has handled it.</summary>
/// <param name="Stanza">The stanza as it was sent.</param>
/// <param name="IsSuspect">Whether it may be what the XMPP server ended the stream for (<c>policy-violation</c>: the largest); sending it again may end the next one.</param>
public sealed record UnacknowledgedStanza(Stanza Stanza, bool IsSuspect);
