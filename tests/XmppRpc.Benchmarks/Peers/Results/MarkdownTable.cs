using System.Text;

namespace XmppRpc.Benchmarks.Peers.Results;

/// <summary>A table that reads well as it stands and as Markdown: the first columns to the left, the others to the right.</summary>
internal sealed class MarkdownTable(int leftColumns, params IReadOnlyList<string> heads)
{
    private readonly List<IReadOnlyList<string>> _rows = [];

    public void Add(params IReadOnlyList<string> cells) => _rows.Add(cells);

    public override string ToString()
    {
        var widths = heads.Select((head, column) => _rows.Select(row => row[column].Length).Append(head.Length).Append(3).Max()).ToArray();
        var text = new StringBuilder();
        Append(text, heads, widths);
        Append(text, [.. widths.Select((width, column) => column < leftColumns ? new string('-', width) : new string('-', width - 1) + ":")], widths);
        foreach (var row in _rows)
            Append(text, row, widths);
        return text.ToString();
    }

    private void Append(StringBuilder text, IReadOnlyList<string> cells, int[] widths)
    {
        for (var column = 0; column < cells.Count; column++)
            text.Append("| ").Append(column < leftColumns ? cells[column].PadRight(widths[column]) : cells[column].PadLeft(widths[column])).Append(' ');
        text.Append("|\n");
    }
}
