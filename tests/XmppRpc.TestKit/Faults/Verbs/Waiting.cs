using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace XmppRpc.TestKit.Faults.Verbs;

internal sealed class Stopping(At at, Gate? until) : MomentFault(at)
{
    public override string ToString() => until is null ? $"Fault.StopReading({Moment})" : $"Fault.StopReading({Moment}, gate)";

    protected override async IAsyncEnumerable<Piece> FromThenOnAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await (until?.WaitAsync(cancellationToken) ?? Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken));
        await foreach (var piece in pieces)
            yield return piece;
    }
}

/// <summary>A fault that goes on reading while what was read waits.</summary>
internal abstract class Postponing(At at) : MomentFault(at)
{
    protected sealed override async IAsyncEnumerable<Piece> FromThenOnAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var waiting = Channel.CreateUnbounded<(Piece Piece, Task Release)>(new() { SingleReader = true, SingleWriter = true });
        var pump = PumpAsync(pieces, waiting.Writer, run, cancellationToken);
        try
        {
            await foreach (var (piece, release) in waiting.Reader.ReadAllAsync(cancellationToken))
            {
                await release;
                yield return piece;
            }
        }
        finally
        {
            await pump;
        }
    }

    /// <summary>Completes when a piece that came now may go on.</summary>
    protected abstract Task ReleaseAsync(FaultRun run, CancellationToken cancellationToken);

    private async Task PumpAsync(IAsyncEnumerable<Piece> pieces, ChannelWriter<(Piece, Task)> waiting, FaultRun run, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var piece in pieces.WithCancellation(cancellationToken))
                waiting.TryWrite((piece, ReleaseAsync(run, cancellationToken)));
            // the end comes no sooner than a piece would
            waiting.TryWrite((default, ReleaseAsync(run, cancellationToken)));
            waiting.Complete();
        }
        catch (Exception e)
        {
            waiting.Complete(e);
        }
    }
}

internal sealed class HoldingAll(At at, Gate until) : Postponing(at)
{
    public override string ToString() => $"Fault.HoldAll({Moment}, gate)";

    protected override Task ReleaseAsync(FaultRun run, CancellationToken cancellationToken) => until.WaitAsync(cancellationToken);
}

internal sealed class Delaying(At at, TimeSpan by) : Postponing(at)
{
    public override string ToString() => $"Fault.Delay(TimeSpan.Parse(\"{by}\"), {Moment})";

    protected override Task ReleaseAsync(FaultRun run, CancellationToken cancellationToken) => Task.Delay(by, run.Time, cancellationToken);
}
