using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Makes methods of what a contract cannot have (XRPC004): of a property that is read, and of an event with one value.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class MemberFix : ContractCodeFix
{
    private const string Token = "global::System.Threading.CancellationToken cancellationToken = default";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.UnsupportedMember.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (await document.NodeAsync<MemberDeclarationSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is not { } member)
            return Edits.None;
        var model = await document.ModelAsync(cancellation).ConfigureAwait(false);
        // One declaration of several events would lose the others.
        var declared = member is EventFieldDeclarationSyntax { Declaration.Variables: { Count: 1 } events } ? events[0] : (SyntaxNode)member;
        var method = model.GetDeclaredSymbol(declared, cancellation) switch
        {
            IPropertySymbol { IsIndexer: false, IsStatic: false, SetMethod: null } property when IsData(property.Type) => $"global::System.Threading.Tasks.Task<{property.Type.Source()}> Get{property.Name}Async({Token});",
            IEventSymbol { IsStatic: false } source when Value(source.Type) is { } value && IsData(value) => $"global::System.Collections.Generic.IAsyncEnumerable<{value.Source()}> {source.Name}Async({Token});",
            _ => null,
        };
        if (method is null)
            return Edits.None;
        var better = SyntaxFactory.ParseMemberDeclaration(method)!.WithTriviaFrom(member).Polished();
        return [document.InDocument("Make it a method", "method", editor => editor.ReplaceNode(member, better))];
    }

    // Of Action<T> and EventHandler<T>: what comes with each event.
    private static ITypeSymbol? Value(ITypeSymbol handler) => handler is INamedTypeSymbol { TypeArguments.Length: 1 } named && (handler.Is("System.Action`1") || handler.Is("System.EventHandler`1")) ? named.TypeArguments[0] : null;

    private static bool IsData(ITypeSymbol type) => type.TypeKind != TypeKind.Error && new DataTypes().Refusal(type) is null;
}
