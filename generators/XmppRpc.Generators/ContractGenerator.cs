using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using XmppRpc.Generators.Emitting;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators;

/// <summary>Completes every interface with <c>[RpcContract]</c>: one file each. What it cannot handle it leaves out without a word; <see cref="ContractAnalyzer"/> says why.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class ContractGenerator : IIncrementalGenerator
{
    internal const string ContractsStep = "Contracts";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var contracts = context.SyntaxProvider
            .ForAttributeWithMetadataName(
                KnownNames.RpcContractAttribute.Type,
                static (node, _) => node is InterfaceDeclarationSyntax,
                static (syntax, cancellation) => IsFirstPart(syntax)
                    ? ContractParser.Parse((INamedTypeSymbol)syntax.TargetSymbol, syntax.SemanticModel.Compilation, cancellation).Model
                    : null)
            .Where(static model => model is not null)
            .WithTrackingName(ContractsStep);

        // Not the Implementation variant: user code binds to the base interface that is added here while it is typed.
        context.RegisterSourceOutput(contracts, static (output, model) => output.AddSource(model!.HintName, SourceText.From(ContractEmitter.Emit(model), Encoding.UTF8)));
    }

    // The attribute on two parts is the compiler's error; two outputs of one name would end the whole generator.
    private static bool IsFirstPart(GeneratorAttributeSyntaxContext syntax) =>
        syntax.TargetSymbol.FindAttribute(KnownNames.RpcContractAttribute.Type)?.ApplicationSyntaxReference is { } first
        && first.SyntaxTree == syntax.TargetNode.SyntaxTree
        && syntax.TargetNode.Span.Contains(first.Span);
}
