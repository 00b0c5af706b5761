using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>Whether somebody has decided who may call, and by what is certain.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class AccessAnalyzer : DiagnosticAnalyzer
{
    /// <summary>Property of a finding, for the fix: the contract's documentation id.</summary>
    internal const string ContractProperty = "Contract";

    private static readonly string[] Identities = ["user", "username", "userid", "userjid", "caller", "callerjid", "jid", "from", "sender"];

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.NoAccessDecision, Diagnostics.IdentityFromParameter];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName(KnownNames.RpcEndpoint.Type) is null)
                return;
            start.RegisterOperationAction(AnalyzeServe, OperationKind.Invocation);
            start.RegisterOperationAction(AnalyzeComparison, OperationKind.Binary);
        });
    }

    private static void AnalyzeServe(OperationAnalysisContext context)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod is { Name: KnownNames.RpcEndpoint.Serve, TypeArguments.Length: 1, Parameters.Length: 1 } serve
            && serve.ContainingType.Is(KnownNames.RpcEndpoint.Type)
            && serve.TypeArguments[0] is INamedTypeSymbol contract && contract.IsContract())
        {
            if (Undecided(contract) is { } method && !IsDecided(Unconverted(call.Arguments[0].Value).Type))
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NoAccessDecision, call.Syntax.GetLocation(),
                    ImmutableDictionary<string, string?>.Empty.Add(ContractProperty, contract.GetDocumentationCommentId()), contract.Name, $"'{method.Name}'"));
        }
        else
            AnalyzeEquals(context, call);
    }

    private static IMethodSymbol? Undecided(INamedTypeSymbol contract) => contract.AllInterfaces.Insert(0, contract)
        .Where(super => !super.OriginalDefinition.Is(KnownNames.RpcContract.Type))
        .SelectMany(super => super.GetMembers())
        .OfType<IMethodSymbol>()
        .FirstOrDefault(method => method.IsAbstract
            && ContractIdentity.AccessOf(method) is null
            && ContractIdentity.AccessOf(method.ContainingType) is null
            && (method.ContainingType.IsContract() || ContractIdentity.AccessOf(contract) is null));

    private static bool IsDecided(ITypeSymbol? implementation)
    {
        for (var type = implementation; type is not null; type = type.BaseType)
            if (ContractIdentity.AccessOf(type) is not null)
                return true;
        return false;
    }

    private static void AnalyzeComparison(OperationAnalysisContext context)
    {
        var comparison = (IBinaryOperation)context.Operation;
        if (comparison.OperatorKind is BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals && !IsNull(comparison.LeftOperand) && !IsNull(comparison.RightOperand))
            CheckIdentity(context, comparison.LeftOperand, comparison.RightOperand);
    }

    private static void AnalyzeEquals(OperationAnalysisContext context, IInvocationOperation call)
    {
        if (call.TargetMethod is { Name: nameof(Equals), ReturnType.SpecialType: SpecialType.System_Boolean })
            CheckIdentity(context, [.. call.Arguments.Select(argument => argument.Value), .. call.Instance is { } instance ? [instance] : Array.Empty<IOperation>()]);
    }

    private static void CheckIdentity(OperationAnalysisContext context, params IOperation[] compared)
    {
        foreach (var parameter in compared.Select(Unconverted).OfType<IParameterReferenceOperation>())
            if (Identities.Contains(parameter.Parameter.Name, StringComparer.OrdinalIgnoreCase)
                && (parameter.Type?.SpecialType == SpecialType.System_String || parameter.Type?.Is(KnownNames.Jid.Type) == true)
                && parameter.Parameter.ContainingSymbol is IMethodSymbol method
                && !compared.Any(IsCaller)
                && method.ImplementedContractMethods().Any())
                context.ReportDiagnostic(Diagnostic.Create(Diagnostics.IdentityFromParameter, parameter.Syntax.GetLocation(), parameter.Parameter.Name));
    }

    // Compared with who really calls, it is checked, not believed.
    private static bool IsCaller(IOperation value) => value.DescendantsAndSelf().Any(part => part is IPropertyReferenceOperation { Property.Name: "Caller" });

    private static bool IsNull(IOperation value) => value.ConstantValue is { HasValue: true, Value: null } || Unconverted(value).ConstantValue is { HasValue: true, Value: null };

    private static IOperation Unconverted(IOperation value)
    {
        while (value is IConversionOperation conversion)
            value = conversion.Operand;
        return value;
    }
}
