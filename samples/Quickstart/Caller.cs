using XmppRpc;

namespace Quickstart;

/// <summary>Asks a machine the three kinds of question, and tells what happens.</summary>
public static class Caller
{
    public static async Task RunAsync(IMachine machine, int seconds, string pattern, CancellationToken cancellationToken)
    {
        Say($"1. A call. How is the machine at {machine.GetTarget()}?");
        var status = await machine.GetStatusAsync(cancellationToken);
        Say($"   {status.HostName}, {status.OperatingSystem}: {status.Processors} processors, load {(status.Load is { } load ? $"{Math.Round(load, 2)}" : "unknown")}, {status.MemoryUsed >> 20} of {status.MemoryTotal >> 20} MiB in use.");

        Say("2. A deferred call. Which processes are the busiest? The bot has to measure that, so it promises an answer.");
        Deferred<ProcessEntry[]> answer = await machine.ListProcessesAsync(top: 5, seconds, cancellationToken);
        Say($"   Taken as call {answer.Id}. We could do other things now; let us watch.");
        await foreach (var progress in answer.ProgressAsync(cancellationToken))
            Say($"   {progress.Fraction:P0} {progress.Text}");
        foreach (var process in await answer.WaitAsync(cancellationToken))
            Say($"   {process.Id,8}  {process.Name,-24} {process.ProcessorPercent,6:F1} %  {process.WorkingSet >> 20,6} MiB");

        Say($"3. A stream. The new lines of its log that match '{pattern}', please; three are enough.");
        var lines = 0;
        await foreach (var line in machine.FollowLogAsync(pattern, cancellationToken))
        {
            Say($"   line {line.Number}: {line.Text}");
            if (++lines == 3)
                break;
        }
        Say("   Enough: leaving the loop has told the bot to stop.");
    }

    // Names and log lines come from elsewhere: a terminal would obey control characters in them.
    private static void Say(string text) => Console.WriteLine(string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)));
}
