using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Text;
using XmppRpc.Generators.Analyzers;
using XmppRpc.Generators.History;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Keeps <c>RpcContracts.txt</c>: retires (XRPC050), replaces under a new version (XRPC051), adds (XRPC052), begins (XRPC054).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class HistoryFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.MethodRemoved.Id, Diagnostics.SignatureChanged.Id, Diagnostics.MethodNotRecorded.Id, Diagnostics.NoHistory.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        var project = document.Project.Id;
        if (string.Equals(diagnostic.Id, Diagnostics.NoHistory.Id, StringComparison.Ordinal))
            return [new Fix($"Create {Recording.FileName}", "history", (solution, stop) => CreateAsync(solution, project, stop))];
        diagnostic.Properties.TryGetValue(HistoryAnalyzer.OldProperty, out var old);
        if (!diagnostic.Properties.TryGetValue(HistoryAnalyzer.NewProperty, out var text) || RecordedMethod.Parse(text ?? "") is not { } line)
            return Edits.None;
        if (!string.Equals(diagnostic.Id, Diagnostics.SignatureChanged.Id, StringComparison.Ordinal))
            return [new Fix(line.IsRetired ? $"Retire '{line.Name}'" : $"Record '{line.Name}'", line.IsRetired ? "retire" : "record", (solution, stop) => HistoryText.PutAsync(solution, project, old, line.Text, stop))];
        var contract = await document.NodeAsync<InterfaceDeclarationSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false);
        var attribute = contract?.AttributeLists.SelectMany(list => list.Attributes).FirstOrDefault(attribute => attribute.Name.ToString().Split('.').Last() is "RpcContract" or "RpcContractAttribute");
        if (attribute?.ArgumentList is null)
            return Edits.None;
        var version = line.Version + 1;
        return
        [
            new Fix($"Record it and make it version {version}", "version",
                (editor, stop) => editor.EditAsync(attribute, target => SetVersion(target, attribute, version), stop),
                async (solution, stop) => await HistoryText.SetVersionAsync(await HistoryText.PutAsync(solution, project, old, line.Text, stop).ConfigureAwait(false), project, line.Contract, version, stop).ConfigureAwait(false)),
        ];
    }

    private static void SetVersion(DocumentEditor editor, AttributeSyntax attribute, int version) => editor.ReplaceNode(attribute, (current, _) =>
    {
        var before = (AttributeSyntax)current;
        var value = SyntaxFactory.ParseExpression(version.ToString(CultureInfo.InvariantCulture));
        return before.ArgumentList!.Arguments.FirstOrDefault(argument => argument.NameEquals?.Name.Identifier.ValueText == KnownNames.RpcContractAttribute.Version) is { } said
            ? before.ReplaceNode(said.Expression, value)
            : before.AddArgumentListArguments(SyntaxFactory.AttributeArgument(SyntaxFactory.NameEquals(KnownNames.RpcContractAttribute.Version), null, value)).Polished();
    });

    private static async Task<Solution> CreateAsync(Solution solution, ProjectId id, CancellationToken cancellation)
    {
        if (solution.GetProject(id) is not { } project || HistoryText.Find(project) is not null || await project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation)
            return solution;
        var lines = Types(compilation.Assembly.GlobalNamespace)
            .Where(type => type.IsContract())
            .Select(type => ContractParser.Parse(type, compilation, cancellation).Model)
            .SelectMany(model => model is null ? [] : Recording.Of(model))
            .Select(method => method.Line.Text + "\n")
            .OrderBy(line => line, StringComparer.Ordinal);
        var folder = Path.GetDirectoryName(project.FilePath);
        return solution.AddAdditionalDocument(DocumentId.CreateNewId(id), Recording.FileName, SourceText.From(HistoryText.Heading + string.Concat(lines), System.Text.Encoding.UTF8),
            filePath: string.IsNullOrEmpty(folder) ? Recording.FileName : Path.Combine(folder, Recording.FileName));
    }

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol root)
    {
        var open = new Stack<INamespaceOrTypeSymbol>([root]);
        while (open.Count > 0)
            foreach (var member in open.Pop().GetMembers().OfType<INamespaceOrTypeSymbol>())
            {
                if (member is INamedTypeSymbol type)
                    yield return type;
                open.Push(member);
            }
    }
}
