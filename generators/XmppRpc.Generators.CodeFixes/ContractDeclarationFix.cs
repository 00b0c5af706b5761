using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Makes a contract, and what it is nested in, partial (XRPC001) and accessible (XRPC002).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class ContractDeclarationFix : ContractCodeFix
{
    private static readonly SyntaxKind[] Access = [SyntaxKind.PublicKeyword, SyntaxKind.ProtectedKeyword, SyntaxKind.InternalKeyword, SyntaxKind.PrivateKeyword, SyntaxKind.FileKeyword];

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.NotPartial.Id, Diagnostics.NotAccessible.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (await document.NodeAsync<TypeDeclarationSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is not { } type)
            return Edits.None;
        var model = await document.ModelAsync(cancellation).ConfigureAwait(false);
        if (model.GetDeclaredSymbol(type, cancellation) is not { } symbol)
            return Edits.None;
        if (string.Equals(diagnostic.Id, Diagnostics.NotPartial.Id, StringComparison.Ordinal))
            return [new Fix($"Make '{symbol.Name}' partial", "partial", (editor, stop) => EachPartAsync(editor, symbol, (document, part) => document.AddPartial(part), stop))];
        var hidden = Chain(symbol).Where(IsHidden).ToList();
        return hidden.Count == 0 ? Edits.None :
        [
            new Fix($"Make {string.Join(" and ", hidden.Select(one => $"'{one.Name}'"))} internal", "internal", async (editor, stop) =>
            {
                foreach (var one in hidden)
                    await EachPartAsync(editor, one, MakeInternal, stop).ConfigureAwait(false);
            }),
        ];
    }

    private static async Task EachPartAsync(SolutionEditor editor, INamedTypeSymbol type, Action<DocumentEditor, TypeDeclarationSyntax> edit, CancellationToken cancellation)
    {
        foreach (var reference in type.DeclaringSyntaxReferences)
            if (await reference.GetSyntaxAsync(cancellation).ConfigureAwait(false) is TypeDeclarationSyntax part)
                await editor.EditAsync(part, document => edit(document, part), cancellation).ConfigureAwait(false);
    }

    // In every part: parts must not contradict each other.
    private static void MakeInternal(DocumentEditor editor, TypeDeclarationSyntax part) => editor.ReplaceNode(part, (current, _) =>
    {
        var type = (TypeDeclarationSyntax)current;
        var first = type.Modifiers.Any() ? type.Modifiers[0] : type.Keyword;
        var modifiers = type.Modifiers.Where(modifier => !Access.Contains(modifier.Kind())).Select(modifier => modifier.WithLeadingTrivia()).ToList();
        var bare = type.ReplaceToken(first, first.WithLeadingTrivia());
        var access = SyntaxFactory.Token(first.LeadingTrivia, SyntaxKind.InternalKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space));
        return bare.WithModifiers(SyntaxFactory.TokenList([access, .. modifiers]));
    });

    private static bool IsHidden(INamedTypeSymbol type) => type.IsFileLocal || type.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal;

    private static IEnumerable<INamedTypeSymbol> Chain(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.ContainingType)
            yield return current;
    }
}
