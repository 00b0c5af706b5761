using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>Whether an implementation says the same as its contract where it says it again.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ImplementationAnalyzer : DiagnosticAnalyzer
{
    /// <summary>Property of a finding, for the fix: the contract's default value as C#.</summary>
    internal const string DefaultProperty = "Default";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.DefaultDiffers, Diagnostics.NoEnumeratorCancellation];

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
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct))
            return;
        var seen = new HashSet<IMethodSymbol>(SymbolEqualityComparer.Default);
        foreach (var (contract, implementation) in type.ContractImplementations())
            if (seen.Add(implementation))
            {
                CheckDefaults(context, contract, implementation);
                CheckIterator(context, implementation);
            }
    }

    // None in the implementation is usual: its callers are the dispatcher, which passes all.
    private static void CheckDefaults(SymbolAnalysisContext context, IMethodSymbol contract, IMethodSymbol implementation)
    {
        foreach (var (said, own) in contract.Parameters.Zip(implementation.Parameters, (said, own) => (said, own)))
            if (said.HasExplicitDefaultValue && own.HasExplicitDefaultValue && !Equals(said.ExplicitDefaultValue, own.ExplicitDefaultValue))
            {
                var value = DefaultValues.Of(said)!.Literal;
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.DefaultDiffers, own.Locations[0], ImmutableDictionary<string, string?>.Empty.Add(DefaultProperty, value), own.Name, value.Replace("global::", ""), contract.ContainingType.Name));
            }
    }

    private static void CheckIterator(SymbolAnalysisContext context, IMethodSymbol method)
    {
        var code = method.PartialImplementationPart ?? method;
        if (!code.IsAsync || !method.ReturnType.Is("System.Collections.Generic.IAsyncEnumerable`1"))
            return;
        var tokens = code.Parameters.Where(CancellationAnalyzer.IsToken).ToList();
        if (tokens.Count > 0 && tokens.TrueForAll(token => token.FindAttribute("System.Runtime.CompilerServices.EnumeratorCancellationAttribute") is null))
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NoEnumeratorCancellation, tokens[0].Locations[0], tokens[0].Name, method.Name));
    }
}
