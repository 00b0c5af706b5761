using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>Whether what a contract sends can be written and read at its other end, as far as that can be seen without running it.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class JsonAnalyzer : DiagnosticAnalyzer
{
    /// <summary>Properties of the findings, for the fixes: a type as C#, all types that a contract lacks (one a line), and the documentation id of a declaration.</summary>
    internal const string TypeProperty = "Type", AllTypesProperty = "AllTypes", DeclarationProperty = "Declaration";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [Diagnostics.NotInJsonContext, Diagnostics.NoJsonContext, Diagnostics.NotDeserializable, Diagnostics.SuspiciousMember];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

    private static void Analyze(SymbolAnalysisContext context)
    {
        var contract = (INamedTypeSymbol)context.Symbol;
        if (!contract.IsContract())
            return;
        var parse = ContractParser.Parse(contract, context.Compilation, context.CancellationToken);
        // What is wrong with it is said already.
        if (parse.Model is null)
            return;
        var jsonContext = contract.FindAttribute(KnownNames.RpcContractAttribute.Type).Named<INamedTypeSymbol>(KnownNames.RpcContractAttribute.JsonContext);
        CheckContext(context, contract, jsonContext, parse.Payloads);
        CheckParts(context, JsonSymbols.ConvertedTypes(jsonContext), parse.Payloads);
    }

    private static void CheckContext(SymbolAnalysisContext context, INamedTypeSymbol contract, INamedTypeSymbol? jsonContext, ImmutableArray<Payload> payloads)
    {
        var known = jsonContext is null ? new HashSet<string>(StringComparer.Ordinal) : JsonKnowledge.Of(jsonContext, context.CancellationToken);
        if (known is null)
            return;
        var missing = payloads
            .Where(payload => !known.Contains(payload.Type.RuntimeName()) && !JsonKnowledge.IsBuiltIn(payload.Type, context.Compilation))
            .GroupBy(payload => payload.Type.RuntimeName(), StringComparer.Ordinal)
            .Select(same => same.First())
            .ToList();
        if (missing.Count == 0)
            return;
        var all = string.Join("\n", missing.Select(payload => payload.Type.BareSource()));
        if (jsonContext is null)
        {
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NoJsonContext, contract.ContractLocation(), NeedsContext(context) ? DiagnosticSeverity.Warning : DiagnosticSeverity.Info,
                additionalLocations: null, Properties(null, all, null), contract.Name, string.Join(", ", missing.Select(payload => payload.Type.Text()))));
            return;
        }
        foreach (var payload in missing)
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NotInJsonContext, payload.Location, Properties(payload.Type.BareSource(), all, jsonContext), payload.Type.Text(), jsonContext.Text(), contract.Name));
    }

    private static void CheckParts(SymbolAnalysisContext context, HashSet<string>? converted, ImmutableArray<Payload> payloads)
    {
        var said = new HashSet<string>(StringComparer.Ordinal);
        foreach (var payload in payloads)
            foreach (var (type, member) in JsonParts.Walk([payload.Type], context.CancellationToken))
            {
                // What should not be sent at all need not be readable.
                if (JsonRefusals.Sending(type, member) is { } sending)
                {
                    if (said.Add((member ?? type).Text()))
                        context.ReportDiagnostic(Diagnostic.Create(Diagnostics.SuspiciousMember, payload.Location, payload.Type.Text(), (member ?? type).Text(), sending));
                }
                else if (converted?.Contains(type.RuntimeName()) == false && JsonRefusals.Reading(type) is { } reading && said.Add(type.RuntimeName()))
                    context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NotDeserializable, payload.Location, Properties(null, null, type), type.Text(), reading));
            }
    }

    private static ImmutableDictionary<string, string?> Properties(string? type, string? all, ISymbol? declaration) => ImmutableDictionary<string, string?>.Empty
        .Add(TypeProperty, type)
        .Add(AllTypesProperty, all)
        .Add(DeclarationProperty, declaration?.OriginalDefinition.GetDocumentationCommentId());

    // The SDK sets these for PublishAot, PublishTrimmed, IsTrimmable and IsAotCompatible.
    private static bool NeedsContext(SymbolAnalysisContext context) => IsOn(context, "EnableAotAnalyzer") || IsOn(context, "EnableTrimAnalyzer");

    private static bool IsOn(SymbolAnalysisContext context, string property) =>
        context.Options.AnalyzerConfigOptionsProvider.GlobalOptions.TryGetValue("build_property." + property, out var value) && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
}
