using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>Says why <see cref="ContractGenerator"/> leaves a contract out.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ContractAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
    [
        Diagnostics.NotPartial, Diagnostics.NotAccessible, Diagnostics.UnsupportedReturnType, Diagnostics.UnsupportedMember, Diagnostics.GenericMethod,
        Diagnostics.UnsupportedParameter, Diagnostics.DuplicateWireName, Diagnostics.RepeatedSpecialParameter, Diagnostics.OneWayWithResult,
        Diagnostics.InvalidStreamSettings, Diagnostics.StreamInsideData, Diagnostics.InvalidName, Diagnostics.InvalidSettings, Diagnostics.InvalidFault, Diagnostics.InvalidHeader,
    ];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

    private static void Analyze(SymbolAnalysisContext context)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        if (type.TypeKind != TypeKind.Interface || type.FindAttribute(KnownNames.RpcContractAttribute.Type) is null)
            return;
        foreach (var problem in ContractParser.Parse(type, context.Compilation, context.CancellationToken).Problems)
            context.ReportDiagnostic(problem);
    }
}
