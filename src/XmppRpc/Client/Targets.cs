using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using XmppRpc.Frames;
using XmppRpc.Xmpp;

namespace XmppRpc.Client;

/// <summary>What finding a peer needs of the rooms above.</summary>
/// <param name="DiscoverAsync">Asks an address what it is (XEP-0030); throws <see cref="RpcException"/> if nobody is there.</param>
/// <param name="AnnounceAsync">Sends directed presence, so that each side learns of the other's death.</param>
internal sealed record PeerFinder(Func<Jid, CancellationToken, Task<PeerInfo>> DiscoverAsync, Func<Jid, ValueTask> AnnounceAsync);

/// <summary>Leads a call to a link: at once to a peer that is known, else after disco (a full JID, a component) or <c>who</c> (a bare JID: any instance).</summary>
internal sealed class Targets(Links links, FrameBatcher batcher, PeerFinder finder, TimeProvider time, TimeSpan findTimeout)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan[] AskAgain = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)];

    private readonly ConcurrentDictionary<Jid, Task<Link?>> _discoveries = new();
    private readonly ConcurrentDictionary<(Jid, string), Search> _searches = new();
    private readonly ConcurrentDictionary<Link, bool> _verified = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The link to take now, or null if the peer must be found first.</summary>
    public Link? TryGet(CallRequest request)
    {
        var (contract, version) = (request.Method.Contract, request.Method.Version);
        if (!RpcTarget.MeansAnyInstance(request.Target))
            return links.Current(request.Target) is { IsWorn: false } link && link.Info.Serves(contract, version) ? link : null;
        if (!_searches.TryGetValue((request.Target, Key(contract, version)), out var search))
            return null;
        AskIfStale(search);
        return Pick(request);
    }

    /// <summary>Finds the peer; waits until somebody answers or the token fires. Somebody who does not serve the contract to us throws.</summary>
    public async Task<Link> FindAsync(CallRequest request, CancellationToken cancellationToken) => RpcTarget.MeansAnyInstance(request.Target)
        ? await FindInstanceAsync(request, cancellationToken).ConfigureAwait(false)
        : await FindAddressAsync(request, cancellationToken).ConfigureAwait(false);

    /// <summary>Whether <c>who</c> was asked there; a <c>here</c> out of the blue counts for nothing.</summary>
    public bool WasAsked(Jid from, HereFrame here) => _searches.ContainsKey((from.Bare, here.Contract));

    /// <summary>An instance that was asked has answered <c>who</c>.</summary>
    public async ValueTask HereAsync(Jid from, HereFrame here)
    {
        if (!_searches.TryGetValue((from.Bare, here.Contract), out var search) || !links.HasRoomFor(from))
            return;
        if (links.Current(from)?.Info.Instance != here.Instance)
            await finder.AnnounceAsync(from).ConfigureAwait(false);
        links.Learn(from, new PeerInfo(here.Instance, FrozenSet.Create(StringComparer.Ordinal, here.Contract), here.MaxStanzaBytes));
        search.Answered();
    }

    /// <summary>Finds out whether the process of a link that is in doubt is there: if it is, the link learns of it. Asks as long as it is in doubt.</summary>
    public void Verify(Link link)
    {
        if (_verified.TryAdd(link, true))
            _ = VerifyAsync(link);
        else
            _ = _discoveries.GetOrAdd(link.Peer, StartDiscovery);
    }

    /// <summary>Asks a peer that lives whether it still is the process that has our calls: if not, they end.</summary>
    public async Task RecheckAsync(Jid peer)
    {
        try
        {
            // Who shows us nothing may have stopped serving, which ends no call that runs there.
            if (await finder.DiscoverAsync(peer, CancellationToken.None).ConfigureAwait(false) is { Contracts.Count: > 0 } info)
                links.Learn(peer, info);
        }
        catch (RpcException)
        {
            // The next silence asks again.
        }
    }

    /// <summary>Ends every search, those that come from now on too: the connection is gone.</summary>
    public void Close(Exception reason)
    {
        if (_closed.TrySetException(reason))
            // Nobody may be waiting, so it must not count as unobserved.
            _ = _closed.Task.Exception;
        foreach (var search in _searches.Values)
            search.Fail(reason);
    }

    private static string Key(string contract, int version) => $"{contract}:{version}";

    private async Task VerifyAsync(Link link)
    {
        for (var round = 0; link.IsInDoubt; round++)
        {
            await ((Task)_discoveries.GetOrAdd(link.Peer, StartDiscovery)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
            if (link.IsInDoubt)
                await Task.Delay(round < AskAgain.Length ? AskAgain[round] : Refresh, time).ConfigureAwait(false);
        }
        _verified.TryRemove(link, out _);
        // It may have come in doubt again meanwhile, and have found us still at it.
        if (link.IsInDoubt)
            Verify(link);
    }

    private async Task<Link> FindAddressAsync(CallRequest request, CancellationToken cancellationToken)
    {
        for (var round = 0; ; round++)
            try
            {
                return await FindAtAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (RpcException e) when (request.Waits && e.Status is RpcStatus.Unavailable or RpcStatus.Unreachable)
            {
                await PauseAsync(round < AskAgain.Length ? AskAgain[round] : Refresh, cancellationToken).ConfigureAwait(false);
            }
    }

    /// <summary>Waits that long, unless this is closed meanwhile, or was before.</summary>
    private async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await _closed.Task.WaitAsync(pause, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Still open: go on.
        }
    }

    private async Task<Link> FindAtAsync(CallRequest request, CancellationToken cancellationToken)
    {
        if (_closed.Task.IsFaulted)
            await _closed.Task.ConfigureAwait(false);
        var target = request.Target;
        // Callers that ask at the same time share one disco; none of them may cancel it for the others.
        var discovery = _discoveries.GetOrAdd(target, StartDiscovery);
        var link = await discovery.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (link?.Info.Serves(request.Method.Contract, request.Method.Version) == true)
            return link;
        var served = string.Join(", ", (link?.Info.Contracts ?? []).Order(StringComparer.Ordinal).Take(16));
        throw new RpcException(RpcStatus.Unimplemented, $"{target} does not serve {request.Method.Contract} version {request.Method.Version} to this account. "
            + (served.Length > 0 ? $"It serves {PlainText.Of(FrameWriter.Shorten(served, 1024))}." : "It serves nothing that this account may call: check the contract's name and version, and whom [RpcAuthorize] lets in."))
        {
            Code = FrameNames.UnknownMethod,
            Remote = target,
            Outcome = RpcOutcome.NotExecuted,
        };
    }

    // All who waited may have gone.
    private Task<Link?> StartDiscovery(Jid target) => Observed(DiscoverAsync(target));

    /// <summary>The task, whose failure does not count as unobserved if nobody awaits it.</summary>
    private static Task<T> Observed<T>(Task<T> task)
    {
        _ = task.ContinueWith(static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return task;
    }

    /// <summary>The link to that address, or null if it shows us nothing: then it is not known whether its process is the one we had.</summary>
    private async Task<Link?> DiscoverAsync(Jid target)
    {
        await Task.Yield();
        try
        {
            await finder.AnnounceAsync(target).ConfigureAwait(false);
            return await AskAsync(target).ConfigureAwait(false) is { Contracts.Count: > 0 } info ? links.Learn(target, info) : null;
        }
        finally
        {
            _discoveries.TryRemove(target, out _);
        }
    }

    // A question that reaches a session on its way out is lost without a bounce; one that waits for a hibernating session is answered late. So it is
    // asked again while the earlier ones stand, and what comes first counts.
    private async Task<PeerInfo> AskAsync(Jid target)
    {
        using var answered = new CancellationTokenSource();
        try
        {
            var asked = new List<Task<PeerInfo>>();
            while (true)
            {
                var pause = asked.Count < AskAgain.Length ? AskAgain[asked.Count] : Refresh;
                // Of several only the first is awaited.
                asked.Add(Observed(finder.DiscoverAsync(target, answered.Token)));
                var first = Task.WhenAny(asked);
                if (await Task.WhenAny(first, Task.Delay(pause, time, answered.Token)).ConfigureAwait(false) == first)
                    return await (await first.ConfigureAwait(false)).ConfigureAwait(false);
            }
        }
        finally
        {
            await answered.CancelAsync().ConfigureAwait(false);
        }
    }

    private async Task<Link> FindInstanceAsync(CallRequest request, CancellationToken cancellationToken)
    {
        var search = _searches.GetOrAdd((request.Target, Key(request.Method.Contract, request.Method.Version)), static key => new Search(key.Item1, key.Item2));
        var started = time.GetTimestamp();
        for (var round = 0; ; round++)
        {
            var answer = search.NextAnswer();
            if (_closed.Task.IsFaulted)
                await _closed.Task.ConfigureAwait(false);
            if (Pick(request) is { } link)
                return link;
            var wait = round < AskAgain.Length ? AskAgain[round] : Refresh;
            if (!request.Waits && findTimeout - time.GetElapsedTime(started) is var left && left < wait)
                wait = left;
            if (wait <= TimeSpan.Zero)
                throw Nobody(request);
            Ask(search);
            try
            {
                await answer.WaitAsync(wait, time, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Nobody yet: ask again.
            }
        }
    }

    private RpcException Nobody(CallRequest request) => new(RpcStatus.Unavailable,
        $"No instance at {request.Target} answered within {findTimeout.TotalSeconds} s (RpcEndpointOptions.FindTimeout). It may be offline, not serve {request.Method.Contract} version {request.Method.Version}, or not let this account in. To wait for one, call with RpcDelivery.WaitUntilAvailable.")
    {
        Remote = request.Target,
        Outcome = RpcOutcome.NotExecuted,
    };

    private Link? Pick(CallRequest request)
    {
        Link? best = null;
        foreach (var link in links.Instances(request.Target))
            if (!link.IsWorn && link.Info.Serves(request.Method.Contract, request.Method.Version) && (best is null || IsBetter(link, best, request.RouteKey)))
                best = link;
        return best;
    }

    // Rendezvous hashing: each key prefers the instances in an order of its own, so it moves only when the one it has goes.
    private static bool IsBetter(Link link, Link than, string? routeKey) => routeKey is null
        ? link.OpenCalls < than.OpenCalls
        : Weight(link, routeKey).SequenceCompareTo(Weight(than, routeKey)) > 0;

    private static ReadOnlySpan<byte> Weight(Link link, string routeKey) => SHA256.HashData(Encoding.UTF8.GetBytes($"{routeKey}\n{link.Peer}"));

    private void AskIfStale(Search search)
    {
        if (time.GetElapsedTime(search.AskedAt) >= Refresh)
            Ask(search);
    }

    private void Ask(Search search)
    {
        search.AskedAt = time.GetTimestamp();
        // One that still waits will do: through an outage they must not pile up.
        if (search.TryRenewQuestion(out var who))
            batcher.Append(search.Target, who);
    }

    /// <summary>One bare JID and contract that was asked for.</summary>
    private sealed class Search(Jid target, string contract)
    {
        private TaskCompletionSource _answer = NewAnswer();
        private WhoFrame? _question;

        public Jid Target { get; } = target;

        public string Contract { get; } = contract;

        public long AskedAt { get; set; }

        /// <summary>The next <c>who</c> to send; false if the one before has not left yet.</summary>
        public bool TryRenewQuestion(out WhoFrame who)
        {
            var last = Volatile.Read(ref _question);
            who = new WhoFrame(Contract);
            return last is not { IsWaiting: true } && Interlocked.CompareExchange(ref _question, who, last) == last;
        }

        public Task NextAnswer() => Volatile.Read(ref _answer).Task;

        public void Answered() => Interlocked.Exchange(ref _answer, NewAnswer()).TrySetResult();

        public void Fail(Exception reason)
        {
            var answer = Interlocked.Exchange(ref _answer, NewAnswer());
            answer.TrySetException(reason);
            // Nobody may be waiting, so it must not count as unobserved.
            _ = answer.Task.Exception;
        }

        private static TaskCompletionSource NewAnswer() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
