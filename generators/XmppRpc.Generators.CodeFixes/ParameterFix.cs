using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using XmppRpc.Generators.Analyzers;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Mends one parameter of an implementation: its default value (XRPC012), its <c>[EnumeratorCancellation]</c> (XRPC014).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class ParameterFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.DefaultDiffers.Id, Diagnostics.NoEnumeratorCancellation.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (await document.NodeAsync<ParameterSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is not { } parameter)
            return Edits.None;
        if (string.Equals(diagnostic.Id, Diagnostics.NoEnumeratorCancellation.Id, StringComparison.Ordinal))
            return [document.InDocument("Add [EnumeratorCancellation]", "enumerator", editor => editor.AddAttribute(parameter, "global::System.Runtime.CompilerServices.EnumeratorCancellation"))];
        if (parameter.Default is not { } value || !diagnostic.Properties.TryGetValue(ImplementationAnalyzer.DefaultProperty, out var text) || text is null)
            return Edits.None;
        var better = SyntaxFactory.ParseExpression(text).WithTriviaFrom(value.Value).Polished();
        return [document.InDocument($"Take the contract's default, {text.Replace("global::", "")}", "default", editor => editor.ReplaceNode(value.Value, better))];
    }
}
