using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.FindSymbols;
using XmppRpc.Generators.Analyzers;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Says which types stand behind an interface or an abstract class (XRPC022): those of its own project.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class PolymorphismFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.NotDeserializable.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        var solution = document.Project.Solution;
        if (!diagnostic.Properties.TryGetValue(JsonAnalyzer.DeclarationProperty, out var id) || id is null
            || await document.Project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation
            || DocumentationCommentId.GetFirstSymbolForDeclarationId(id, compilation) is not INamedTypeSymbol { Arity: 0 } symbol
            || symbol is not ({ TypeKind: TypeKind.Interface } or { TypeKind: TypeKind.Class, IsAbstract: true })
            || (await SymbolFinder.FindSourceDefinitionAsync(symbol, solution, cancellation).ConfigureAwait(false) ?? symbol) is not INamedTypeSymbol { DeclaringSyntaxReferences: { IsEmpty: false } places } type)
            return Edits.None;
        var heirs = type.TypeKind == TypeKind.Interface
            ? await SymbolFinder.FindImplementationsAsync(type, solution, cancellationToken: cancellation).ConfigureAwait(false)
            : await SymbolFinder.FindDerivedClassesAsync(type, solution, cancellationToken: cancellation).ConfigureAwait(false);
        var concrete = heirs
            .Where(heir => heir is { IsAbstract: false, Arity: 0 } && string.Equals(heir.ContainingAssembly.Name, type.ContainingAssembly.Name, StringComparison.Ordinal))
            .OrderBy(heir => heir.Locations[0].SourceTree?.FilePath, StringComparer.Ordinal)
            .ThenBy(heir => heir.Locations[0].SourceSpan.Start)
            .ToList();
        if (concrete.Count == 0)
            return Edits.None;
        return
        [
            new Fix($"Let {string.Join(", ", concrete.Select(heir => heir.Name))} stand behind '{type.Name}'", "derived", async (editor, stop) =>
            {
                var declaration = await places[0].GetSyntaxAsync(stop).ConfigureAwait(false);
                await editor.EditAsync(declaration, target =>
                {
                    foreach (var heir in concrete)
                        target.AddAttribute(declaration, $"global::System.Text.Json.Serialization.JsonDerivedType(typeof({heir.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}), \"{Discriminator(heir.Name)}\")");
                }, stop).ConfigureAwait(false);
            }),
        ];
    }

    private static string Discriminator(string name) => char.ToLowerInvariant(name[0]) + name.Substring(1);
}
