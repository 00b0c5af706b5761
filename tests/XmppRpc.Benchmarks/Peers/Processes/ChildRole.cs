using System.Text.Json;
using XmppRpc.Benchmarks.Peers.Contestants;

namespace XmppRpc.Benchmarks.Peers.Processes;

/// <summary>What a process of this program is to the benchmark.</summary>
internal abstract class ChildRole : IAsyncDisposable
{
    /// <summary>Serves orders from standard input until its end.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        await using ChildRole role = arguments switch
        {
            [nameof(CallerRole), var name] => new CallerRole(ContestantList.Find(name)),
            [nameof(CalleeRole), var name] => new CalleeRole(ContestantList.Find(name)),
            [nameof(ServerRole), var name, .. var accounts] => new ServerRole(name, accounts),
            _ => throw new ArgumentException($"There is no role '{string.Join(' ', arguments)}'.", nameof(arguments)),
        };
        while (await Console.In.ReadLineAsync() is { } line)
            await Console.Out.WriteLineAsync(JsonSerializer.Serialize(await role.TryAnswerAsync(JsonSerializer.Deserialize<Order>(line)!)));
    }

    public abstract ValueTask DisposeAsync();

    protected abstract Task<Report> AnswerAsync(Order order);

    private async Task<Report> TryAnswerAsync(Order order)
    {
        try
        {
            return await AnswerAsync(order);
        }
        catch (Exception e)
        {
            return new() { Error = $"{e.GetType().Name}: {Text(e)}{(e.GetBaseException() is var cause && cause != e ? $" ({Text(cause)})" : "")}" };
        }
    }

    // The test kit skips tests whose server is missing, in words for xUnit.
    private static string Text(Exception e) => e.Message.Replace("$XunitDynamicSkip$", "", StringComparison.Ordinal).ReplaceLineEndings(" ");
}
