using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using XmppRpc.TestKit;

namespace XmppRpc.Servers.Tests.Samples;

/// <summary>How a sample ended, and all that it wrote.</summary>
internal sealed record SampleEnd(int ExitCode, IReadOnlyList<string> Lines, IReadOnlyList<string> Errors)
{
    /// <summary>Fails unless the sample ended as it does after a failure: exit code 1, one line on stderr, no stack trace. Returns the line.</summary>
    public string AssertFailedInOneLine()
    {
        Assert.Equal(1, ExitCode);
        Assert.DoesNotContain(Lines, line => line.StartsWith("   at ", StringComparison.Ordinal));
        return Assert.Single(Errors);
    }

    public void AssertSucceeded()
    {
        Assert.Equal("", string.Join("\n", Errors));
        Assert.Equal(0, ExitCode);
    }
}

/// <summary>A sample as a process of its own, with a folder of its own for temporary files. Disposing kills it.</summary>
internal sealed class SampleProgram : IAsyncDisposable
{
    // Not a time that a test waits for: where it runs out, the sample hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo temporaryFiles = Directory.CreateTempSubdirectory("xmpprpc-sample-");
    private readonly List<string> lines = [];
    private readonly Channel<string> unread = Channel.CreateUnbounded<string>();
    private readonly Process process;
    private readonly Task output;
    private readonly Task<string> errors;

    private SampleProgram(string sample, IEnumerable<string> arguments)
    {
        var host = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        // The sample was built beside the tests, in the same configuration.
        var program = Path.Combine(RepositoryRoot.Combine($"samples/{sample}"), Path.GetRelativePath(RepositoryRoot.Combine("tests/XmppRpc.Servers.Tests"), AppContext.BaseDirectory), sample + ".dll");
        process = Process.Start(new ProcessStartInfo(host, ["exec", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["TMPDIR"] = temporaryFiles.FullName, ["DOTNET_EnableDiagnostics"] = "0" },
        })!;
        output = ReadLinesAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>What it has left in its folder for temporary files.</summary>
    public IEnumerable<string> TemporaryFiles => temporaryFiles.EnumerateFiles("*", SearchOption.AllDirectories).Select(file => file.Name);

    public static SampleProgram Start(string sample, params IEnumerable<string> arguments) => new(sample, arguments);

    /// <summary>Runs it to its end.</summary>
    public static async Task<SampleEnd> RunAsync(string sample, params IEnumerable<string> arguments)
    {
        await using var program = Start(sample, arguments);
        return await program.EndAsync();
    }

    /// <summary>The next line it writes that contains the text.</summary>
    public async Task<string> LineAsync(string text)
    {
        try
        {
            using var patience = NewPatience();
            while (true)
                if (await unread.Reader.ReadAsync(patience.Token) is var line && line.Contains(text, StringComparison.Ordinal))
                    return line;
        }
        catch (Exception e) when (e is ChannelClosedException or OperationCanceledException)
        {
            await KillAsync();
            throw new InvalidOperationException($"The sample did not write '{text}'. It wrote:\n{string.Join('\n', lines)}\n{await errors}", e);
        }
    }

    /// <summary>Its end, which it has to come to by itself.</summary>
    public async Task<SampleEnd> EndAsync()
    {
        try
        {
            using var patience = NewPatience();
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            await KillAsync();
            throw new InvalidOperationException($"The sample did not end. It wrote:\n{string.Join('\n', lines)}\n{await errors}", e);
        }
        await output;
        return new SampleEnd(process.ExitCode, lines, (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Ends it with SIGKILL.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await output;
    }

    /// <summary>Asks it to end, with SIGTERM.</summary>
    public async Task<SampleEnd> TerminateAsync()
    {
        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {process.Id}")]);
        await kill.WaitForExitAsync();
        return await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process.Dispose();
        temporaryFiles.Delete(recursive: true);
    }

    private static CancellationTokenSource NewPatience()
    {
        var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        return patience;
    }

    private async Task ReadLinesAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            unread.Writer.TryWrite(line);
        }
        unread.Writer.Complete();
    }
}
