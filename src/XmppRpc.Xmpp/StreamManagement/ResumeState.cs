using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.StreamManagement;

/// <summary>
/// What outlives a lost XML stream (XEP-0198 §5): who we are there, what we have handled, what we sent and may have to send again. Belongs to one session
/// at a time. <see cref="Unacked"/> is used under <see cref="Gate"/> only.
/// </summary>
internal sealed class ResumeState(Jid jid, string? id, string? location)
{
    private int _handled;

    /// <summary>How often the XMPP server was asked to resume this session.</summary>
    public int Resumptions { get; private set; }

    /// <summary>Keeps the order of <see cref="Unacked"/> that of the wire.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The full JID that was bound.</summary>
    public Jid Jid => jid;

    /// <summary>The id to resume by, or null when the XMPP server does not offer that.</summary>
    public string? Id => id;

    /// <summary>Where the XMPP server prefers to be resumed, or null (XEP-0198 §5: "location").</summary>
    public string? Location => location;

    public UnackedQueue Unacked { get; } = new();

    /// <summary>Stanzas handed over here, modulo 2³².</summary>
    public uint Handled => unchecked((uint)Volatile.Read(ref _handled));

    /// <summary>The request to resume this session, which has an <see cref="Id"/>.</summary>
    public XmppElement AskToResume()
    {
        Resumptions++;
        return SmNonzas.Resume(id!, Handled);
    }

    /// <summary>Counts a stanza that was handed over. The first one that counts is the one behind <c>enabled</c> (XEP-0198 §4).</summary>
    public void CountHandled() => Volatile.Write(ref _handled, unchecked(_handled + 1));
}
