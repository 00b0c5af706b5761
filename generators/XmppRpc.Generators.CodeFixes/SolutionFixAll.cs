using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Makes many fixes in one edit of the solution. The usual provider merges texts, and drops one of two fixes that add to the same place.</summary>
internal sealed class SolutionFixAll : FixAllProvider
{
    public static readonly SolutionFixAll Instance = new();

    public override async Task<CodeAction?> GetFixAsync(FixAllContext fixAllContext)
    {
        var cancellation = fixAllContext.CancellationToken;
        var fixes = new List<Fix>();
        foreach (var diagnostic in await FindingsAsync(fixAllContext).ConfigureAwait(false))
            if (fixAllContext.Solution.GetDocument(diagnostic.Location.SourceTree) is { } document)
                fixes.AddRange((await ((ContractCodeFix)fixAllContext.CodeFixProvider).FindAsync(document, diagnostic, cancellation).ConfigureAwait(false))
                    .Where(fix => string.Equals(fix.Key, fixAllContext.CodeActionEquivalenceKey, StringComparison.Ordinal))
                    .Take(1));
        return fixes.Count == 0
            ? null
            : CodeAction.Create(fixes[0].Title, stop => ContractCodeFix.ApplyAsync(fixAllContext.Solution, fixes, stop), fixes[0].Key);
    }

    private static async Task<IEnumerable<Diagnostic>> FindingsAsync(FixAllContext context)
    {
        if (context.Scope == FixAllScope.Document)
            return await context.GetDocumentDiagnosticsAsync(context.Document!).ConfigureAwait(false);
        var projects = context.Scope == FixAllScope.Solution ? context.Solution.Projects : [context.Project];
        var findings = ImmutableArray.CreateBuilder<Diagnostic>();
        foreach (var project in projects.Where(project => string.Equals(project.Language, context.Project.Language, StringComparison.Ordinal)))
            findings.AddRange(await context.GetAllDiagnosticsAsync(project).ConfigureAwait(false));
        return findings;
    }
}
