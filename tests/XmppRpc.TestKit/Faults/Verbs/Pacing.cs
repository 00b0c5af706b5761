using System.Globalization;
using System.Runtime.CompilerServices;

namespace XmppRpc.TestKit.Faults.Verbs;

internal sealed class Throttling : Fault
{
    private readonly int _bytes;
    private readonly TimeSpan _per;

    public Throttling(int bytes, TimeSpan per)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(per, TimeSpan.Zero);
        (_bytes, _per) = (bytes, per);
    }

    internal override bool BreaksStanzas => true;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Fault.Bandwidth({_bytes}, TimeSpan.Parse(\"{_per}\"))");

    internal override async IAsyncEnumerable<Piece> ApplyAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (left, begun) = (_bytes, run.Time.GetTimestamp());
        await foreach (var whole in pieces.WithCancellation(cancellationToken))
            for (Piece? rest = whole; rest is { } piece;)
            {
                var elapsed = run.Time.GetElapsedTime(begun);
                if (left == 0 && !piece.Bytes.IsEmpty && elapsed < _per)
                {
                    await Task.Delay(_per - elapsed, run.Time, cancellationToken);
                    elapsed = _per;
                }
                if (elapsed >= _per)
                    (left, begun) = (_bytes, run.Time.GetTimestamp());
                var length = Math.Min(left, piece.Bytes.Length);
                left -= length;
                (var head, rest) = length == 0 ? (piece, null) : piece.SplitAt(length);
                if (head is not null)
                    yield return head.Value;
            }
    }
}

internal sealed class Rechunking : Fault
{
    private readonly int _min;
    private readonly int _max;

    public Rechunking(int min, int max)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(min);
        ArgumentOutOfRangeException.ThrowIfLessThan(max, min);
        (_min, _max) = (min, max);
    }

    internal override bool BreaksStanzas => true;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Fault.Rechunk({_max}, {_min})");

    internal override async IAsyncEnumerable<Piece> ApplyAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var left = 0;
        await foreach (var whole in pieces.WithCancellation(cancellationToken))
            for (Piece? rest = whole; rest is { } piece;)
            {
                if (left == 0)
                    left = run.Random.Next(_min, _max + 1);
                var length = Math.Min(left, piece.Bytes.Length);
                left -= length;
                (var head, rest) = length == 0 ? (piece, null) : piece.SplitAt(length);
                if (head is not null)
                    yield return head.Value;
            }
    }
}
