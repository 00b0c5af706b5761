using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace XmppRpc.Generators.Tests.Harness;

/// <summary>A solution that is mended as an editor does it: from a finding to the text that the chosen action leaves.</summary>
internal static class Fixing
{
    /// <summary>One source after the first fix of a rule's first finding, both without <see cref="Rules.Usings"/>; the title must hold those words.</summary>
    public static async Task<string> FirstAsync(string id, string source, string title = "")
    {
        using var workspace = Workspace(("Acme", [Rules.Usings + source]));
        return await OnlyAsync(await ApplyAsync(workspace.CurrentSolution, id, title, all: null));
    }

    /// <summary>One source after the fix of all findings of a rule.</summary>
    public static async Task<string> AllAsync(string id, string source, string title = "")
    {
        using var workspace = Workspace(("Acme", [Rules.Usings + source]));
        return await OnlyAsync(await ApplyAsync(workspace.CurrentSolution, id, title, FixAllScope.Document));
    }

    /// <summary>The titles offered for the first finding of a rule.</summary>
    public static async Task<string[]> TitlesAsync(string id, string source)
    {
        using var workspace = Workspace(("Acme", [Rules.Usings + source]));
        var (project, finding) = await FirstFindingAsync(workspace.CurrentSolution, id);
        return [.. (await ActionsAsync(project.Solution, finding)).Select(action => action.Action.Title)];
    }

    /// <summary>Projects in order, each referencing those before it.</summary>
    public static AdhocWorkspace Workspace(params (string Name, string[] Sources)[] projects)
    {
        var workspace = new AdhocWorkspace();
        var solution = workspace.CurrentSolution;
        var before = new List<ProjectReference>();
        foreach (var (name, sources) in projects)
        {
            var sample = Compilations.Create();
            var project = ProjectId.CreateNewId(name);
            solution = solution.AddProject(ProjectInfo.Create(project, VersionStamp.Default, name, name, LanguageNames.CSharp,
                compilationOptions: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable),
                parseOptions: Compilations.ParseOptions(), metadataReferences: sample.References, projectReferences: before, analyzerReferences: [new AnalyzerFileReference(typeof(ContractGenerator).Assembly.Location, new Loader())]));
            for (var i = 0; i < sources.Length; i++)
                solution = solution.AddDocument(DocumentId.CreateNewId(project), $"{name}{i}.cs", sources[i], filePath: $"{name}{i}.cs");
            before.Add(new ProjectReference(project));
        }
        Assert.True(workspace.TryApplyChanges(solution));
        return workspace;
    }

    public static async Task<Solution> ApplyAsync(Solution solution, string id, string title, FixAllScope? all)
    {
        var (project, finding) = await FirstFindingAsync(solution, id);
        var actions = await ActionsAsync(solution, finding);
        var (provider, action) = actions.FirstOrDefault(action => action.Action.Title.Contains(title, StringComparison.Ordinal));
        Assert.True(action is not null, $"No fix for {finding} has '{title}' in its title: {string.Join(" | ", actions.Select(action => action.Action.Title))}");
        if (all is { } scope)
        {
            var context = new FixAllContext(solution.GetDocument(finding.Location.SourceTree)!, provider, scope, action.EquivalenceKey, [id], new Findings(id), CancellationToken.None);
            action = await provider.GetFixAllProvider()!.GetFixAsync(context);
            Assert.NotNull(action);
        }
        var operations = await action.GetOperationsAsync(solution, new Progress<CodeAnalysisProgress>(), CancellationToken.None);
        return operations.OfType<ApplyChangesOperation>().Single().ChangedSolution;
    }

    public static async Task<string> TextAsync(Solution solution, string file) =>
        (await solution.Projects.SelectMany(project => project.Documents).Single(document => document.Name == file).GetTextAsync()).ToString();

    private static async Task<string> OnlyAsync(Solution solution)
    {
        var result = await TextAsync(solution, "Acme0.cs");
        Assert.StartsWith(Rules.Usings, result, StringComparison.Ordinal);
        return result[Rules.Usings.Length..];
    }

    public static async Task<(Project Project, Diagnostic Finding)> FirstFindingAsync(Solution solution, string id)
    {
        foreach (var project in solution.Projects)
            if ((await FindingsAsync(project, id)).FirstOrDefault() is { } finding)
                return (project, finding);
        throw new InvalidOperationException($"{id} found nothing.");
    }

    public static async Task<ImmutableArray<Diagnostic>> FindingsAsync(Project project, string id) => await Rules.FindingsAsync((await project.GetCompilationAsync())!, id, project.AnalyzerOptions);

    private static async Task<List<(CodeFixProvider Provider, CodeAction Action)>> ActionsAsync(Solution solution, Diagnostic finding)
    {
        var actions = new List<(CodeFixProvider, CodeAction)>();
        foreach (var provider in Rules.Fixes.Where(provider => provider.FixableDiagnosticIds.Contains(finding.Id)))
            await provider.RegisterCodeFixesAsync(new CodeFixContext(Place(solution, finding), finding.Location.SourceSpan, [finding], (action, _) => actions.Add((provider, action)), CancellationToken.None));
        return actions;
    }

    private static TextDocument Place(Solution solution, Diagnostic finding) => finding.Location.SourceTree is { } tree
        ? solution.GetDocument(tree)!
        : solution.Projects.SelectMany(project => project.AdditionalDocuments).Single(document => document.FilePath == finding.Location.GetLineSpan().Path);

    private sealed class Findings(string id) : FixAllContext.DiagnosticProvider
    {
        public override async Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) => await FindingsAsync(project, id);

        public override async Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            (await FindingsAsync(document.Project, id)).Where(finding => finding.Location.SourceTree!.FilePath == document.FilePath);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) => Task.FromResult<IEnumerable<Diagnostic>>([]);
    }

    private sealed class Loader : IAnalyzerAssemblyLoader
    {
        public void AddDependencyLocation(string fullPath)
        {
        }

        public System.Reflection.Assembly LoadFromPath(string fullPath) => typeof(ContractGenerator).Assembly;
    }
}
