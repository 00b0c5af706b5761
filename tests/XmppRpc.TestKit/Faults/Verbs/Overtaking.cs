using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace XmppRpc.TestKit.Faults.Verbs;

internal sealed class Reordering : Fault
{
    private readonly Stanzas _stanzas;
    private readonly int _by;

    public Reordering(Stanzas stanzas, int by)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(by);
        (_stanzas, _by) = (stanzas, by);
    }

    internal override bool NeedsStanzas => true;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Fault.Reorder({_stanzas}, {_by})");

    internal override async IAsyncEnumerable<Piece> ApplyAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isMeant = _stanzas.Begin(run.Random);
        var overtaken = new Queue<(Piece Piece, long Due)>();
        long offset = 0, passed = 0;
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
        {
            var meant = isMeant(piece);
            if (meant)
            {
                run.Report(offset, ToString());
                overtaken.Enqueue((piece, passed + _by));
            }
            offset += piece.Bytes.Length;
            if (meant)
                continue;
            yield return piece;
            passed += piece.Stanza is null ? 0 : 1;
            while (overtaken.TryPeek(out var first) && first.Due <= passed)
                yield return overtaken.Dequeue().Piece;
        }
        foreach (var (piece, _) in overtaken)
            yield return piece;
    }
}

internal sealed class Holding(Stanzas stanzas, Gate until) : Fault
{
    internal override bool NeedsStanzas => true;

    public override string ToString() => $"Fault.Hold({stanzas}, gate)";

    internal override async IAsyncEnumerable<Piece> ApplyAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var passing = Channel.CreateUnbounded<Piece>(new() { SingleReader = true });
        var pump = PumpAsync(pieces, passing.Writer, run, cancellationToken);
        try
        {
            await foreach (var piece in passing.Reader.ReadAllAsync(cancellationToken))
                yield return piece;
        }
        finally
        {
            await pump;
        }
    }

    private async Task PumpAsync(IAsyncEnumerable<Piece> pieces, ChannelWriter<Piece> passing, FaultRun run, CancellationToken cancellationToken)
    {
        var gate = new Lock();
        var held = new Queue<Piece>();
        var open = false;
        var isMeant = stanzas.Begin(run.Random);
        var release = ReleaseAsync();
        try
        {
            long offset = 0;
            await foreach (var piece in pieces.WithCancellation(cancellationToken))
            {
                var meant = isMeant(piece);
                lock (gate)
                    if (open || !meant)
                        passing.TryWrite(piece);
                    else
                    {
                        run.Report(offset, ToString());
                        held.Enqueue(piece);
                    }
                offset += piece.Bytes.Length;
            }
            bool isOver;
            lock (gate)
                isOver = held.Count == 0;
            if (!isOver)
                await release;
            passing.Complete();
        }
        catch (Exception e)
        {
            passing.Complete(e);
        }

        async Task ReleaseAsync()
        {
            try
            {
                await until.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            lock (gate)
            {
                open = true;
                while (held.TryDequeue(out var piece))
                    passing.TryWrite(piece);
            }
        }
    }
}
