using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using XmppRpc.Generators.Analyzers;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Declares the fault that is thrown (XRPC041), or stops catching the one that never comes (XRPC042).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class FaultFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.UndeclaredFault.Id, Diagnostics.CatchOfUndeclaredFault.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (string.Equals(diagnostic.Id, Diagnostics.CatchOfUndeclaredFault.Id, StringComparison.Ordinal))
            return await document.NodeAsync<CatchClauseSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is { Parent: TryStatementSyntax attempt } clause
                ? [document.InDocument("Remove the catch", "catch", editor => Remove(editor, attempt, clause))]
                : Edits.None;
        if (!diagnostic.Properties.TryGetValue(FaultAnalyzer.AttributeProperty, out var attribute) || attribute is null)
            return Edits.None;
        var methods = new List<SyntaxNode>();
        foreach (var id in diagnostic.Properties[FaultAnalyzer.MethodsProperty]!.Split('\n'))
            if (await Declarations.FindAsync(document.Project, id, cancellation).ConfigureAwait(false) is { } method)
                methods.Add(method);
        return methods.Count == 0 ? Edits.None :
        [
            new Fix("Declare the fault", "declare", async (editor, stop) =>
            {
                foreach (var method in methods)
                    await editor.EditAsync(method, target => target.AddAttribute(method, attribute), stop).ConfigureAwait(false);
            }),
        ];
    }

    private static void Remove(DocumentEditor editor, TryStatementSyntax attempt, CatchClauseSyntax clause)
    {
        if (attempt.Catches.Count > 1 || attempt.Finally is not null)
        {
            editor.RemoveNode(clause);
            return;
        }
        editor.ReplaceNode(attempt, (current, _) => ((TryStatementSyntax)current).Block.WithTriviaFrom(current).Polished());
    }
}
