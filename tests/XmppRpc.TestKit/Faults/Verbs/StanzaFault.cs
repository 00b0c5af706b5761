using System.Runtime.CompilerServices;

namespace XmppRpc.TestKit.Faults.Verbs;

/// <summary>A fault that does something to each of the stanzas it is for; everything else passes.</summary>
internal abstract class StanzaFault(Stanzas stanzas) : Fault
{
    internal sealed override bool NeedsStanzas => true;

    protected Stanzas Meant => stanzas;

    internal sealed override async IAsyncEnumerable<Piece> ApplyAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isMeant = stanzas.Begin(run.Random);
        long offset = 0;
        await foreach (var piece in pieces.WithCancellation(cancellationToken))
        {
            var meant = isMeant(piece);
            if (meant)
                run.Report(offset, ToString()!);
            offset += piece.Bytes.Length;
            if (!meant)
                yield return piece;
            else
                foreach (var left in Change(piece, run))
                    yield return left;
        }
    }

    /// <summary>What leaves in place of a stanza.</summary>
    protected abstract IEnumerable<Piece> Change(Piece piece, FaultRun run);
}
