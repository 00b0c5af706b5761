using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>Whether the methods of a contract can be cancelled, in the way everybody expects.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CancellationAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.TokenNotLast, Diagnostics.NotCancellable];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Analyze, SymbolKind.Method);
    }

    internal static bool IsToken(IParameterSymbol parameter) => parameter.Type.Is("System.Threading.CancellationToken");

    private static void Analyze(SymbolAnalysisContext context)
    {
        var method = (IMethodSymbol)context.Symbol;
        if (!method.IsContractMethod() || method is not { IsStatic: false, AssociatedSymbol: null })
            return;
        if (!method.Parameters.Any(IsToken))
        {
            if (!method.IsOneWay())
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NotCancellable, method.Locations[0], method.Name));
        }
        else if (method.Parameters.Count(IsToken) == 1 && !IsToken(method.Parameters.Last()))
        {
            var token = method.Parameters.Single(IsToken);
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.TokenNotLast, token.Locations[0], token.Name, method.Name));
        }
    }
}
