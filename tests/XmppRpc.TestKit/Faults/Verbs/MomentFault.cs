using System.Runtime.CompilerServices;

namespace XmppRpc.TestKit.Faults.Verbs;

/// <summary>A fault that happens once, at a moment: before it everything passes.</summary>
internal abstract class MomentFault(At at) : Fault
{
    internal override bool NeedsStanzas => at.NeedsStanzas;

    protected At Moment => at;

    internal sealed override async IAsyncEnumerable<Piece> ApplyAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var input = pieces.GetAsyncEnumerator(cancellationToken);
        var find = at.Begin(run.Random);
        Piece? rest = null;
        long offset = 0;
        for (var found = at.IsStart; !found;)
        {
            if (!await input.MoveNextAsync())
                yield break;
            var where = find(input.Current);
            found = where >= 0;
            (var head, rest) = found ? input.Current.SplitAt(where) : (input.Current, null);
            offset += head?.Bytes.Length ?? 0;
            if (head is not null)
                yield return head.Value;
        }

        run.Report(offset, ToString()!);
        await foreach (var piece in FromThenOnAsync(WithRestAsync(rest, input), run, cancellationToken))
            yield return piece;
    }

    /// <summary>What leaves the fault after the moment, given what is still to come.</summary>
    protected abstract IAsyncEnumerable<Piece> FromThenOnAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, CancellationToken cancellationToken);

    private static async IAsyncEnumerable<Piece> WithRestAsync(Piece? rest, IAsyncEnumerator<Piece> input)
    {
        if (rest is not null)
            yield return rest.Value;
        while (await input.MoveNextAsync())
            yield return input.Current;
    }
}
