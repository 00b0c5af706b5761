using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using XmppRpc.Generators.History;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Edits of <c>RpcContracts.txt</c>, line by line, so that any number of them can follow each other.</summary>
internal static class HistoryText
{
    /// <summary>The first lines of a new file.</summary>
    public const string Heading = "# What others on the wire know of the contracts of this project; see XRPC054. One method a line:\n# contract version method(parameter: type = default) -> result\n";

    public static TextDocument? Find(Project project) => project.AdditionalDocuments.FirstOrDefault(document => string.Equals(Path.GetFileName(document.FilePath ?? document.Name), Recording.FileName, StringComparison.OrdinalIgnoreCase));

    /// <summary>A line in place of another, or, where that is not there, in its place by the alphabet.</summary>
    public static async Task<Solution> PutAsync(Solution solution, ProjectId project, string? old, string line, CancellationToken cancellation)
    {
        if (solution.GetProject(project) is not { } target || Find(target) is not { } file)
            return solution;
        var text = await file.GetTextAsync(cancellation).ConfigureAwait(false);
        return solution.WithAdditionalDocumentText(file.Id, SourceText.From(Put(text.ToString(), old, line), text.Encoding));
    }

    /// <summary>All lines of a contract that are not retired, under another version.</summary>
    public static async Task<Solution> SetVersionAsync(Solution solution, ProjectId project, string contract, int version, CancellationToken cancellation)
    {
        if (solution.GetProject(project) is not { } target || Find(target) is not { } file)
            return solution;
        var text = await file.GetTextAsync(cancellation).ConfigureAwait(false);
        var lines = Lines(text.ToString()).Select(line => RecordedMethod.Parse(line) is { IsRetired: false } method && string.Equals(method.Contract, contract, StringComparison.Ordinal) ? (method with { Version = version }).Text : line);
        return solution.WithAdditionalDocumentText(file.Id, SourceText.From(Joined(lines), text.Encoding));
    }

    /// <summary>All lines of a contract as retired.</summary>
    public static string Retire(string text, string contract) => Joined(Lines(text).Select(line =>
        RecordedMethod.Parse(line) is { IsRetired: false } method && string.Equals(method.Contract, contract, StringComparison.Ordinal) ? RecordedMethod.Retired + method.Text : line));

    internal static string Put(string text, string? old, string line)
    {
        var lines = Lines(text);
        var place = lines.FindIndex(other => old is not null && string.Equals(RecordedMethod.Parse(other)?.Text, old, StringComparison.Ordinal));
        if (place >= 0)
            lines[place] = line;
        else if (!lines.Contains(line, StringComparer.Ordinal))
        {
            var next = lines.FindIndex(other => RecordedMethod.Parse(other) is { } method && string.CompareOrdinal((method with { IsRetired = false }).Text, line) > 0);
            lines.Insert(next >= 0 ? next : lines.Count, line);
        }
        return Joined(lines);
    }

    private static List<string> Lines(string text)
    {
        var lines = text.Replace("\r\n", "\n").Split('\n').ToList();
        if (lines[lines.Count - 1].Length == 0)
            lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static string Joined(IEnumerable<string> lines) => string.Concat(lines.Select(line => line + "\n"));
}
