using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>Says what the compiler's words about a constraint (CS0311) mean: the interface is no contract.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class RegistrationAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Diagnostics.NotAContract];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSyntaxNodeAction(Analyze, SyntaxKind.InvocationExpression);
    }

    // By syntax: a call that breaks a constraint is no valid operation.
    private static void Analyze(SyntaxNodeAnalysisContext context)
    {
        var call = (InvocationExpressionSyntax)context.Node;
        if (call.Expression is not MemberAccessExpressionSyntax { Name: GenericNameSyntax { TypeArgumentList.Arguments: { Count: 1 } arguments, Identifier.ValueText: KnownNames.RpcEndpoint.Get or KnownNames.RpcEndpoint.Serve } name })
            return;
        var argument = arguments[0];
        var symbols = context.SemanticModel.GetSymbolInfo(call, context.CancellationToken);
        if ((symbols.Symbol ?? symbols.CandidateSymbols.FirstOrDefault())?.ContainingType?.Is(KnownNames.RpcEndpoint.Type) == true
            && context.SemanticModel.GetTypeInfo(argument, context.CancellationToken).Type is INamedTypeSymbol { TypeKind: TypeKind.Interface or TypeKind.Class } type
            && !type.IsContract())
            context.ReportDiagnostic(Diagnostic.Create(Diagnostics.NotAContract, argument.GetLocation(),
                ImmutableDictionary<string, string?>.Empty.Add(AccessAnalyzer.ContractProperty, type.OriginalDefinition.GetDocumentationCommentId()), type.Text(), name.Identifier.ValueText));
    }
}
