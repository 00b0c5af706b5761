using Microsoft.CodeAnalysis.Editing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>One way to mend a finding.</summary>
/// <param name="title">What the editor offers.</param>
/// <param name="key">Equal for fixes of the same kind, which can be made together.</param>
/// <param name="edit">The change. Given the original nodes it puts up with other edits of the same editor.</param>
internal sealed class Fix(string title, string key, Func<SolutionEditor, CancellationToken, Task> edit)
{
    public string Title => title;

    public string Key => key;

    public Task EditAsync(SolutionEditor editor, CancellationToken cancellation) => edit(editor, cancellation);
}
