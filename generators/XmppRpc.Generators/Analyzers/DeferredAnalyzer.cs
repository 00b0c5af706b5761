using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>Answers that come later: whether somebody waits for them, and whether somebody can give them.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class DeferredAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.DeferredIgnored, Diagnostics.LaterOutsideCall, Diagnostics.TokenNotStored];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(KnownNames.Deferred.Type) is null)
                return;
            start.RegisterOperationAction(AnalyzeStatement, OperationKind.ExpressionStatement);
            start.RegisterOperationAction(AnalyzeCall, OperationKind.Invocation);
        });
    }

    private static void AnalyzeStatement(OperationAnalysisContext context)
    {
        if (((IExpressionStatementOperation)context.Operation).Operation is IAwaitOperation { Type: { } type } wait && type.Is(KnownNames.Deferred.Type))
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.DeferredIgnored, wait.Syntax.GetLocation(), (wait.Operation as IInvocationOperation)?.TargetMethod.Name ?? "the callee"));
    }

    private static void AnalyzeCall(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        if (!string.Equals(call.TargetMethod.Name, KnownNames.DeferredFactory.Later, StringComparison.Ordinal) || !call.TargetMethod.ContainingType.Is(KnownNames.DeferredFactory.Type))
            return;
        if (IsOutsideCall(context.ContainingSymbol, call))
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.LaterOutsideCall, call.Syntax.GetLocation()));
        else if (!MayReadToken(call))
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.TokenNotStored, call.Syntax.GetLocation()));
    }

    // An error has to be sure: what a helper hands out, or what stands in a lambda, may run while a call is served.
    private static bool IsOutsideCall(ISymbol symbol, IOperation call)
    {
        for (var around = call.Parent; around is not null; around = around.Parent)
            if (around is IAnonymousFunctionOperation)
                return false;
        return symbol.Member() switch
        {
            IMethodSymbol { MethodKind: MethodKind.Constructor or MethodKind.StaticConstructor or MethodKind.Destructor } => true,
            IFieldSymbol or IPropertySymbol { SetMethod: not null } => true,
            IMethodSymbol { ContainingType: { } type } method => !type.ContractInterfaces().Any() && !IsNestedInService(type) && (IsEntryPoint(method) || !HandsOutDeferred(method)),
            _ => false,
        };
    }

    private static bool IsNestedInService(INamedTypeSymbol type) => type.ContainingType is { } outer && (outer.ContractInterfaces().Any() || IsNestedInService(outer));

    private static bool IsEntryPoint(IMethodSymbol method) => method.IsStatic && method.Name is "Main" or "<Main>$";

    private static bool HandsOutDeferred(IMethodSymbol method) => Mentions(method.ReturnType) || method.Parameters.Any(parameter => parameter.RefKind != RefKind.None && Mentions(parameter.Type));

    private static bool Mentions(ITypeSymbol type) => type is INamedTypeSymbol named
        && (named.Is(KnownNames.Deferred.Type) || named.Is(KnownNames.DeferredTicket.Type) || named.Is(KnownNames.DeferredToken.Type) || named.TypeArguments.Any(Mentions));

    private static bool MayReadToken(IInvocationOperation call)
    {
        if (call.Parent is not IVariableInitializerOperation { Parent: IVariableDeclaratorOperation { Symbol: var local } } initializer)
            return !IsAnswer(call);
        IOperation root = initializer;
        while (root.Parent is not null)
            root = root.Parent;
        return root.Descendants().OfType<ILocalReferenceOperation>().Any(use => SymbolEqualityComparer.Default.Equals(use.Local, local) && !IsAnswer(use));
    }

    // It becomes the answer itself, which nobody can look into.
    private static bool IsAnswer(IOperation ticket) => ticket.Parent is IConversionOperation { Type: { } type } && type.Is(KnownNames.Deferred.Type);
}
