using System.Globalization;
using XmppRpc.Benchmarks.Peers.Cases;
using XmppRpc.Benchmarks.Peers.Contestants;

namespace XmppRpc.Benchmarks.Peers.Results;

/// <summary>The figures as tables.</summary>
internal static class Tables
{
    private static readonly Figure[] Calls =
        [Figure.P50, Figure.P99, Figure.CallerCpu, Figure.CalleeCpu, Figure.ServerCpu, Figure.CallerAllocated, Figure.CalleeAllocated, Figure.CallsPerStanza, Figure.RepliesPerStanza];

    private static readonly Figure[] Memory = [Figure.CallerHeap, Figure.CalleeHeap, Figure.CallerMemory, Figure.CalleeMemory, Figure.ServerMemory];

    /// <summary>A row for each contestant: what it does a second in each case, with the ratio to the base; null without such cases.</summary>
    public static string? Overview(Board board)
    {
        var cases = Running(board);
        if (cases.Length == 0)
            return null;
        var table = new MarkdownTable(1, ["calls or items a second", .. cases.Select(static @case => @case.Title)]);
        foreach (var contestant in board.Contestants)
            table.Add([contestant.Name, .. cases.Select(@case => board.Median(contestant, @case, Figure.PerSecond) is { } median ? $"{Figure.PerSecond.Show(median)} ({Times(board.Ratio(contestant, board.Base, @case))})" : "–")]);
        return table.ToString();
    }

    /// <summary>A row for each case and contestant, with all that was measured; null without such cases.</summary>
    public static string? Details(Board board)
    {
        var cases = Running(board);
        if (cases.Length == 0)
            return null;
        var table = new MarkdownTable(2, ["case", "contestant", Figure.PerSecond.Head(), "lowest – highest", $"× {board.Base.Name}", "× raw", .. Calls.Select(static figure => figure.Head())]);
        foreach (var @case in cases)
            foreach (var contestant in board.Contestants.Where(contestant => board.Median(contestant, @case, Figure.PerSecond) is not null))
                table.Add(
                [
                    @case.Title, contestant.Name, Figure.PerSecond.Show(board.Median(contestant, @case, Figure.PerSecond)), Spread(board, contestant, @case),
                    Times(board.Ratio(contestant, board.Base, @case)), Times(board.RawOf(contestant) is { } raw ? board.Ratio(contestant, raw, @case) : null),
                    .. Calls.Select(figure => figure.Show(board.Median(contestant, @case, figure))),
                ]);
        return table.ToString();
    }

    /// <summary>A row for each contestant: what waiting calls hold; null where that was not measured.</summary>
    public static string? Pending(Board board)
    {
        if (board.Cases.FirstOrDefault(static @case => @case.Kind is CaseKind.Pending) is not { } pending)
            return null;
        var table = new MarkdownTable(1, [pending.Title, .. Memory.Select(static figure => figure.Head())]);
        foreach (var contestant in board.Contestants.Where(contestant => board.Median(contestant, pending, Figure.CallerHeap) is not null))
            table.Add([contestant.Name, .. Memory.Select(figure => figure.Show(board.Median(contestant, pending, figure)))]);
        return table.ToString();
    }

    private static Case[] Running(Board board) => [.. board.Cases.Where(static @case => @case.Kind is not CaseKind.Pending)];

    private static string Times(double? ratio) => ratio is { } times ? string.Create(CultureInfo.InvariantCulture, $"{times:0.00}×") : "–";

    private static string Spread(Board board, Contestant contestant, Case @case) =>
        board.Spread(contestant, @case, Figure.PerSecond) is { } spread ? string.Create(CultureInfo.InvariantCulture, $"{spread.Low:N0} – {spread.High:N0}") : "–";
}
