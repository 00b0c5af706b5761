using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Editing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>One way to mend a finding.</summary>
/// <param name="title">What the editor offers.</param>
/// <param name="key">Equal for fixes of the same kind, which can be made together.</param>
/// <param name="edit">The change of code. Given the original nodes it puts up with other edits of the same editor.</param>
/// <param name="files">The change of other files, made after those of code, one after the other.</param>
internal sealed class Fix(string title, string key, Func<SolutionEditor, CancellationToken, Task> edit, Func<Solution, CancellationToken, Task<Solution>>? files = null)
{
    public Fix(string title, string key, Func<Solution, CancellationToken, Task<Solution>> files) : this(title, key, (_, _) => Task.CompletedTask, files)
    {
    }

    public string Title => title;

    public string Key => key;

    public Task EditAsync(SolutionEditor editor, CancellationToken cancellation) => edit(editor, cancellation);

    public Task<Solution> EditFilesAsync(Solution solution, CancellationToken cancellation) => files?.Invoke(solution, cancellation) ?? Task.FromResult(solution);
}
