using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using XmppRpc;

namespace Quickstart;

/// <summary>Answers for the machine it runs on.</summary>
public sealed class MachineBot(IRpcReplier replier, MachineLog log) : IMachine
{
    private const int Samples = 8;
    private static readonly TimeSpan SampleTime = TimeSpan.FromMilliseconds(250);

    public Task<MachineStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        var (used, total) = MachineMemory.Read();
        log.Write($"{RpcContext.Current!.Caller} asked for the status");
        return Task.FromResult(new MachineStatus(Environment.MachineName, RuntimeInformation.OSDescription, Environment.ProcessorCount, Load(),
            used, total, TimeProvider.System.GetUtcNow()));
    }

    public Task<Deferred<ProcessEntry[]>> ListProcessesAsync(int top, CancellationToken cancellationToken)
    {
        if (top is < 1 or > 1000)
            throw new RpcException(RpcStatus.InvalidArgument, "Ask for 1 to 1000 processes.");
        log.Write($"{RpcContext.Current!.Caller} asked for the {top} busiest processes");
        var cancellation = RpcContext.Current.Cancellation;
        var ticket = Deferred.Later<ProcessEntry[]>();
        _ = MeasureAsync(ticket.Token, top, cancellation);
        return Task.FromResult<Deferred<ProcessEntry[]>>(ticket);
    }

    public async IAsyncEnumerable<LogLine> FollowLogAsync(string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The pattern comes from outside: without backtracking its matching takes linear time.
        var filter = ToRegex(pattern);
        log.Write($"{RpcContext.Current!.Caller} follows the log");
        await foreach (var line in log.FollowAsync(cancellationToken))
            if (filter.IsMatch(line.Text))
                yield return line;
    }

    private async Task MeasureAsync(DeferredToken<ProcessEntry[]> token, int top, CancellationToken cancellationToken)
    {
        try
        {
            var before = ProcessorTimes();
            var watch = Stopwatch.StartNew();
            for (var sample = 1; sample <= Samples; sample++)
            {
                await Task.Delay(SampleTime, cancellationToken);
                await replier.ReportAsync(token, new RpcProgress((double)sample / Samples, "measuring processor time"), cancellationToken);
            }
            await replier.CompleteAsync(token, Busiest(before, watch.Elapsed, top), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The caller has given up, or is gone: nobody waits for the answer.
        }
        catch (Exception e)
        {
            await replier.FailAsync(token, new RpcException(RpcStatus.Internal, $"The processes cannot be read: {e.Message}"), CancellationToken.None);
        }
    }

    private static ProcessEntry[] Busiest(Dictionary<int, TimeSpan> before, TimeSpan elapsed, int top)
    {
        var entries = new List<ProcessEntry>();
        foreach (var process in Process.GetProcesses())
            using (process)
                if (ProcessorTime(process) is { } time && before.TryGetValue(process.Id, out var earlier))
                    entries.Add(new ProcessEntry(process.Id, process.ProcessName, Math.Round(100 * (time - earlier) / elapsed, 1), process.WorkingSet64));
        return [.. entries.OrderByDescending(e => e.ProcessorPercent).ThenByDescending(e => e.WorkingSet).Take(top)];
    }

    private static Dictionary<int, TimeSpan> ProcessorTimes()
    {
        var times = new Dictionary<int, TimeSpan>();
        foreach (var process in Process.GetProcesses())
            using (process)
                if (ProcessorTime(process) is { } time)
                    times[process.Id] = time;
        return times;
    }

    private static TimeSpan? ProcessorTime(Process process)
    {
        try
        {
            return process.TotalProcessorTime;
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has just ended, or belongs to somebody else.
            return null;
        }
    }

    private static double? Load() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : null;

    private static Regex ToRegex(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new RpcException(RpcStatus.InvalidArgument, $"The pattern is no regular expression that can be used: {e.Message}");
        }
    }
}
