using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Editing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>What all fixes of findings around contracts have in common: each is an edit of the solution, so that any number of them can be made at once.</summary>
public abstract class ContractCodeFix : CodeFixProvider
{
    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => SolutionFixAll.Instance;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        foreach (var diagnostic in context.Diagnostics)
            foreach (var fix in await FindAsync(context.Document, diagnostic, context.CancellationToken).ConfigureAwait(false))
                context.RegisterCodeFix(CodeAction.Create(fix.Title, cancellation => ApplyAsync(context.Document.Project.Solution, [fix], cancellation), fix.Key), diagnostic);
    }

    /// <summary>The fixes of one finding, the likeliest first.</summary>
    internal abstract Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation);

    internal static async Task<Solution> ApplyAsync(Solution solution, IReadOnlyList<Fix> fixes, CancellationToken cancellation)
    {
        var editor = new SolutionEditor(solution);
        foreach (var fix in fixes)
            await fix.EditAsync(editor, cancellation).ConfigureAwait(false);
        var changed = editor.GetChangedSolution();
        foreach (var fix in fixes)
            changed = await fix.EditFilesAsync(changed, cancellation).ConfigureAwait(false);
        return changed;
    }
}
