using System.Collections.Frozen;
using System.Collections.Immutable;
using XmppRpc.Frames;
using XmppRpc.Timing;
using XmppRpc.Xmpp;

namespace XmppRpc.Client;

/// <summary>The links of this endpoint as a caller: one to each instance it knows, and older ones while calls on them are open.</summary>
internal sealed class Links(FrameBatcher batcher, DeadlineWheel wheel, TimeProvider time, int maxInstances)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Jid, Link> _current = new();
    private readonly Dictionary<Jid, ImmutableArray<Link>> _byAccount = new();
    private readonly Dictionary<string, Link> _byId = new(StringComparer.Ordinal);

    /// <summary>The link for new calls to that very address, or null when nothing is known of it.</summary>
    public Link? Current(Jid peer)
    {
        lock (_lock)
            return _current.GetValueOrDefault(peer);
    }

    /// <summary>The link a received frame belongs to: it counts only from the address that was called.</summary>
    public Link? Find(string id, Jid from)
    {
        lock (_lock)
            return _byId.TryGetValue(id, out var link) && link.Peer == from ? link : null;
    }

    /// <summary>Links to instances behind a bare JID.</summary>
    public ImmutableArray<Link> Instances(Jid bare)
    {
        lock (_lock)
            return _byAccount.GetValueOrDefault(bare, []);
    }

    /// <summary>Whether that instance is known, or one more of its account may be.</summary>
    public bool HasRoomFor(Jid peer)
    {
        lock (_lock)
            return _current.ContainsKey(peer) || _byAccount.GetValueOrDefault(peer.Bare, []).Length < maxInstances;
    }

    /// <summary>Takes what a peer says of itself. Another instance than before means that the earlier process is gone, with all calls it had.</summary>
    public Link Learn(Jid peer, PeerInfo info)
    {
        Link? old;
        Link link;
        lock (_lock)
        {
            if (_current.TryGetValue(peer, out old) && old.Info.Instance == info.Instance && !old.IsWorn)
            {
                if (info.Contracts.IsSubsetOf(old.Info.Contracts))
                    return old;
                info = info with { Contracts = info.Contracts.Concat(old.Info.Contracts).ToFrozenSet(StringComparer.Ordinal) };
            }
            link = new Link(peer, info, batcher, wheel, time);
            SetCurrent(peer, link);
            _byId.Add(link.Id, link);
        }
        if (old is not null && old.Info.Instance != info.Instance)
            End(old, $"{peer} was restarted");
        return link;
    }

    /// <summary>The peer is gone: its calls end, and it has to be found anew.</summary>
    public void Remove(Jid peer, string reason)
    {
        List<Link> ended;
        lock (_lock)
        {
            SetCurrent(peer, null);
            ended = [.. _byId.Values.Where(link => link.Peer == peer)];
        }
        foreach (var link in ended)
            End(link, reason);
    }

    /// <summary>The callee says that the link is not of its process: the process that it was of is gone, with all calls it had.</summary>
    public void Retire(Link link)
    {
        lock (_lock)
            if (_current.GetValueOrDefault(link.Peer) == link)
                SetCurrent(link.Peer, null);
        End(link, $"{link.Peer} was restarted");
    }

    /// <summary>Everything that was known of peers belongs to a session that is over.</summary>
    public void RemoveAll(string reason)
    {
        List<Link> ended;
        lock (_lock)
        {
            ended = [.. _byId.Values];
            _current.Clear();
            _byAccount.Clear();
        }
        foreach (var link in ended)
            End(link, reason);
    }

    /// <summary>Ends every call, as the connection is gone.</summary>
    public void FailAll(Exception reason)
    {
        List<Link> all;
        lock (_lock)
            all = [.. _byId.Values];
        foreach (var link in all)
            PendingCalls.FailAll(link, call => PendingCalls.ConnectionLost(call, reason));
    }

    /// <summary>Forgets links that were not used for long, and replaced ones that have become empty.</summary>
    public void Sweep(TimeSpan idle)
    {
        lock (_lock)
            foreach (var link in _byId.Values.ToList())
            {
                var isCurrent = _current.GetValueOrDefault(link.Peer) == link;
                if (!link.CloseIfIdle(isCurrent ? idle : TimeSpan.Zero))
                    continue;
                _byId.Remove(link.Id);
                if (isCurrent)
                    SetCurrent(link.Peer, null);
            }
    }

    private void SetCurrent(Jid peer, Link? link)
    {
        var others = _byAccount.GetValueOrDefault(peer.Bare, []);
        if (_current.Remove(peer, out var old))
            others = others.Remove(old);
        if (link is not null)
        {
            _current.Add(peer, link);
            others = others.Add(link);
        }
        if (others.IsEmpty)
            _byAccount.Remove(peer.Bare);
        else
            _byAccount[peer.Bare] = others;
    }

    private void End(Link link, string reason)
    {
        lock (_lock)
            _byId.Remove(link.Id);
        PendingCalls.FailAll(link, call => new RpcException(RpcStatus.Unavailable, $"{reason}, so the outcome of {call.Request.Method} is not known."));
    }
}
