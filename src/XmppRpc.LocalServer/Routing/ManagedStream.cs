using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>What XEP-0198 keeps of one client's stream, from <c>enable</c> on and across its sockets. Guarded by the router.</summary>
internal sealed class ManagedStream(int capacity, TimeProvider time, string? id, TimeSpan resumeTimeout)
{
    private bool _isAsked;
    private uint? _askedAt;
    private ITimer? _expiry;

    /// <summary>By which the client may resume it; null if it may not.</summary>
    public string? Id { get; private set; } = id;

    public TimeSpan ResumeTimeout { get; } = resumeTimeout;

    public AckWindow Window { get; } = new(capacity);

    /// <summary>Stanzas taken from the client, modulo 2^32.</summary>
    public uint Handled { get; private set; }

    /// <summary>Whether it waits for its client.</summary>
    public bool IsHibernating => _expiry is not null;

    /// <summary>Counts the hibernations, so that a timer of an earlier one is known for what it is.</summary>
    public int Hibernation { get; private set; }

    public void CountHandled() => Handled = unchecked(Handled + 1);

    public void Keep(XmppElement stanza) => Window.Add(new(stanza, time.GetUtcNow()));

    public XmppElement Answer() => StreamManagementNonzas.Acknowledge(Handled);

    /// <summary>
    /// The request for an acknowledgement that is due, or null. Like Prosody's: after each stanza, one at a time, and never twice for the same count,
    /// so that a client which takes its time is not asked in a circle.
    /// </summary>
    public XmppElement? TryAsk()
    {
        if (_isAsked || Window.Unacknowledged == 0 || _askedAt == Window.Sent)
            return null;
        (_isAsked, _askedAt) = (true, Window.Sent);
        return StreamManagementNonzas.Request();
    }

    public AckOutcome Acknowledge(uint handled)
    {
        _isAsked = false;
        return Window.Acknowledge(handled);
    }

    /// <summary>Begins to wait for the client; <paramref name="expire"/> is called with <see cref="Hibernation"/> when that took too long.</summary>
    public void Hibernate(Action<int> expire)
    {
        var hibernation = ++Hibernation;
        _expiry = time.CreateTimer(_ => expire(hibernation), null, ResumeTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The client is back on a new socket, or the stream ends.</summary>
    public void Wake()
    {
        _expiry?.Dispose();
        (_expiry, _isAsked, _askedAt) = (null, false, null);
    }

    public void MakeUnresumable() => Id = null;
}
