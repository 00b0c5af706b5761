using System.Diagnostics;
using System.Runtime.InteropServices;
using XmppRpc.Servers.Peer;

namespace XmppRpc.Servers.Tests.Matrix;

/// <summary>Callees or callers in a process of their own, to be killed. Its ledger goes on in the test's.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _output;

    private PeerProcess(Ledger ledger, string[] arguments)
    {
        var host = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        _process = Process.Start(new ProcessStartInfo(host, ["exec", typeof(Ledger).Assembly.Location, .. arguments])
        {
            UseShellExecute = false,
            // It ends with this process, which holds its input open.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0", ["DOTNET_TieredCompilation"] = "1" },
        })!;
        _output = ReadAsync(ledger);
    }

    /// <summary>Starts one that serves <see cref="IDrill"/> on all these connections; complete when it does.</summary>
    public static Task<PeerProcess> ServeAsync(Ledger ledger, TimeSpan guard, params IEnumerable<string> connections) => StartAsync(new(ledger, ["serve", .. connections]), guard);

    /// <summary>Starts one that makes, on each connection, a call of every shape to every target, under the keys <c>connection-target-shape</c>.</summary>
    public static Task<PeerProcess> CallAsync(Ledger ledger, TimeSpan guard, IEnumerable<string> connections, params IEnumerable<string> targets) =>
        StartAsync(new(ledger, ["call", .. connections, "--", .. targets]), guard);

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        await _output;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    private static async Task<PeerProcess> StartAsync(PeerProcess peer, TimeSpan guard)
    {
        await peer._ready.Task.WaitAsync(guard);
        return peer;
    }

    private async Task ReadAsync(Ledger ledger)
    {
        var errors = _process.StandardError.ReadToEndAsync();
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
            if (line == "ready")
                _ready.TrySetResult();
            else
                ledger.Take(line);
        _ready.TrySetException(new InvalidOperationException($"The peer ended before it was ready: {await errors}"));
    }
}
