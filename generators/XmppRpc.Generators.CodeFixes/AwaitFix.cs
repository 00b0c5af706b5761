using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Awaits what is blocked on (XRPC040), dropped (XRPC044), or awaited only half (XRPC030).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class AwaitFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.Blocking.Id, Diagnostics.CallDropped.Id, Diagnostics.DeferredIgnored.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (await document.NodeAsync<ExpressionSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is not { } expression || !MayAwait(expression))
            return Edits.None;
        if (string.Equals(diagnostic.Id, Diagnostics.DeferredIgnored.Id, StringComparison.Ordinal))
            return Deferred(document, expression);
        var call = string.Equals(diagnostic.Id, Diagnostics.Blocking.Id, StringComparison.Ordinal) ? Unblocked(expression) : expression;
        if (call is null || (await document.ModelAsync(cancellation).ConfigureAwait(false)).GetTypeInfo(call, cancellation).Type is not { } type || !IsAwaitable(type))
            return Edits.None;
        return [document.InDocument("Await it", "await", editor => editor.ReplaceNode(expression, (current, _) => expression.Parent is ExpressionStatementSyntax
            ? Await(call.WithoutLeadingTrivia()).WithTriviaFrom(expression)
            : SyntaxFactory.ParenthesizedExpression(Await(call.WithoutTrivia())).WithTriviaFrom(expression).Polished()))];
    }

    private static IReadOnlyList<Fix> Deferred(Document document, ExpressionSyntax expression) =>
    [
        document.InDocument("Wait for the answer too", "twice", editor => editor.ReplaceNode(expression, Await(expression.WithoutLeadingTrivia()).WithTriviaFrom(expression))),
        document.InDocument("Keep the deferred result", "keep", editor => editor.ReplaceNode(expression.Parent!, (current, _) =>
            SyntaxFactory.ParseStatement($"var deferred = {((ExpressionStatementSyntax)current).Expression.WithoutLeadingTrivia()};").WithTriviaFrom(current))),
    ];

    private static AwaitExpressionSyntax Await(ExpressionSyntax operand) =>
        SyntaxFactory.AwaitExpression(SyntaxFactory.Token(default, SyntaxKind.AwaitKeyword, SyntaxFactory.TriviaList(SyntaxFactory.Space)), operand);

    // The awaitable inside of what waits for it; null for a wait with a limit, which await has not.
    private static ExpressionSyntax? Unblocked(ExpressionSyntax expression) => expression switch
    {
        MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Result" } result => Unwrapped(result.Expression),
        InvocationExpressionSyntax { ArgumentList.Arguments.Count: 0, Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Wait" } wait } => Unwrapped(wait.Expression),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "GetResult", Expression: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax awaiter } } } => Unwrapped(awaiter.Expression),
        _ => null,
    };

    private static ExpressionSyntax Unwrapped(ExpressionSyntax expression) =>
        expression is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "AsTask" } task } ? task.Expression : expression;

    private static bool IsAwaitable(ITypeSymbol type) => type.GetMembers("GetAwaiter").Length > 0 || type.BaseType?.GetMembers("GetAwaiter").Length > 0;

    private static bool MayAwait(SyntaxNode node)
    {
        foreach (var around in node.Ancestors())
            switch (around)
            {
                case LockStatementSyntax:
                    return false;
                case AnonymousFunctionExpressionSyntax lambda:
                    return lambda.AsyncKeyword != default;
                case LocalFunctionStatementSyntax local:
                    return local.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case MethodDeclarationSyntax method:
                    return method.Modifiers.Any(SyntaxKind.AsyncKeyword);
                case GlobalStatementSyntax:
                    return true;
                case MemberDeclarationSyntax:
                    return false;
            }
        return false;
    }
}
