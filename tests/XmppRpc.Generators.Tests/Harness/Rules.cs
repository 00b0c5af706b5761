using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using XmppRpc.Generators.Analyzers;
using XmppRpc.Generators.CodeFixes;

namespace XmppRpc.Generators.Tests.Harness;

/// <summary>All analyzers and fixes together, as users have them.</summary>
internal static class Rules
{
    /// <summary>Every name that a user's file has by implicit usings, and ours.</summary>
    public const string Usings = """
        #nullable enable
        using System;
        using System.Collections.Generic;
        using System.Runtime.CompilerServices;
        using System.Text.Json.Serialization;
        using System.Threading;
        using System.Threading.Tasks;
        using XmppRpc;
        namespace Acme;

        """;

    public static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers = [.. All<DiagnosticAnalyzer>(typeof(ContractAnalyzer))];

    public static readonly ImmutableArray<CodeFixProvider> Fixes = [.. All<CodeFixProvider>(typeof(ContractCodeFix))];

    /// <summary>Each finding of a rule as the text it stands under; the sources are without <see cref="Usings"/>.</summary>
    public static async Task<string[]> FindingsAsync(string id, string source, OutputKind kind = OutputKind.DynamicallyLinkedLibrary, ImmutableDictionary<string, string>? buildProperties = null)
    {
        var findings = await FindingsAsync(Compile(Usings + source, kind), id, buildProperties);
        return [.. findings.Select(finding => finding.Location.SourceTree!.GetText().ToString(finding.Location.SourceSpan))];
    }

    public static Task<ImmutableArray<Diagnostic>> FindingsAsync(Compilation compilation, string id, ImmutableDictionary<string, string>? buildProperties = null) =>
        FindingsAsync(compilation, id, new AnalyzerOptions([], new BuildProperties(buildProperties ?? ImmutableDictionary<string, string>.Empty)));

    public static async Task<ImmutableArray<Diagnostic>> FindingsAsync(Compilation compilation, string id, AnalyzerOptions options)
    {
        var found = await compilation
            .WithAnalyzers(Analyzers, new CompilationWithAnalyzersOptions(options, (exception, _, _) => Assert.Fail(exception.ToString()), concurrentAnalysis: true, logAnalyzerExecutionTime: false))
            .GetAnalyzerDiagnosticsAsync();
        return [.. found.Where(finding => finding.Id == id).OrderBy(finding => finding.Location.GetLineSpan().Path, StringComparer.Ordinal).ThenBy(finding => finding.Location.SourceSpan.Start)];
    }

    /// <summary>What the compiler has against a source, which is nothing for samples that are good.</summary>
    public static string Errors(string source) =>
        string.Join("\n", Compile(Usings + source, OutputKind.DynamicallyLinkedLibrary).GetDiagnostics().Where(problem => problem.Severity == DiagnosticSeverity.Error));

    private static Compilation Compile(string source, OutputKind kind)
    {
        var compilation = Compilations.Create(source).WithOptions(new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));
        CSharpGeneratorDriver.Create([new ContractGenerator().AsSourceGenerator(), .. Compilations.FrameworkGenerators()], parseOptions: Compilations.ParseOptions())
            .RunGeneratorsAndUpdateCompilation(compilation, out var full, out _);
        return full;
    }

    private static IEnumerable<T> All<T>(Type sample) where T : class => sample.Assembly.GetTypes()
        .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(T)))
        .OrderBy(type => type.Name, StringComparer.Ordinal)
        .Select(type => (T)Activator.CreateInstance(type)!);

    private sealed class BuildProperties(ImmutableDictionary<string, string> values) : AnalyzerConfigOptionsProvider
    {
        public override AnalyzerConfigOptions GlobalOptions => new Options(values);

        public override AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;
    }

    private sealed class Options(ImmutableDictionary<string, string> values) : AnalyzerConfigOptions
    {
        public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
    }
}
