using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace XmppRpc.Tests.House;

/// <summary>Binds the names of one assembly's sources and says which of them look up, or to the side.</summary>
internal static class LayerCheck
{
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // Only source generators write these members; nothing that is referenced hides behind them.
    private static readonly string[] ErrorsWithoutGenerators =
    [
        "CS8795", // a partial method without its other half ([LoggerMessage], [GeneratedRegex])
        "CS0534", // a JsonSerializerContext without its members
        "CS7036", // and without its constructor
        "CS0117", // and without Default
    ];

    /// <summary>The violations, one a line; empty when the table is kept.</summary>
    /// <param name="layers">The table.</param>
    /// <param name="sources">Text by path inside the project.</param>
    /// <param name="assembly">The assembly that the sources make; it is not referenced.</param>
    public static IReadOnlyList<string> Violations(Layers layers, IReadOnlyDictionary<string, string> sources, string assembly)
    {
        var strangers = sources.Keys.Where(path => layers.RoomOf(path) is null).Select(path => $"{path} is in a folder that the table does not know.").ToArray();
        if (strangers.Length > 0)
            return strangers;

        var options = new CSharpParseOptions(LanguageVersion.CSharp14);
        var trees = sources.Select(source => CSharpSyntaxTree.ParseText(source.Value, options, source.Key)).ToArray();
        var compilation = CSharpCompilation.Create(
            assembly,
            [.. trees, CSharpSyntaxTree.ParseText(ImplicitUsings, options)],
            References(assembly),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));

        // A name that does not bind would be a hole in the check.
        var errors = compilation.GetDiagnostics().Where(d => d.Severity is DiagnosticSeverity.Error && !ErrorsWithoutGenerators.Contains(d.Id)).Select(d => "Does not compile: " + d.ToString());
        return [.. errors, .. trees.SelectMany(tree => Violations(layers, compilation.GetSemanticModel(tree)))];
    }

    private static IEnumerable<string> Violations(Layers layers, SemanticModel model)
    {
        var path = model.SyntaxTree.FilePath;
        var room = layers.RoomOf(path)!;
        return
            from node in model.SyntaxTree.GetRoot().DescendantNodes()
            where node is SimpleNameSyntax or ImplicitObjectCreationExpressionSyntax or ConstructorInitializerSyntax
            let type = TypeBehind(model, node)
            where type is not null
            let homes = type.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree.FilePath).Where(home => home.Length > 0).ToArray()
            where homes.Length > 0 && !homes.Any(home => room.MayUse(layers.RoomOf(home)!))
            let line = node.GetLocation().GetLineSpan().StartLinePosition.Line + 1
            group line by (type.Name, Home: homes[0]) into uses
            select string.Create(CultureInfo.InvariantCulture, $"{path}:{uses.First()} ({room.Name}, level {room.Level}) uses {uses.Key.Name} of {uses.Key.Home} ({layers.RoomOf(uses.Key.Home)!.Name}, level {layers.RoomOf(uses.Key.Home)!.Level}).");
    }

    private static INamedTypeSymbol? TypeBehind(SemanticModel model, SyntaxNode node)
    {
        var info = model.GetSymbolInfo(node);
        var symbol = info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
        return (symbol is INamedTypeSymbol type ? type : symbol is IMethodSymbol or IPropertySymbol or IFieldSymbol or IEventSymbol ? symbol.ContainingType : null)?.OriginalDefinition;
    }

    private static IEnumerable<MetadataReference> References(string assembly) =>
        from file in ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
        where Path.GetFileNameWithoutExtension(file) != assembly
        select MetadataReference.CreateFromFile(file);
}
