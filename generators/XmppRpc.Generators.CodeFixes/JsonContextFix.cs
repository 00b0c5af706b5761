using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using XmppRpc.Generators.Analyzers;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Adds what a contract sends to its JSON context (XRPC020), in whatever file or project that lies, or makes one (XRPC021).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class JsonContextFix : ContractCodeFix
{
    private const string Space = "global::System.Text.Json.Serialization.";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.NotInJsonContext.Id, Diagnostics.NoJsonContext.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        var all = Property(diagnostic, JsonAnalyzer.AllTypesProperty).Split(['\n'], StringSplitOptions.RemoveEmptyEntries);
        if (string.Equals(diagnostic.Id, Diagnostics.NoJsonContext.Id, StringComparison.Ordinal))
            return await document.NodeAsync<InterfaceDeclarationSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is { } contract ? Create(document, contract, all) : Edits.None;
        var solution = document.Project.Solution;
        if (await Declarations.FindAsync(document.Project, Property(diagnostic, JsonAnalyzer.DeclarationProperty), cancellation).ConfigureAwait(false) is not ClassDeclarationSyntax context)
            return Edits.None;
        var model = await solution.GetDocument(context.SyntaxTree)!.ModelAsync(cancellation).ConfigureAwait(false);
        var known = all.Where(type => IsKnown(model, context, type)).ToList();
        var own = Property(diagnostic, JsonAnalyzer.TypeProperty);
        var fixes = new List<Fix>();
        if (known.Contains(own, StringComparer.Ordinal))
            fixes.Add(Add($"Add it to {context.Identifier.ValueText}", "json", context, [own]));
        if (known.Count > 1)
            fixes.Add(Add($"Add all {known.Count} types that the contract lacks to {context.Identifier.ValueText}", "json-all", context, known));
        return fixes;
    }

    private static Fix Add(string title, string key, ClassDeclarationSyntax context, IReadOnlyList<string> types) => new(title, key, (editor, stop) => editor.EditAsync(context, document =>
    {
        foreach (var type in types)
            document.AddAttribute(context, Attribute(type));
    }, stop));

    private static IReadOnlyList<Fix> Create(Document document, InterfaceDeclarationSyntax contract, string[] types)
    {
        var attribute = contract.AttributeLists.SelectMany(list => list.Attributes).FirstOrDefault(attribute => attribute.Name.ToString().Split('.').Last() is "RpcContract" or "RpcContractAttribute");
        if (attribute?.ArgumentList is null)
            return Edits.None;
        var bare = contract.Identifier.ValueText;
        var name = (bare.Length > 1 && bare[0] == 'I' && char.IsUpper(bare[1]) ? bare.Substring(1) : bare) + "Json";
        return
        [
            document.InDocument($"Create {name} with {types.Length} types", "json-create", editor =>
            {
                var setting = SyntaxFactory.AttributeArgument(SyntaxFactory.NameEquals(KnownNames.RpcContractAttribute.JsonContext), null, SyntaxFactory.ParseExpression($"typeof({name})"));
                editor.ReplaceNode(attribute, attribute.AddArgumentListArguments(setting).Polished());
                var line = Edits.NewLine(contract);
                var code = Edits.Parse($"{line}{string.Concat(types.Select(type => $"[{Attribute(type)}]{line}"))}internal sealed partial class {name} : {Space}JsonSerializerContext;{line}");
                editor.InsertAfter(contract.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Last(), code.Polished());
            }),
        ];
    }

    private static string Attribute(string type) => $"{Space}JsonSerializable(typeof({type}))";

    // A context of a project below the contract's may not see the contract's types.
    private static bool IsKnown(SemanticModel model, ClassDeclarationSyntax context, string type) =>
        model.GetSpeculativeTypeInfo(context.Identifier.SpanStart, SyntaxFactory.ParseTypeName(type), SpeculativeBindingOption.BindAsTypeOrNamespace).Type is { } bound && IsKnown(bound);

    private static bool IsKnown(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => IsKnown(array.ElementType),
        INamedTypeSymbol named => named.TypeKind != TypeKind.Error && named.TypeArguments.All(IsKnown),
        _ => false,
    };

    private static string Property(Diagnostic diagnostic, string name) => diagnostic.Properties.TryGetValue(name, out var value) ? value ?? "" : "";
}
