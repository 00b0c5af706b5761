using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using XmppRpc;

namespace Quickstart;

/// <summary>Answers for the machine it runs on. What callers do is written to its log and to the console.</summary>
public sealed class MachineBot(IRpcReplier replier, MachineLog log, TextWriter console) : IMachine
{
    private const int ReportsPerSecond = 4;

    public Task<MachineStatus> GetStatusAsync(CancellationToken cancellationToken)
    {
        Note("asks for the status");
        var (used, total) = MachineLoad.Memory();
        return Task.FromResult(new MachineStatus(Environment.MachineName, RuntimeInformation.OSDescription, Environment.ProcessorCount, MachineLoad.Average(),
            used, total, TimeProvider.System.GetUtcNow()));
    }

    public Task<Deferred<ProcessEntry[]>> ListProcessesAsync(int top, int seconds, CancellationToken cancellationToken)
    {
        if (top is < 1 or > 100)
            throw new RpcException(RpcStatus.InvalidArgument, $"Ask for 1 to 100 processes, not {top}.");
        if (seconds is < 1 or > 60)
            throw new RpcException(RpcStatus.InvalidArgument, $"Measuring takes 1 to 60 seconds, not {seconds}.");
        Note($"asks for the {top} busiest processes");
        var ticket = Deferred.Later<ProcessEntry[]>();
        _ = MeasureAsync(ticket.Token, top, seconds, cancellationToken);
        return Task.FromResult<Deferred<ProcessEntry[]>>(ticket);
    }

    public async IAsyncEnumerable<LogLine> FollowLogAsync(string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = ToRegex(pattern);
        using var reader = log.OpenAtEnd();
        Note("follows the log");
        try
        {
            await foreach (var line in MachineLog.ReadAsync(reader, cancellationToken))
                if (filter.IsMatch(line.Text))
                    yield return line;
        }
        finally
        {
            Note("no longer follows the log");
        }
    }

    private async Task MeasureAsync(DeferredToken<ProcessEntry[]> token, int top, int seconds, CancellationToken cancellationToken)
    {
        try
        {
            var before = MachineProcesses.ProcessorTimes();
            var watch = Stopwatch.StartNew();
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / ReportsPerSecond));
            for (double step = 1, steps = seconds * ReportsPerSecond; step <= steps; step++)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
                await replier.ReportAsync(token, new RpcProgress(step / steps, "measuring processor time"), cancellationToken);
            }
            await replier.CompleteAsync(token, MachineProcesses.Busiest(before, watch.Elapsed, top), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The caller gave up, or is gone: nobody waits for the answer.
            Note("no longer waits for the processes");
        }
        catch (Exception e)
        {
            await replier.FailAsync(token, new RpcException(RpcStatus.Internal, $"The processes cannot be read: {e.Message}"), CancellationToken.None);
        }
    }

    private void Note(string what)
    {
        var line = $"{RpcContext.Current!.Caller} {what}";
        log.Write(line);
        console.WriteLine(line);
    }

    private static Regex ToRegex(string pattern)
    {
        try
        {
            // It comes from outside: without backtracking, matching takes linear time.
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new RpcException(RpcStatus.InvalidArgument, $"'{pattern}' is no regular expression that can be used: {e.Message}");
        }
    }
}
