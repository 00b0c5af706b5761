using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.FindSymbols;
using XmppRpc.Generators.Analyzers;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Moves a contract method's token to the end (XRPC009) or gives it one (XRPC010), in its implementations too, and where it is called.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class CancellationFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.TokenNotLast.Id, Diagnostics.NotCancellable.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (await document.NodeAsync<MethodDeclarationSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is not { } declaration
            || (await document.ModelAsync(cancellation).ConfigureAwait(false)).GetDeclaredSymbol(declaration, cancellation) is not IMethodSymbol method)
            return Edits.None;
        var solution = document.Project.Solution;
        if (string.Equals(diagnostic.Id, Diagnostics.NotCancellable.Id, StringComparison.Ordinal))
            return [new Fix($"Add a CancellationToken to '{method.Name}'", "token", async (editor, stop) =>
            {
                var name = method.ContainingType.GetMembers().OfType<IMethodSymbol>().SelectMany(other => other.Parameters).FirstOrDefault(CancellationAnalyzer.IsToken)?.Name ?? "cancellationToken";
                foreach (var place in await DeclarationsAsync(method, solution, stop).ConfigureAwait(false))
                    await editor.EditAsync(place, target => Add(target, place, name), stop).ConfigureAwait(false);
            })];
        var index = method.Parameters.IndexOf(method.Parameters.First(CancellationAnalyzer.IsToken));
        return [new Fix($"Move '{method.Parameters[index].Name}' to the end", "last", async (editor, stop) =>
        {
            foreach (var place in await DeclarationsAsync(method, solution, stop).ConfigureAwait(false))
                await editor.EditAsync(place, target => MoveParameter(target, place, index), stop).ConfigureAwait(false);
            foreach (var call in await CallsAsync(method, solution, stop).ConfigureAwait(false))
                await editor.EditAsync(call, target => MoveArgument(target, call, index, method), stop).ConfigureAwait(false);
        })];
    }

    // The contract's, those that implement it, and those that override these.
    private static async Task<List<MethodDeclarationSyntax>> DeclarationsAsync(IMethodSymbol method, Solution solution, CancellationToken cancellation)
    {
        var all = new HashSet<ISymbol>(SymbolEqualityComparer.Default) { method };
        foreach (var implementation in await SymbolFinder.FindImplementationsAsync(method, solution, cancellationToken: cancellation).ConfigureAwait(false))
        {
            all.Add(implementation);
            all.UnionWith(await SymbolFinder.FindOverridesAsync(implementation, solution, cancellationToken: cancellation).ConfigureAwait(false));
        }
        return [.. all.SelectMany(symbol => symbol.DeclaringSyntaxReferences).Select(place => place.GetSyntax(cancellation)).OfType<MethodDeclarationSyntax>()];
    }

    private static async Task<List<InvocationExpressionSyntax>> CallsAsync(IMethodSymbol method, Solution solution, CancellationToken cancellation)
    {
        var calls = new List<InvocationExpressionSyntax>();
        foreach (var place in (await SymbolFinder.FindReferencesAsync(method, solution, cancellation).ConfigureAwait(false)).SelectMany(reference => reference.Locations))
            if (place.Document is not SourceGeneratedDocument
                && (await place.Location.SourceTree!.GetRootAsync(cancellation).ConfigureAwait(false)).FindNode(place.Location.SourceSpan) is { } name
                && name.FirstAncestorOrSelf<InvocationExpressionSyntax>() is { } call && call.Expression.Span.Contains(name.Span)
                && !calls.Contains(call))
                calls.Add(call);
        return calls;
    }

    private static void Add(DocumentEditor editor, MethodDeclarationSyntax method, string name)
    {
        var isIterator = method.Modifiers.Any(SyntaxKind.AsyncKeyword) && method.DescendantNodes(node => node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax)).OfType<YieldStatementSyntax>().Any();
        var attribute = isIterator ? "[global::System.Runtime.CompilerServices.EnumeratorCancellation] " : "";
        var parameter = SyntaxFactory.ParseParameterList($"({attribute}global::System.Threading.CancellationToken {name.Escaped()} = default)").Parameters[0].Polished();
        editor.ReplaceNode(method.ParameterList, (current, _) => ((ParameterListSyntax)current).AddParameters(parameter).Polished());
    }

    private static void MoveParameter(DocumentEditor editor, MethodDeclarationSyntax method, int index) => editor.ReplaceNode(method.ParameterList, (current, _) =>
    {
        var list = (ParameterListSyntax)current;
        return list.WithParameters(ToEnd(list.Parameters, index, moved => moved));
    });

    // What is left out behind the token would be taken for it, so it is named then.
    private static void MoveArgument(DocumentEditor editor, InvocationExpressionSyntax call, int index, IMethodSymbol method)
    {
        var arguments = call.ArgumentList.Arguments;
        if (arguments.Count <= index || arguments.Take(index + 1).Any(argument => argument.NameColon is not null))
            return;
        var isComplete = arguments.Count == method.Parameters.Length && arguments.All(argument => argument.NameColon is null);
        editor.ReplaceNode(call.ArgumentList, (current, _) =>
        {
            var list = (ArgumentListSyntax)current;
            return list.WithArguments(ToEnd(list.Arguments, index, moved => isComplete ? moved : moved.WithNameColon(SyntaxFactory.NameColon(method.Parameters[index].Name.Escaped()).WithTrailingTrivia(SyntaxFactory.Space))));
        });
    }

    private static SeparatedSyntaxList<T> ToEnd<T>(SeparatedSyntaxList<T> list, int index, Func<T, T> change) where T : SyntaxNode
    {
        var items = list.ToList();
        var moved = items[index];
        items.RemoveAt(index);
        // Each place keeps its line breaks, whoever stands there.
        items.Add(change(moved));
        return SyntaxFactory.SeparatedList(items.Select((item, i) => item.WithTriviaFrom(list[i])), list.GetSeparators());
    }
}
