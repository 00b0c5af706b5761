using XmppRpc.Benchmarks.Peers.Cases;
using XmppRpc.TestKit;

namespace XmppRpc.Benchmarks.Peers.Results;

/// <summary>Where the figures of a run go.</summary>
internal static class ResultFiles
{
    private const string Begin = "<!-- peers: begin -->\n", End = "<!-- peers: end -->";

    /// <summary>All tables of a run, the shortest last, where a console shows it.</summary>
    public static string Text(Board board, string conditions) => string.Join('\n', new[] { conditions, Tables.Details(board), Tables.Pending(board), Tables.Overview(board) }.OfType<string>());

    /// <summary>Writes <c>peers.md</c> and <c>peers.svg</c>, or, of a run for the docs, their counterparts there.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(Board board, string conditions, PeersOptions options)
    {
        if (!options.Docs)
        {
            Directory.CreateDirectory(options.Folder);
            return
            [
                await WriteAsync(Path.Combine(options.Folder, "peers.md"), Text(board, conditions)),
                await WriteAsync(Path.Combine(options.Folder, "peers.svg"), Plot(board)),
            ];
        }
        var page = RepositoryRoot.Combine("docs/performance.md");
        return
        [
            await WriteAsync(page, Insert(await File.ReadAllTextAsync(page), $"{conditions}\n![Calls a second](performance-peers.svg)\n\n{Tables.Overview(board)}\n{Tables.Pending(board)}")),
            await WriteAsync(RepositoryRoot.Combine("docs/performance-peers.md"), $"# Peers, case by case\n\nWritten by the command in [performance.md](performance.md).\n\n{conditions}\n{Tables.Details(board)}"),
            await WriteAsync(RepositoryRoot.Combine("docs/performance-peers.svg"), Plot(board)),
        ];
    }

    private static string Plot(Board board) => BarPlot.Draw(
        $"Calls a second, {CaseList.Plotted.Title}",
        [.. from contestant in board.Contestants let value = board.Median(contestant, CaseList.Plotted, Figure.PerSecond) where value is not null select (contestant.Name, value.Value, contestant.Name.StartsWith("xmpprpc-", StringComparison.Ordinal))]);

    private static string Insert(string page, string text)
    {
        var (begin, end) = (page.IndexOf(Begin, StringComparison.Ordinal), page.IndexOf(End, StringComparison.Ordinal));
        return begin >= 0 && end > begin
            ? page[..(begin + Begin.Length)] + text.TrimEnd('\n') + "\n" + page[end..]
            : throw new InvalidOperationException($"docs/performance.md has no place for the figures: the lines '{Begin.Trim()}' and '{End}'.");
    }

    private static async Task<string> WriteAsync(string file, string text)
    {
        await File.WriteAllTextAsync(file, text);
        return file;
    }
}
