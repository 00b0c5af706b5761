using System.Globalization;
using System.Runtime.CompilerServices;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.TestKit.Faults.Verbs;

internal sealed class Injecting(At at, string xml) : MomentFault(at)
{
    public override string ToString() => $"Fault.Inject({Moment}, \"\"\"{xml}\"\"\")";

    protected override async IAsyncEnumerable<Piece> FromThenOnAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Piece.FromXml(xml);
        await foreach (var piece in pieces)
            yield return piece;
    }
}

internal sealed class Dropping(Stanzas stanzas) : StanzaFault(stanzas)
{
    public override string ToString() => $"Fault.Drop({Meant})";

    protected override IEnumerable<Piece> Change(Piece piece, FaultRun run) => [];
}

internal sealed class Duplicating(Stanzas stanzas, int copies) : StanzaFault(stanzas)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"Fault.Duplicate({Meant}, {copies})");

    protected override IEnumerable<Piece> Change(Piece piece, FaultRun run) => Enumerable.Repeat(piece, copies + 1);
}

internal sealed class Rewriting(Stanzas stanzas, Func<XmppElement, XmppElement> rewrite, string text) : StanzaFault(stanzas)
{
    public override string ToString() => $"Fault.Rewrite({Meant}, {text})";

    protected override IEnumerable<Piece> Change(Piece piece, FaultRun run) => [Piece.FromStanza(rewrite(piece.Stanza!)) with { ThenTls = piece.ThenTls }];
}

internal sealed class Answering(Stanzas stanzas, Func<XmppElement, XmppElement> answer, string text) : StanzaFault(stanzas)
{
    public override string ToString() => $"Fault.Answer({Meant}, {text})";

    protected override IEnumerable<Piece> Change(Piece piece, FaultRun run)
    {
        run.Answer(Piece.FromStanza(answer(piece.Stanza!)));
        return [piece];
    }
}
