using System.Collections.Frozen;
using System.Collections.Immutable;
using XmppRpc.Frames;
using XmppRpc.Timing;
using XmppRpc.Xmpp;

namespace XmppRpc.Client;

/// <summary>
/// The links of this endpoint as a caller: one to each instance it knows, and older ones while calls on them are open. A peer that seems gone has some time
/// to come back: what is open is sent again then, under the same ids, and runs once.
/// </summary>
internal sealed class Links(FrameBatcher batcher, DeadlineWheel wheel, RpcEndpointOptions options)
{
    /// <summary>A peer that can be found and yet answers nothing, or bounces all, is given up after as many times.</summary>
    private const int MaxDoubts = 3;

    /// <summary>Calls that are looked at in one round, of all links.</summary>
    private const int MaxLooks = 16 * 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<Jid, Link> _current = new();
    private readonly Dictionary<Jid, ImmutableArray<Link>> _byAccount = new();
    private readonly Dictionary<string, Link> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<Jid, ImmutableArray<Link>> _byPeer = new();
    private int _turn;

    /// <summary>Called when it is in doubt whether a peer is there, to find out.</summary>
    public Action<Link> Verify { get; set; } = static _ => { };

    /// <summary>The link for new calls to that very address, or null when nothing is known of it.</summary>
    public Link? Current(Jid peer)
    {
        lock (_lock)
            return _current.GetValueOrDefault(peer);
    }

    /// <summary>The link a received frame belongs to: it counts only from the address that was called. Nobody else knows its id, so the peer's process lives.</summary>
    public Link? Find(string id, Jid from)
    {
        Link? link;
        lock (_lock)
            if (!_byId.TryGetValue(id, out link) || link.Peer != from)
                return null;
        if (link.Heard())
            Trust(link);
        return link;
    }

    /// <summary>Links to instances behind a bare JID.</summary>
    public ImmutableArray<Link> Instances(Jid bare)
    {
        lock (_lock)
            return _byAccount.GetValueOrDefault(bare, []);
    }

    /// <summary>Peers with open calls that have been silent for that long and are not known to be in doubt.</summary>
    public List<Jid> Silent(TimeSpan span)
    {
        lock (_lock)
            return [.. _byId.Values.Where(link => link.OpenCalls > 0 && !link.IsInDoubt && link.Silence >= span).Select(link => link.Peer).Distinct()];
    }

    /// <summary>Peers with open calls.</summary>
    public List<Jid> Busy()
    {
        lock (_lock)
            return [.. _byId.Values.Where(link => link.OpenCalls > 0).Select(link => link.Peer).Distinct()];
    }

    /// <summary>Whether that instance is known, or one more of its account may be.</summary>
    public bool HasRoomFor(Jid peer)
    {
        lock (_lock)
            return _current.ContainsKey(peer) || _byAccount.GetValueOrDefault(peer.Bare, []).Length < options.MaxInstances;
    }

    /// <summary>Takes what a peer says of itself. Another instance than before means that the earlier process is gone, with all calls it had.</summary>
    public Link Learn(Jid peer, PeerInfo info)
    {
        List<Link> ended = [];
        Link link;
        lock (_lock)
        {
            ended.AddRange(_byPeer.GetValueOrDefault(peer, []).Where(known => known.Info.Instance != info.Instance));
            link = Same(peer, info) ?? Add(peer, info);
        }
        foreach (var old in ended)
            End(old, $"{peer} was restarted");
        foreach (var again in Of(peer))
            if (again.Alive())
                Trust(again);
        return link;
    }

    /// <summary>The peer seems gone: it has to be found anew for new calls, and the open ones wait some time for it.</summary>
    public void Doubt(Jid peer, string reason, RpcStatus status = RpcStatus.Unavailable)
    {
        ImmutableArray<Link> links;
        lock (_lock)
        {
            SetCurrent(peer, null);
            links = Of(peer);
        }
        foreach (var link in links)
            Doubt(link, reason, status);
    }

    /// <summary>The peer shows itself: if it was in doubt, it is asked which process it is.</summary>
    public void Returned(Jid peer)
    {
        foreach (var link in Of(peer))
            if (link.IsInDoubt)
                Verify(link);
    }

    /// <summary>Our own session is another one: nobody knows who is still there, and what was on the way is lost.</summary>
    public void DoubtAll(string reason)
    {
        List<Link> links;
        lock (_lock)
        {
            links = [.. _byId.Values];
            _current.Clear();
            _byAccount.Clear();
        }
        foreach (var link in links)
            Doubt(link, reason, RpcStatus.Unavailable);
    }

