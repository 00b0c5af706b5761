using System.Diagnostics;

namespace XmppRpc.TestKit.Servers;

/// <summary>A server process that lives no longer than this one, however this one ends.</summary>
internal sealed class ServerProcess : IDisposable
{
    // The shell becomes the server; a child of it waits for the end of a pipe that only this process holds open, then ends the server and removes its folder.
    private const string Script = """
        exec 3<&0
        ( read -r _ <&3; kill -KILL $$; rm -rf "$1" ) >/dev/null 2>&1 &
        log=$2
        shift 2
        exec "$@" </dev/null >>"$log" 2>&1 3<&-
        """;

    private readonly Process process;

    private ServerProcess(Process process) => this.process = process;

    /// <summary>The server's own process id: the shell that starts it becomes it.</summary>
    public int Id => process.Id;

    /// <summary>Whether it ended by itself or by <see cref="KillAsync"/>.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Starts a command line. Output goes to the log file; the folder is removed when this process ends without having ended the server.</summary>
    public static ServerProcess Start(string folder, string logFile, IEnumerable<string> commandLine, params IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "server", folder, logFile, .. commandLine]) { RedirectStandardInput = true, UseShellExecute = false, WorkingDirectory = folder };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ServerProcess(Process.Start(start)!);
    }

    /// <summary>Ends the process and its children with SIGKILL and waits until it is gone. Idempotent.</summary>
    public async Task KillAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    public void Dispose() => process.Dispose();
}
