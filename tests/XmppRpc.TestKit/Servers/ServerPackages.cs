using Xunit;

namespace XmppRpc.TestKit.Servers;

/// <summary>Looks for the programs that tests start, and installs them where that is possible.</summary>
public static class ServerPackages
{
    private const string InstallScript = "tests/install-servers.sh";

    // Daemons lie in sbin, which is often not on the path of a plain user.
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/bin", "/usr/sbin"];

    private static readonly Lazy<Task<string>> Installation = new(InstallAsync);

    /// <summary>The folder of Erlang libraries that holds ejabberd, or null.</summary>
    internal static string? EjabberdLibraries => !Directory.Exists("/usr/lib") ? null
        : Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").FirstOrDefault(libraries => Directory.EnumerateDirectories(libraries, "ejabberd-*").Any(folder => Directory.Exists(Path.Combine(folder, "ebin"))));

    /// <summary>Makes sure the XMPP server can be started; else skips the running test, or fails it where the environment says <c>CI=true</c>.</summary>
    public static Task EnsureInstalledAsync(ServerKind kind) => kind switch
    {
        ServerKind.Prosody => EnsureAsync("prosody", () => TryFind("prosody") is not null && TryFind("prosodyctl") is not null),
        ServerKind.Ejabberd => EnsureAsync("ejabberd", () => TryFind("erl") is not null && EjabberdLibraries is not null),
        _ => Task.CompletedTask,
    };

    /// <summary>Makes sure the system's Python has slixmpp; else skips the running test, or fails it where the environment says <c>CI=true</c>.</summary>
    public static Task EnsureSlixmppInstalledAsync() =>
        EnsureAsync("python3-slixmpp", () => File.Exists("/usr/bin/python3") && Directory.Exists("/usr/lib/python3/dist-packages/slixmpp"));

    /// <summary>Makes sure a C program over libstrophe can be compiled; else skips the running test, or fails it where the environment says <c>CI=true</c>.</summary>
    public static Task EnsureStropheInstalledAsync() =>
        EnsureAsync("libstrophe-dev or gcc", () => File.Exists("/usr/include/strophe.h") && TryFind("gcc") is not null);

    /// <summary>The full path of a program of an installed package.</summary>
    internal static string Find(string program) => TryFind(program) ?? throw new InvalidOperationException($"The program '{program}' was not found; run {InstallScript}.");

    /// <summary>The full path of a program, or null.</summary>
    internal static string? TryFind(string program) => Folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static async Task EnsureAsync(string package, Func<bool> isThere)
    {
        if (isThere())
            return;
        var outcome = await Installation.Value;
        if (isThere())
            return;
        var message = $"{package} is missing: run '{InstallScript}' as root. {outcome}";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(message);
        Assert.Skip(message);
    }

    private static async Task<string> InstallAsync()
    {
        if (!Environment.IsPrivilegedProcess || TryFind("apt-get") is null)
            return "(It did not run by itself: that needs root and apt-get.)";
        var run = await ProgramRun.RunAsync("/bin/bash", RepositoryRoot.Combine(InstallScript));
        return run.ExitCode == 0 ? "" : $"(It failed: {run.Output.ReplaceLineEndings(" ")})";
    }
}
