using System.Globalization;
using System.Runtime.InteropServices;
using XmppRpc.Benchmarks.Peers.Cases;
using XmppRpc.Benchmarks.Peers.Contestants;
using XmppRpc.Benchmarks.Peers.Results;

namespace XmppRpc.Benchmarks.Peers;

/// <summary>This product and its peers side by side: in each case the contestants take turns, round by round, so that what else the machine does meets all of them.</summary>
internal sealed class PeersCommand(PeersOptions options)
{
    private readonly List<string> _notes = [];

    /// <summary>Runs with the arguments behind <c>peers</c>; the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            return await new PeersCommand(PeersOptions.Parse(arguments)).RunAsync();
        }
        catch (ArgumentException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    private async Task<int> RunAsync()
    {
        var contestants = ContestantList.All.Where(contestant => PeersOptions.Selects(options.Only, contestant.Name)).ToArray();
        var cases = CaseList.All(options.IsQuick).Where(@case => PeersOptions.Selects(options.Cases, @case.Name)).ToArray();
        if (options.IsList || contestants.Length == 0 || cases.Length == 0)
        {
            Console.WriteLine($"contestants: {string.Join(' ', ContestantList.All.Select(static contestant => contestant.Name))}\ncases: {string.Join(' ', CaseList.All(options.IsQuick).Select(static @case => @case.Name))}");
            return options.IsList ? 0 : 2;
        }
        var conditions = Conditions();
        await using var field = new Field(Note);
        await field.StartAsync(contestants);
        if (field.Entrants.Count == 0)
            return 1;
        var board = new Board([.. field.Entrants.Select(static entrant => entrant.Contestant)], cases, Base(field));
        await TryAsync(field, CaseList.WarmUp, entrant => entrant.WarmUpAsync(CaseList.WarmUp, options.WarmUpSeconds));
        foreach (var @case in cases)
            await RunAsync(field, board, @case);
        var all = conditions + string.Concat(_notes.Select(static note => $"- {note}\n"));
        Console.WriteLine("\n" + ResultFiles.Text(board, all));
        foreach (var file in await ResultFiles.WriteAsync(board, all, options))
            Console.WriteLine(file);
        return 0;
    }

    private async Task RunAsync(Field field, Board board, Case @case)
    {
        var able = await TryAsync(field, @case, entrant => entrant.WarmUpAsync(@case, options.WarmUpSeconds));
        // What pools and tables have grown to stays: only the first time shows what a call costs.
        var rounds = @case.Kind is CaseKind.Pending ? 1 : options.Rounds;
        for (var round = 1; round <= rounds; round++)
            able = await TryAsync(field, @case, async entrant =>
            {
                var figures = await entrant.MeasureAsync(@case, options.Seconds);
                board.Add(entrant.Contestant, @case, figures);
                var (figure, unit) = @case.Kind is CaseKind.Pending ? (Figure.CallerHeap, "B/call") : (Figure.PerSecond, "/s");
                Console.WriteLine($"{@case.Title}, round {round} of {rounds}, {entrant.Contestant.Name}: {figure.Show(figures[figure])} {unit}");
            }, able);
    }

    /// <summary>Each in turn; who fails is out of this case, and, if it cannot be asked any more, of all that follow.</summary>
    private async Task<IReadOnlyList<Entrant>> TryAsync(Field field, Case @case, Func<Entrant, Task> turn, IReadOnlyList<Entrant>? entrants = null)
    {
        List<Entrant> able = [];
        foreach (var entrant in entrants ?? [.. field.Entrants])
            try
            {
                await turn(entrant);
                able.Add(entrant);
            }
            catch (InvalidOperationException e)
            {
                // What a contestant does not have is a dash in the table, no news.
                if (!e.Message.StartsWith(nameof(NotSupportedException), StringComparison.Ordinal))
                    Note($"{entrant.Contestant.Name} failed in '{@case.Title}': {e.Message}");
                if (!entrant.IsUsable)
                    await field.RemoveAsync(entrant);
            }
        return able;
    }

    private Contestant Base(Field field)
    {
        var name = options.Base ?? Servers.RabbitMq;
        return (field.Entrants.FirstOrDefault(entrant => entrant.Contestant.Name == name) ?? (options.Base is null ? field.Entrants[0] : throw new ArgumentException($"The base '{name}' does not run."))).Contestant;
    }

    private string Conditions()
    {
        var load = File.Exists("/proc/loadavg") ? $", load {File.ReadAllText("/proc/loadavg").Split(' ')[0]} before" : "";
        return string.Create(CultureInfo.InvariantCulture, $"""
            {TimeProvider.System.GetLocalNow():yyyy-MM-dd}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} cores{load}. Medians of {options.Rounds} {(options.Rounds == 1 ? "round" : "rounds")} of {options.Seconds} s in turn.

            """);
    }

    private void Note(string note)
    {
        _notes.Add(note);
        Console.WriteLine(note);
    }
}
