using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

using XmppRpc.Generators.Analyzers;

namespace XmppRpc.Generators.Tests.Harness;

/// <summary>What the analyzer says about sources, run as a build does: after the generator, on what it has added too.</summary>
internal static class Analysis
{
    /// <summary>Each problem as <c>id: text it stands under</c>.</summary>
    public static async Task<string[]> ProblemsAsync(params string[] sources)
    {
        var run = GeneratorRun.Of(sources);
        var analyzed = await run.Output
            .WithAnalyzers([new ContractAnalyzer()], new CompilationWithAnalyzersOptions(new AnalyzerOptions([]), AnalyzerFailed, concurrentAnalysis: true, logAnalyzerExecutionTime: false))
            .GetAnalyzerDiagnosticsAsync();
        return [.. analyzed
            .OrderBy(problem => problem.Location.SourceTree!.FilePath, StringComparer.Ordinal).ThenBy(problem => problem.Location.SourceSpan.Start).ThenBy(problem => problem.Id, StringComparer.Ordinal)
            .Select(problem => $"{problem.Id}: {problem.Location.SourceTree!.GetText().ToString(problem.Location.SourceSpan)}")];
    }

    private static void AnalyzerFailed(Exception exception, DiagnosticAnalyzer analyzer, Diagnostic diagnostic) => Assert.Fail(exception.ToString());
}
