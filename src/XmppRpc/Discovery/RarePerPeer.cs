using XmppRpc.Timing;
using XmppRpc.Xmpp;

namespace XmppRpc.Discovery;

/// <summary>Lets something be said of a peer once a minute, so that nobody fills the log with what he makes us notice. Safe for concurrent use.</summary>
internal sealed class RarePerPeer(DeadlineWheel wheel)
{
    private const int MaxPeers = 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly HashSet<Jid> _said = [];
    private long _since = wheel.Now;

    /// <summary>Whether it may be said now; of more than a thousand peers in one minute it is said of no others.</summary>
    public bool MayTell(Jid peer)
    {
        lock (_lock)
        {
            if (wheel.Now - _since >= Pause.TotalMilliseconds)
            {
                _said.Clear();
                _since = wheel.Now;
            }
            return _said.Count < MaxPeers && _said.Add(peer);
        }
    }
}
