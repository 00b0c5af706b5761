using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Asks an endpoint for another proxy of the same target, instead of the proxy for another interface (XRPC043).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class InterfaceTestFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.InterfaceTest.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        var expression = await document.NodeAsync<ExpressionSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false);
        var (proxy, type) = expression switch
        {
            CastExpressionSyntax cast => (cast.Expression, cast.Type),
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.AsExpression } test => (test.Left, test.Right as TypeSyntax),
            _ => default,
        };
        if (proxy is null || type is null)
            return Edits.None;
        var model = await document.ModelAsync(cancellation).ConfigureAwait(false);
        var endpoint = model.LookupSymbols(expression!.SpanStart)
            .Where(symbol => TypeOf(symbol)?.Is(KnownNames.RpcEndpoint.Type) == true && (symbol is not ILocalSymbol || symbol.Locations[0].SourceSpan.End < expression.SpanStart))
            .OrderBy(symbol => symbol is ILocalSymbol ? 0 : symbol is IParameterSymbol ? 1 : 2)
            .FirstOrDefault();
        if (endpoint is null)
            return Edits.None;
        var subject = proxy is SimpleNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or ParenthesizedExpressionSyntax ? $"{proxy.WithoutTrivia()}" : $"({proxy.WithoutTrivia()})";
        var better = SyntaxFactory.ParseExpression($"{endpoint.Name.Escaped()}.{KnownNames.RpcEndpoint.Get}<{type.WithoutTrivia()}>({subject}.{KnownNames.ProxyMethods.GetTarget}())").WithTriviaFrom(expression);
        return [document.InDocument($"Get '{type}' of the same target", "get", editor => editor.ReplaceNode(expression, better.WithAdditionalAnnotations(Microsoft.CodeAnalysis.Simplification.Simplifier.Annotation)))];
    }

    private static ITypeSymbol? TypeOf(ISymbol symbol) => symbol switch
    {
        ILocalSymbol local => local.Type,
        IParameterSymbol parameter => parameter.Type,
        IFieldSymbol field => field.Type,
        IPropertySymbol { IsIndexer: false } property => property.Type,
        _ => null,
    };
}
