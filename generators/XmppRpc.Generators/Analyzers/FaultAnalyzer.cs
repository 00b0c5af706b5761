using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>Whether the faults that are thrown and caught are those that the contracts declare.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class FaultAnalyzer : DiagnosticAnalyzer
{
    /// <summary>Properties of a finding, for the fix: the fault's attribute as C#, and the documentation ids of the methods that lack it, one a line.</summary>
    internal const string AttributeProperty = "Attribute", MethodsProperty = "Methods";

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.UndeclaredFault, Diagnostics.CatchOfUndeclaredFault];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(KnownNames.RpcFaultException.Type) is null)
                return;
            start.RegisterOperationAction(AnalyzeThrow, OperationKind.Throw);
            start.RegisterOperationAction(AnalyzeCatch, OperationKind.CatchClause);
        });
    }

    private static void AnalyzeThrow(OperationAnalysisContext context)
    {
        var thrown = ((IThrowOperation)context.Operation).Exception;
        while (thrown is IConversionOperation conversion)
            thrown = conversion.Operand;
        if (thrown is not IObjectCreationOperation { Type: { } type, Arguments: var arguments } || Detail(type) is not { } detail || context.ContainingSymbol.Member() is not IMethodSymbol method)
            return;
        var code = arguments.FirstOrDefault(argument => argument.Parameter?.Name == "code")?.Value.ConstantValue is { HasValue: true, Value: string text } ? text : null;
        var lacking = method.ImplementedContractMethods().Where(contract => !contract.IsOneWay() && !Declares(contract, method.ContainingType, detail, code)).ToList();
        if (lacking.Count == 0)
            return;
        var attribute = code is null ? null : $"global::XmppRpc.RpcFault<{detail.BareSource()}>({SymbolDisplay.FormatLiteral(code, quote: true)})";
        context.ReportDiagnostic(Diagnostic.Create(Diagnostics.UndeclaredFault, thrown.Syntax.GetLocation(),
            ImmutableDictionary<string, string?>.Empty.Add(AttributeProperty, attribute).Add(MethodsProperty, string.Join("\n", lacking.Select(contract => contract.OriginalDefinition.GetDocumentationCommentId()))),
            lacking[0].ContainingType.Name + "." + lacking[0].Name, detail.Text(), code is null ? "…" : SymbolDisplay.FormatLiteral(code, quote: true)));
    }

    private static void AnalyzeCatch(OperationAnalysisContext context)
    {
        var clause = (ICatchClauseOperation)context.Operation;
        if (Detail(clause.ExceptionType) is not { } detail || clause.Parent is not ITryOperation { Body: var body })
            return;
        var calls = Calls(body);
        if (calls is { Count: > 0 } && calls.TrueForAll(call => !Declares(call, null, detail, null)))
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.CatchOfUndeclaredFault, clause.Syntax.GetLocation(), detail.Text()));
    }

    // The contract methods that are waited for, or null if anything else is: it may call others.
    private static List<IMethodSymbol>? Calls(IBlockOperation body)
    {
        var calls = new List<IMethodSymbol>();
        foreach (var operation in body.Descendants())
        {
            var awaited = operation switch
            {
                IAwaitOperation wait => wait.Operation,
                IForEachLoopOperation { IsAsynchronous: true } loop => loop.Collection,
                IThrowOperation or IUsingOperation { IsAsynchronous: true } or IUsingDeclarationOperation { IsAsynchronous: true } => operation,
                _ => null,
            };
            if (awaited is null)
                continue;
            while (awaited is IConversionOperation or IInvocationOperation { TargetMethod.Name: "ConfigureAwait" or "WithCancellation" })
                awaited = awaited is IConversionOperation conversion ? conversion.Operand : ((IInvocationOperation)awaited).Instance ?? ((IInvocationOperation)awaited).Arguments[0].Value;
            if (awaited is not IInvocationOperation { TargetMethod: var method } || !method.IsContractMethod())
                return null;
            calls.Add(method);
        }
        return calls;
    }

    private static bool Declares(IMethodSymbol method, INamedTypeSymbol? implementation, ITypeSymbol detail, string? code)
    {
        var declared = FaultDeclaration.Of(method).Concat(FaultDeclaration.Of(method.ContainingType));
        // A method that is lent takes the faults of the contract it is lent to.
        if (!method.ContainingType.IsContract() && implementation is not null)
            declared = declared.Concat(implementation.AllInterfaces.Where(super => super.IsContract() && super.AllInterfaces.Contains(method.ContainingType, SymbolEqualityComparer.Default)).SelectMany(FaultDeclaration.Of));
        return declared.Any(fault => SymbolEqualityComparer.Default.Equals(fault.Detail, detail) && (code is null || fault.Code == code));
    }

    private static ITypeSymbol? Detail(ITypeSymbol exception) => exception.Is(KnownNames.RpcFaultException.Type) ? ((INamedTypeSymbol)exception).TypeArguments[0] : null;
}
