using System.Runtime.CompilerServices;

namespace XmppRpc.TestKit.Faults.Verbs;

internal sealed class Cutting(At at, CutKind kind, Ends ends) : MomentFault(at)
{
    public override string ToString() => ends == Ends.Both ? $"Fault.Cut({Moment}, CutKind.{kind})" : $"Fault.Cut({Moment}, CutKind.{kind}, Ends.{ends})";

    protected override IAsyncEnumerable<Piece> FromThenOnAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, CancellationToken cancellationToken) => new[] { new Piece { Cut = (kind, ends) } }.ToAsyncEnumerable();
}

internal sealed class HalfClosing(At at) : MomentFault(at)
{
    public override string ToString() => $"Fault.HalfClose({Moment})";

    protected override IAsyncEnumerable<Piece> FromThenOnAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, CancellationToken cancellationToken) => new[] { new Piece { IsLast = true } }.ToAsyncEnumerable();
}

internal sealed class Silencing(At at) : MomentFault(at)
{
    public override string ToString() => $"Fault.Silence({Moment})";

    protected override async IAsyncEnumerable<Piece> FromThenOnAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // a cut that a fault before this one ordered is not a byte of this direction
        await foreach (var piece in pieces)
            if (piece.Cut is not null)
                yield return piece;
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
    }
}
