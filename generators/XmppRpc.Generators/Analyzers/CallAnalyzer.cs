using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>How contracts are called.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class CallAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.Blocking, Diagnostics.InterfaceTest, Diagnostics.CallDropped];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(KnownNames.RpcContractAttribute.Type) is null)
                return;
            start.RegisterOperationAction(AnalyzeCall, OperationKind.Invocation);
            start.RegisterOperationAction(AnalyzeConversion, OperationKind.Conversion);
            start.RegisterOperationAction(AnalyzeTest, OperationKind.IsType, OperationKind.IsPattern);
        });
    }

    private static void AnalyzeCall(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!call.TargetMethod.IsContractMethod())
            return;
        if (Blocker(call) is { } blocker)
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.Blocking, blocker.Syntax.GetLocation(), Name(blocker), call.TargetMethod.Name));
        else if (call.Parent is IExpressionStatementOperation && !call.TargetMethod.IsOneWay())
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.CallDropped, call.Syntax.GetLocation(), call.TargetMethod.ReturnType.Is("System.Collections.Generic.IAsyncEnumerable`1")
                ? $"Nothing is sent: the stream of '{call.TargetMethod.Name}' starts when it is enumerated by await foreach"
                : $"Nobody learns whether '{call.TargetMethod.Name}' succeeded; await it, or assign it to _ if that is meant"));
    }

    // What waits for the task of a call: .Result, .Wait(), .GetAwaiter().GetResult(), also behind AsTask().
    private static IOperation? Blocker(IInvocationOperation call) => call.Parent switch
    {
        IPropertyReferenceOperation { Property.Name: "Result" } result when ReferenceEquals(result.Instance, call) => result,
        IInvocationOperation { TargetMethod.Name: "Wait" } wait when ReferenceEquals(wait.Instance, call) => wait,
        IInvocationOperation { TargetMethod.Name: "AsTask" or "ConfigureAwait" } link when ReferenceEquals(link.Instance, call) => Blocker(link),
        IInvocationOperation { TargetMethod.Name: "GetAwaiter", Parent: IInvocationOperation { TargetMethod.Name: "GetResult" } result } => result,
        _ => null,
    };

    private static string Name(IOperation blocker) => blocker is IInvocationOperation call ? call.TargetMethod.Name : "Result";

    private static void AnalyzeConversion(OperationAnalysisContext context)
    {
        var conversion = (IConversionOperation)context.Operation;
        if (!conversion.IsImplicit && conversion.Conversion is { IsReference: true, IsImplicit: false })
            Check(context, conversion.Operand.Type, conversion.Type);
    }

    private static void AnalyzeTest(OperationAnalysisContext context)
    {
        if (context.Operation is IIsTypeOperation test)
            Check(context, test.ValueOperand.Type, test.TypeOperand);
        else if (context.Operation is IIsPatternOperation { Pattern: var pattern, Value.Type: var value })
            Check(context, value, (pattern is INegatedPatternOperation negated ? negated.Pattern : pattern) switch
            {
                IDeclarationPatternOperation declaration => declaration.MatchedType,
                IRecursivePatternOperation recursive => recursive.MatchedType,
                ITypePatternOperation typed => typed.MatchedType,
                _ => null,
            });
    }

    // Between two contracts: what is tested for anything else is likely the service itself, not a proxy.
    private static void Check(OperationAnalysisContext context, ITypeSymbol? from, ITypeSymbol? to)
    {
        if (from.IsContract() && to.IsContract() && !from!.AllInterfaces.Contains(to!, SymbolEqualityComparer.Default) && !SymbolEqualityComparer.Default.Equals(from, to))
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.InterfaceTest, context.Operation.Syntax.GetLocation(), from.Name, to!.Name));
    }
}
