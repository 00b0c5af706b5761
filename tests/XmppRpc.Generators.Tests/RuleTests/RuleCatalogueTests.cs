using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using XmppRpc.Generators.Tests.Harness;
using XmppRpc.TestKit;

namespace XmppRpc.Generators.Tests.RuleTests;

/// <summary>What every rule has besides its analyzer.</summary>
public sealed class RuleCatalogueTests
{
    public static TheoryData<string> Ids => [.. Rules.Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Select(rule => rule.Id).Order(StringComparer.Ordinal)];

    private static readonly string[] Fixable =
    [
        "XRPC001", "XRPC002", "XRPC003", "XRPC004", "XRPC007", "XRPC009", "XRPC010", "XRPC011", "XRPC012", "XRPC013", "XRPC014", "XRPC016", "XRPC020", "XRPC021", "XRPC022",
        "XRPC030", "XRPC040", "XRPC041", "XRPC042", "XRPC043", "XRPC044", "XRPC050", "XRPC051", "XRPC052", "XRPC053", "XRPC054", "XRPC060", "XRPC090",
    ];

    [Theory, MemberData(nameof(Ids))]
    public void Rule_has_a_help_page_and_is_tracked(string id)
    {
        var rule = Rules.Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Single(rule => rule.Id == id);

        Assert.Equal($"docs/diagnostics/{id}.md", rule.HelpLinkUri);
        Assert.StartsWith($"# {id}: {rule.Title}\n", File.ReadAllText(RepositoryRoot.Combine(rule.HelpLinkUri)), StringComparison.Ordinal);
        Assert.Contains($"{id} | XmppRpc | {rule.DefaultSeverity} | {rule.Title}\n", File.ReadAllText(RepositoryRoot.Combine("generators/XmppRpc.Generators/AnalyzerReleases.Unshipped.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_help_page_is_of_a_rule() => Assert.Equal(
        Directory.GetFiles(RepositoryRoot.Combine("docs/diagnostics"), "XRPC*.md").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal),
        Rules.Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Select(rule => rule.Id).Order(StringComparer.Ordinal));

    [Fact]
    public void Fixes_are_for_the_rules_that_promise_one_and_for_each_once() => Assert.Equal(Fixable, Rules.Fixes.SelectMany(fix => fix.FixableDiagnosticIds).Order(StringComparer.Ordinal));

    [Fact]
    public async Task No_analyzer_fails_on_any_contract_right_or_wrong()
    {
        // In one compilation, each in a namespace of its own: a run of all analyzers for each of them would take half a minute. The harness fails where one throws.
        var sources = ContractAnalyzerTests.Bad.Select(row => row.Data.Item2).Concat(ContractAnalyzerTests.Good.Select(row => row.Data.Item2)).Distinct(StringComparer.Ordinal);
        var compilation = Compilations.Create(sources.Select((source, i) => source.Replace("namespace Acme;", $"namespace Acme{i};", StringComparison.Ordinal)));

        Assert.NotEmpty(await Rules.FindingsAsync(compilation, "XRPC010"));
    }

    [Fact]
    public async Task No_contract_of_the_snapshots_has_an_error()
    {
        var errors = Rules.Analyzers.SelectMany(analyzer => analyzer.SupportedDiagnostics).Where(rule => rule.DefaultSeverity == DiagnosticSeverity.Error).Select(rule => rule.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var sources in SampleContracts.All.Values)
            Assert.Empty((await GeneratorRun.Of(sources).Output.WithAnalyzers(Rules.Analyzers).GetAnalyzerDiagnosticsAsync()).Where(finding => errors.Contains(finding.Id)));
    }

    [Fact]
    public void Fixes_are_found_by_editors()
    {
        Assert.All(Rules.Fixes, fix => Assert.Equal([LanguageNames.CSharp], fix.GetType().GetCustomAttribute<Microsoft.CodeAnalysis.CodeFixes.ExportCodeFixProviderAttribute>()!.Languages));
        Assert.All(Rules.Fixes, fix => Assert.NotNull(fix.GetType().GetCustomAttribute<System.Composition.SharedAttribute>()));
    }
}
