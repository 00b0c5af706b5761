using XmppRpc.Benchmarks.Peers.Cases;
using XmppRpc.Benchmarks.Peers.Contestants;
using XmppRpc.Benchmarks.Peers.Processes;
using XmppRpc.Benchmarks.Peers.Results;

namespace XmppRpc.Benchmarks.Peers;

/// <summary>A contestant whose processes are up: from now on until the end, so that contestants can take turns.</summary>
internal sealed class Entrant : IAsyncDisposable
{
    private static readonly TimeSpan HoldTimeout = TimeSpan.FromMinutes(1), PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly ChildProcess _callee, _caller;
    private readonly int _server;

    private Entrant(Contestant contestant, Report? server)
    {
        (Contestant, _server) = (contestant, server?.ProcessId ?? 0);
        (_callee, _caller) = (ChildProcess.Start(nameof(CalleeRole), contestant.Name), ChildProcess.Start(nameof(CallerRole), contestant.Name));
    }

    public Contestant Contestant { get; }

    /// <summary>Whether it can go on after what went wrong.</summary>
    public bool IsUsable => _callee.IsUsable && _caller.IsUsable;

    /// <summary>Starts both processes. The server's report is that of <see cref="Contestant.Server"/>.</summary>
    public static async Task<Entrant> StartAsync(Contestant contestant, Report? server)
    {
        var entrant = new Entrant(contestant, server);
        try
        {
            var callee = await entrant._callee.AskAsync(new(Verb.Start) { Address = AddressOf(contestant.CalleeAccount) });
            await entrant._caller.AskAsync(new(Verb.Start) { Address = AddressOf(contestant.CallerAccount), Callee = callee.Addresses![contestant.CalleeAccount] });
            return entrant;
        }
        catch
        {
            await entrant.DisposeAsync();
            throw;
        }

        string AddressOf(string account) => server?.Addresses![account] ?? "";
    }

    /// <summary>Runs a case without measuring.</summary>
    public async Task WarmUpAsync(Case @case, double seconds)
    {
        if (@case.Kind is CaseKind.Pending)
            return;
        await _callee.AskAsync(new(Verb.Prepare) { Case = @case });
        await _caller.AskAsync(new(Verb.Run) { Case = @case, Seconds = seconds });
    }

    /// <summary>Runs a case and measures.</summary>
    public Task<IReadOnlyDictionary<Figure, double>> MeasureAsync(Case @case, double seconds) => @case.Kind is CaseKind.Pending ? MeasurePendingAsync(@case) : MeasureRunAsync(@case, seconds);

    public async ValueTask DisposeAsync()
    {
        await _caller.DisposeAsync();
        await _callee.DisposeAsync();
    }

    private async Task<IReadOnlyDictionary<Figure, double>> MeasureRunAsync(Case @case, double seconds)
    {
        await _callee.AskAsync(new(Verb.Prepare) { Case = @case });
        var before = await SnapshotAsync(Verb.Usage);
        var run = (await _caller.AskAsync(new(Verb.Run) { Case = @case, Seconds = seconds })).Result!;
        var after = await SnapshotAsync(Verb.Usage);
        var (calls, thousands) = ((double)run.Calls, run.Calls / 1000.0);
        var figures = new Dictionary<Figure, double?>
        {
            [Figure.PerSecond] = calls / run.Seconds,
            [Figure.P50] = run.P50,
            [Figure.P99] = run.P99,
            [Figure.CallerCpu] = (after.Caller.CpuMilliseconds - before.Caller.CpuMilliseconds) / thousands,
            [Figure.CalleeCpu] = (after.Callee.CpuMilliseconds - before.Callee.CpuMilliseconds) / thousands,
            [Figure.ServerCpu] = (after.Server?.CpuMilliseconds - before.Server?.CpuMilliseconds) / thousands,
            [Figure.CallerAllocated] = (after.Caller.Allocated - before.Caller.Allocated) / calls,
            [Figure.CalleeAllocated] = (after.Callee.Allocated - before.Callee.Allocated) / calls,
            // A stream has one call, and what its stanzas share are items.
            [Figure.CallsPerStanza] = @case.Kind is CaseKind.Calls ? calls / (after.Caller.Stanzas - before.Caller.Stanzas) : null,
            [Figure.RepliesPerStanza] = calls / (after.Callee.Stanzas - before.Callee.Stanzas),
        };
        return Known(figures);
    }

    private async Task<IReadOnlyDictionary<Figure, double>> MeasurePendingAsync(Case @case)
    {
        var idle = await SnapshotAsync(Verb.Settle);
        await _caller.AskAsync(new(Verb.Hold) { Case = @case });
        await ReachedAsync(@case.Count);
        var full = await SnapshotAsync(Verb.Settle);
        await _callee.AskAsync(new(Verb.Release));
        await _caller.AskAsync(new(Verb.Release));
        return Known(new()
        {
            [Figure.CallerHeap] = (full.Caller.Heap - idle.Caller.Heap) / (double)@case.Count,
            [Figure.CalleeHeap] = (full.Callee.Heap - idle.Callee.Heap) / (double)@case.Count,
            [Figure.CallerMemory] = MiB(full.Caller.WorkingSet - idle.Caller.WorkingSet),
            [Figure.CalleeMemory] = MiB(full.Callee.WorkingSet - idle.Callee.WorkingSet),
            [Figure.ServerMemory] = MiB(full.Server?.WorkingSet - idle.Server?.WorkingSet),
        });

        static double? MiB(long? bytes) => bytes / 1024.0 / 1024.0;
    }

    private async Task ReachedAsync(int count)
    {
        using var timeout = new CancellationTokenSource(HoldTimeout);
        using var timer = new PeriodicTimer(PollInterval);
        var held = 0;
        try
        {
            while ((held = (await _callee.AskAsync(new(Verb.Usage))).Usage!.Held) < count)
                await timer.WaitForNextTickAsync(timeout.Token);
        }
        catch (OperationCanceledException e)
        {
            await _callee.AskAsync(new(Verb.Release));
            throw new InvalidOperationException($"Of {count} calls {held} reached the callee within {HoldTimeout.TotalSeconds} s.", e);
        }
    }

    private async Task<(Usage Caller, Usage Callee, Usage? Server)> SnapshotAsync(Verb verb) =>
        ((await _caller.AskAsync(new(verb))).Usage!, (await _callee.AskAsync(new(verb))).Usage!, _server == 0 ? null : Usage.Of(_server));

    private static Dictionary<Figure, double> Known(Dictionary<Figure, double?> figures) =>
        figures.Where(static figure => figure.Value is { } value && double.IsFinite(value)).ToDictionary(static figure => figure.Key, static figure => figure.Value!.Value);
}
