using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>What a client says about the stanzas it was sent.</summary>
internal enum AckOutcome
{
    Taken,

    /// <summary>More than were sent.</summary>
    TooHigh,

    /// <summary>Fewer than it had acknowledged before.</summary>
    TooLow,
}

/// <summary>A stanza that was sent, and when.</summary>
internal readonly record struct SentStanza(XmppElement Element, DateTimeOffset At);

/// <summary>
/// The stanzas that the client has not acknowledged (XEP-0198 §4). As in Prosody it is a ring: above <paramref name="capacity"/> the oldest is forgotten, and the
/// stream cannot be resumed until what is missing was acknowledged. Counts are modulo 2^32. Pure.
/// </summary>
/// <param name="capacity">Stanzas that are kept.</param>
/// <param name="start">The count to begin with; 0 but in tests.</param>
internal sealed class AckWindow(int capacity, uint start = 0)
{
    private readonly Queue<SentStanza> _kept = [];
    private uint _acknowledged = start;

    public uint Sent { get; private set; } = start;

    public uint Unacknowledged => unchecked(Sent - _acknowledged);

    /// <summary>Whether nothing that is not acknowledged was forgotten.</summary>
    public bool IsComplete => _kept.Count == Unacknowledged;

    /// <summary>What is kept, the oldest first.</summary>
    public IEnumerable<SentStanza> Kept => _kept;

    public void Add(SentStanza stanza)
    {
        Sent = unchecked(Sent + 1);
        if (_kept.Count == capacity)
            _kept.Dequeue();
        _kept.Enqueue(stanza);
    }

    public AckOutcome Acknowledge(uint handled)
    {
        var further = unchecked(handled - _acknowledged);
        if (further > Unacknowledged)
            return further <= int.MaxValue ? AckOutcome.TooHigh : AckOutcome.TooLow;
        _acknowledged = handled;
        while (_kept.Count > Unacknowledged)
            _kept.Dequeue();
        return AckOutcome.Taken;
    }

    /// <summary>Forgets all, as if acknowledged; returns what was kept.</summary>
    public SentStanza[] TakeAll()
    {
        SentStanza[] all = [.. _kept];
        Acknowledge(Sent);
        return all;
    }
}
