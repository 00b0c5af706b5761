using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using XmppRpc.Generators.History;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>Whether contracts are what <c>RpcContracts.txt</c> says they were, so that programs of before still understand them.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class HistoryAnalyzer : DiagnosticAnalyzer
{
    /// <summary>Properties of the findings, for the fixes: lines of the file as they are and as they should be.</summary>
    internal const string OldProperty = "Old", NewProperty = "New";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [Diagnostics.MethodRemoved, Diagnostics.SignatureChanged, Diagnostics.MethodNotRecorded, Diagnostics.ContractRemoved, Diagnostics.NoHistory];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(Start);
    }

    private static void Start(CompilationStartAnalysisContext context)
    {
        var file = context.Options.AdditionalFiles.FirstOrDefault(file => string.Equals(Path.GetFileName(file.Path), Recording.FileName, StringComparison.OrdinalIgnoreCase));
        if (file?.GetText(context.CancellationToken) is { } text)
        {
            var recorded = text.Lines.Select(line => (Line: line, Method: RecordedMethod.Parse(line.ToString()))).Where(line => line.Method is { IsRetired: false }).ToLookup(line => line.Method!.Contract, StringComparer.Ordinal);
            var present = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
            context.RegisterSymbolAction(symbol => Compare(symbol, recorded, present), SymbolKind.NamedType);
            context.RegisterCompilationEndAction(end => FindRemoved(end, file.Path, text, recorded, present));
        }
        else if (context.Options.AnalyzerConfigOptionsProvider.GlobalOptions.TryGetValue("build_property.XmppRpcContracts", out var wanted) && string.Equals(wanted, "true", StringComparison.OrdinalIgnoreCase))
            context.RegisterSymbolAction(MissFile, SymbolKind.NamedType);
    }

    private static void MissFile(SymbolAnalysisContext context)
    {
        if (context.Symbol is INamedTypeSymbol contract && contract.IsContract())
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NoHistory, contract.ContractLocation(), contract.Name));
    }

    private static void Compare(SymbolAnalysisContext context, ILookup<string, (TextLine Line, RecordedMethod? Method)> recorded, ConcurrentDictionary<string, bool> present)
    {
        var contract = (INamedTypeSymbol)context.Symbol;
        if (!contract.IsContract())
            return;
        present.TryAdd(ContractIdentity.Of(contract)!.Name, true);
        if (ContractParser.Parse(contract, context.Compilation, context.CancellationToken).Model is not { } model)
            return;
        var before = recorded[model.WireName].Select(line => line.Method!).GroupBy(method => method.Name, StringComparer.Ordinal).ToDictionary(same => same.Key, same => same.Last(), StringComparer.Ordinal);
        if (before.Count > 0 && before.Values.Max(method => method.Version) is var version && version > model.Version)
        {
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.ContractRemoved, contract.ContractLocation(), model.WireName, $"has version {model.Version}, and RpcContracts.txt has version {version}"));
            return;
        }
        foreach (var (method, line) in Recording.Of(model))
        {
            var location = contract.GetMembers(method.Name).FirstOrDefault(member => member is IMethodSymbol && member.Locations[0].IsInSource && IsMethod((IMethodSymbol)member, method.WireName))?.Locations[0] ?? contract.ContractLocation();
            if (!before.TryGetValue(line.Name, out var was))
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.MethodNotRecorded, location, Properties(null, line), line.Text));
            else if (was.Version == line.Version && was.Break(line) is { } reason)
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.SignatureChanged, location, Properties(was, line), line.Name, reason));
            else if (!string.Equals(was.Text, line.Text, StringComparison.Ordinal))
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.MethodNotRecorded, location, Properties(was, line), line.Text));
            before.Remove(line.Name);
        }
        foreach (var gone in before.Values.OrderBy(method => method.Name, StringComparer.Ordinal))
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.MethodRemoved, contract.ContractLocation(), Properties(gone, gone with { IsRetired = true }), gone.Name, contract.Name));
    }

    private static void FindRemoved(CompilationAnalysisContext context, string path, SourceText text, ILookup<string, (TextLine Line, RecordedMethod? Method)> recorded, ConcurrentDictionary<string, bool> present)
    {
        foreach (var contract in recorded.Where(contract => !present.ContainsKey(contract.Key)))
        {
            var span = contract.First().Line.Span;
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.ContractRemoved, Location.Create(path, span, text.Lines.GetLinePositionSpan(span)), contract.Key, "is no longer in the project; put it back, or mark its lines *RETIRED*"));
        }
    }

    private static bool IsMethod(IMethodSymbol method, string wireName) => string.Equals(method.FindAttribute(KnownNames.RpcMethodAttribute.Type).FirstText() ?? WireNames.OfMethod(method.Name), wireName, StringComparison.Ordinal);

    private static ImmutableDictionary<string, string?> Properties(RecordedMethod? old, RecordedMethod line) =>
        ImmutableDictionary<string, string?>.Empty.Add(OldProperty, old?.Text).Add(NewProperty, line.Text);
}
