using System.Diagnostics;
using XmppRpc.Servers.Peer;

namespace XmppRpc.Servers.Tests.Matrix;

/// <summary>One call of a scene: who calls whom in which shape, and what became of it.</summary>
internal sealed class Cell(Shape shape, Side caller, Side callee, Ledger ledger, string key, TimeSpan timeout)
{
    private TimeSpan _took;
    private Act _act;
    private string? _implementation;

    public Shape Shape => shape;

    public Side Caller => caller;

    public Side Callee => callee;

    public string Key => key;

    public Ending Ending { get; private set; } = Ending.None;

    public DrillCall Call { get; private set; } = null!;

    public Exception? Error { get; private set; }

    private int Value { get; set; }

    private Task Ended { get; set; } = Task.CompletedTask;

    public void Start(RpcEndpoint endpoint, RpcTarget target, Act act, CancellationToken ct)
    {
        Call = new DrillCall(endpoint.Get<IDrill>(target).With(timeout), key);
        _act = act;
        Ended = RunAsync(act, ct);
    }

    /// <summary>Completes when it is where the trouble is to meet it.</summary>
    public Task ArmedAsync(TimeSpan guard) => shape switch
    {
        Shape.Upload => ledger.UntilAsync($"reached {key}", guard),
        _ when shape is Shape.Unary or Shape.OneWay || _act is Act.Stall => ledger.UntilAsync($"started {key} ", guard),
        _ => Task.WhenAny(Call.Halfway, Ended).WaitAsync(guard),
    };

    public void Open()
    {
        ledger.Open(key);
        Call.OpenSource();
    }

    /// <summary>Completes when the call has ended on either side.</summary>
    public async Task EndedAsync(TimeSpan guard, Expectation expected)
    {
        await Ended.WaitAsync(guard).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (expected.Implementation is not null)
            await ledger.UntilAsync($"ended {key} ", guard).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (shape is Shape.Upload or Shape.Duplex && expected is { Ending: not Ending.None, Starts: > 0 })
            await Call.SourceClosed.WaitAsync(guard).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _implementation = ledger.End(key);
    }

    public void Assert(Expectation expected)
    {
        var starts = ledger.Starts(key);
        var end = _implementation;
        var told = $"{Ending} after {_took.TotalSeconds:F1} s, {starts} starts, implementation '{end}', {Call?.Items.Count} items, {Error}";
        Xunit.Assert.True(expected.Ending == Ending, $"expected {expected.Ending}: {told}");
        Xunit.Assert.True(expected.Starts == starts, $"expected {expected.Starts} starts: {told}");
        if (expected.Implementation is { } done)
            Xunit.Assert.True(done == (end == "done") && end is not null, $"expected the implementation {(done ? "to complete" : "to be told")}: {told}");
        if (Ending is Ending.None)
            return;
        Xunit.Assert.True(_took < timeout + TimeSpan.FromSeconds(1), $"expected an end by its deadline and a second: {told}");
        if (Ending is Ending.Refused)
            Xunit.Assert.True(starts == 0, $"not executed, it says: {told}");
        if (Error is RpcException { Outcome: RpcOutcome.Executed })
            Xunit.Assert.True(starts == 1, $"executed, it says: {told}");
        Xunit.Assert.Equal(Enumerable.Range(1, Call!.Items.Count), Call.Items);
        if (Error is RpcStreamInterruptedException broken)
            Xunit.Assert.True(broken.LastSequence == Call.Items.Count, $"it says that item {broken.LastSequence} was the last: {told}");
        if (shape is Shape.Upload or Shape.Duplex && starts > 0)
            Xunit.Assert.True(Call.SourceClosed.IsCompleted, $"the source of the caller is still held: {told}");
        if (Ending is Ending.Result)
            Xunit.Assert.Equal(shape switch { Shape.Upload => Drill.Count * (Drill.Count + 1) / 2, Shape.Download or Shape.Duplex => Drill.Count, _ => Drill.Answer }, Value);
        if (Ending is Ending.Fault && shape is Shape.Download or Shape.Duplex)
            Xunit.Assert.InRange(Call.Items.Count, shape is Shape.Download ? Drill.Half : 0, Drill.Half);
    }

    private async Task RunAsync(Act act, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            Value = await Call.RunAsync(shape, act, ct);
            Ending = Ending.Result;
        }
        catch (Exception e)
        {
            Error = e;
            Ending = e switch
            {
                OperationCanceledException => Ending.Canceled,
                RpcTimeoutException => Ending.TimedOut,
                RpcStreamInterruptedException => Ending.Interrupted,
                RpcException { Code: "told-to", Outcome: RpcOutcome.Executed } => Ending.Fault,
                // An XMPP server that may not look for a domain elsewhere (ejabberd's s2s_access) says that it is not allowed.
                RpcException { Status: RpcStatus.Unavailable or RpcStatus.Unreachable or RpcStatus.PermissionDenied, Outcome: RpcOutcome.NotExecuted } => Ending.Refused,
                RpcException { Status: RpcStatus.Unavailable, Outcome: RpcOutcome.Unknown } => Ending.Lost,
                _ => Ending.Other,
            };
        }
        _took = clock.Elapsed;
    }
}
