using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Wraps or unwraps what a contract method returns (XRPC003).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class ReturnTypeFix : ContractCodeFix
{
    private const string Tasks = "global::System.Threading.Tasks.", Collections = "global::System.Collections.Generic.";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.UnsupportedReturnType.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (await document.NodeAsync<MethodDeclarationSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is not { } method)
            return Edits.None;
        var model = await document.ModelAsync(cancellation).ConfigureAwait(false);
        if (model.GetDeclaredSymbol(method, cancellation) is not IMethodSymbol { RefKind: RefKind.None } symbol || Better(symbol.ReturnType) is not { } type)
            return Edits.None;
        var better = Edits.Type(type).WithTriviaFrom(method.ReturnType);
        return [document.InDocument($"Return {type.Replace(Tasks, "").Replace(Collections, "").Replace("global::", "")}", "return", editor => editor.ReplaceNode(method.ReturnType, better))];
    }

    // What is refused for its result stays refused in whatever wrapping.
    private static string? Better(ITypeSymbol type)
    {
        if (type.SpecialType == SpecialType.System_Void)
            return Tasks + "Task";
        if (Unwrapped(type) is { } inner)
            return inner.Is("System.Collections.Generic.IAsyncEnumerable`1") ? inner.Source()
                : Is(inner, "Task", "ValueTask") || (Unwrapped(inner) is { } innermost && IsData(innermost)) ? inner.Source()
                : inner.Is(KnownNames.Deferred.Type) && new DataTypes().Refusal(((INamedTypeSymbol)inner).TypeArguments[0]) is null ? $"{Tasks}Task<{inner.Source()}>"
                : IsData(inner) ? $"{Tasks}{type.Name}<{inner.Source()}>"
                : null;
        if (Is(type, "Task", "ValueTask"))
            return Tasks + type.Name;
        if (type.Is("System.Collections.Generic.IAsyncEnumerable`1"))
            return IsData(((INamedTypeSymbol)type).TypeArguments[0]) ? type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).Source() : null;
        if (type.Is(KnownNames.Deferred.Type))
            return $"{Tasks}Task<{type.Source()}>";
        if (type.Is("System.Collections.Generic.IEnumerable`1"))
            return IsData(type) ? $"{Collections}IAsyncEnumerable<{((INamedTypeSymbol)type).TypeArguments[0].Source()}>" : null;
        return IsData(type) ? $"{Tasks}Task<{type.Source()}>" : null;
    }

    private static ITypeSymbol? Unwrapped(ITypeSymbol type) => Is(type, "Task`1", "ValueTask`1") ? ((INamedTypeSymbol)type).TypeArguments[0] : null;

    private static bool Is(ITypeSymbol type, params string[] names) => Array.Exists(names, name => type.Is("System.Threading.Tasks." + name));

    private static bool IsData(ITypeSymbol type) => type.TypeKind != TypeKind.Error && new DataTypes().Refusal(type) is null;
}