    /// <summary>
    /// The peer has answered after a silence: calls that were quiet for too long are sent again, up to about that many bytes. True if others are open:
    /// whoever answered may be another process, which never had them, and nothing else would tell.
    /// </summary>
    public bool Answered(Jid peer, long maxBytes)
    {
        var others = false;
        var looks = MaxLooks;
        foreach (var link in Of(peer))
        {
            if (IsTooOld(link))
            {
                End(link, $"{peer} was silent for too long");
                continue;
            }
            link.Alive();
            others |= SendQuietAgain(link, ref looks, ref maxBytes) < link.OpenCalls;
            link.SayLow();
        }
        return others;
    }

    /// <summary>
    /// One frame may be lost where others come through: calls that were quiet for too long are sent again to peers that are heard, up to about that many
    /// bytes. Peers that are silent are asked first whether they live.
    /// </summary>
    public void SendQuietAgain(long maxBytes)
    {
        // What waits to be sent explains every silence, and more of it would not help.
        if (batcher.QueuedBytes > maxBytes)
            return;
        List<Link> links;
        lock (_lock)
            links = [.. _byId.Values.Where(link => link.OpenCalls > 0 && !link.IsInDoubt && link.Silence < options.PeerSilence)];
        var looks = MaxLooks;
        var first = _turn++;
        for (var i = 0; i < links.Count && looks > 0 && maxBytes > 0; i++)
        {
            var link = links[(int)((uint)(first + i) % links.Count)];
            if (SendQuietAgain(link, ref looks, ref maxBytes) > 0)
                link.SayLow();
        }
    }

    /// <summary>The callee says that the link is not of its process: the process that it was of is gone, with all calls it had.</summary>
    public void Retire(Link link)
    {
        lock (_lock)
            if (_current.GetValueOrDefault(link.Peer) == link)
                SetCurrent(link.Peer, null);
        End(link, $"{link.Peer} was restarted");
    }

    /// <summary>Tells every callee what it may forget, as no more calls come.</summary>
    public void SayLow()
    {
        List<Link> all;
        lock (_lock)
            all = [.. _byId.Values];
        foreach (var link in all)
            link.SayLow();
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
                Remove(link);
            }
    }

    private static int SendQuietAgain(Link link, ref int looks, ref long bytes)
    {
        List<PendingCall> quiet = [];
        link.AddQuiet(quiet, ref looks, ref bytes);
        foreach (var call in quiet)
            call.SendAgain();
        return quiet.Count;
    }

    private ImmutableArray<Link> Of(Jid peer)
    {
        lock (_lock)
            return _byPeer.GetValueOrDefault(peer, []);
    }

    private Link? Same(Jid peer, PeerInfo info)
    {
        var link = _current.GetValueOrDefault(peer) ?? _byPeer.GetValueOrDefault(peer, []).FirstOrDefault(known => !known.IsWorn);
        if (link is null || link.Info.Instance != info.Instance || link.IsWorn || !info.Contracts.IsSubsetOf(link.Info.Contracts))
            return null;
        SetCurrent(peer, link);
        return link;
    }

    private Link Add(Jid peer, PeerInfo info)
    {
        if (_current.TryGetValue(peer, out var old) && old.Info.Instance == info.Instance)
            info = info with { Contracts = info.Contracts.Concat(old.Info.Contracts).ToFrozenSet(StringComparer.Ordinal) };
        var link = new Link(peer, info, batcher, wheel, OnLost);
        SetCurrent(peer, link);
        _byId.Add(link.Id, link);
        _byPeer[peer] = _byPeer.GetValueOrDefault(peer, []).Add(link);
        return link;
    }

    // The callee remembers what it has run for twice as long: what would be sent again later could run twice.
    private bool IsTooOld(Link link) => link.OpenCalls > 0 && link.Silence >= options.LinkRetention / 2;

    private void Doubt(Link link, string reason, RpcStatus status)
    {
        if (IsTooOld(link) || link.Doubts >= MaxDoubts)
            End(link, reason, status);
        else if (link.Doubt(reason, options.PeerGrace, status))
            Verify(link);
    }

    private void Trust(Link link)
    {
        lock (_lock)
            if (!_current.ContainsKey(link.Peer) && _byId.ContainsKey(link.Id))
                SetCurrent(link.Peer, link);
        foreach (var call in link.Open())
            call.SendAgain();
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

    private void OnLost(Link link, string reason, RpcStatus status) => End(link, reason, status);

    private void Remove(Link link)
    {
        if (!_byId.Remove(link.Id))
            return;
        if (_current.GetValueOrDefault(link.Peer) == link)
            SetCurrent(link.Peer, null);
        var others = _byPeer[link.Peer].Remove(link);
        if (others.IsEmpty)
            _byPeer.Remove(link.Peer);
        else
            _byPeer[link.Peer] = others;
    }

    private void End(Link link, string reason, RpcStatus status = RpcStatus.Unavailable)
    {
        lock (_lock)
            Remove(link);
        PendingCalls.FailAll(link, call => new RpcException(status, $"{reason}, so the outcome of {call.Request.Method} is not known."));
    }
}
