using System.Diagnostics;
using System.Text.Json;

namespace XmppRpc.Benchmarks.Peers.Processes;

/// <summary>This program in another role, asked line by line. It ends with its standard input, so it outlives nobody.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>The first argument of such a process.</summary>
    public const string Argument = "peers-process";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), LastWords = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private readonly Process _process;

    private ChildProcess(string name, Process process) => (_name, _process) = (name, process);

    /// <summary>Whether it can be asked: it is there and owes no answer.</summary>
    public bool IsUsable { get; private set; } = true;

    public static ChildProcess Start(string role, params IEnumerable<string> arguments)
    {
        string[] all = [Argument, role, .. arguments];
        return new(string.Join(' ', all[1..3]), Process.Start(new ProcessStartInfo(Environment.ProcessPath!, all) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!);
    }

    /// <exception cref="InvalidOperationException">It reported an error, ended, or did not answer in time.</exception>
    public async Task<Report> AskAsync(Order order)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order));
            await _process.StandardInput.FlushAsync();
            while (await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
                if (line.StartsWith('{') && JsonSerializer.Deserialize<Report>(line) is { } report)
                    return report.Error is null ? report : throw new InvalidOperationException(report.Error);
            IsUsable = false;
            throw new InvalidOperationException($"'{_name}' ended.");
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            IsUsable = false;
            throw new InvalidOperationException($"'{_name}' did not answer '{order.Verb}': {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.StandardInput.Close();
                await _process.WaitForExitAsync().WaitAsync(LastWords);
            }
        }
        catch (Exception e) when (e is TimeoutException or IOException)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }
}
