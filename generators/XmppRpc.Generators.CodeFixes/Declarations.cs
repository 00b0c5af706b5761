using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FindSymbols;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Finds what a finding names in another file or project.</summary>
internal static class Declarations
{
    /// <summary>The symbol of a documentation id as the solution's sources declare it; null if there is none.</summary>
    public static async Task<ISymbol?> SymbolAsync(Project project, string id, CancellationToken cancellation)
    {
        if (await project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation || DocumentationCommentId.GetFirstSymbolForDeclarationId(id, compilation) is not { } symbol)
            return null;
        return await SymbolFinder.FindSourceDefinitionAsync(symbol, project.Solution, cancellation).ConfigureAwait(false) ?? symbol;
    }

    /// <summary>The parts that people wrote, those with most attributes first.</summary>
    public static IEnumerable<SyntaxNode> Parts(ISymbol symbol, Solution solution, CancellationToken cancellation) => symbol.DeclaringSyntaxReferences
        .Where(part => solution.GetDocument(part.SyntaxTree) is not (null or SourceGeneratedDocument))
        .Select(part => part.GetSyntax(cancellation))
        .OrderByDescending(part => (part as Microsoft.CodeAnalysis.CSharp.Syntax.MemberDeclarationSyntax)?.AttributeLists.Count ?? 0);

    /// <summary>The first of the parts.</summary>
    public static async Task<SyntaxNode?> FindAsync(Project project, string id, CancellationToken cancellation) =>
        await SymbolAsync(project, id, cancellation).ConfigureAwait(false) is { } symbol ? Parts(symbol, project.Solution, cancellation).FirstOrDefault() : null;
}
