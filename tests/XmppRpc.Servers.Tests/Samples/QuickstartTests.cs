using System.Globalization;
using System.Text.RegularExpressions;

namespace XmppRpc.Servers.Tests.Samples;

public sealed partial class QuickstartTests
{
    [Fact]
    public async Task Quickstart_alone_tells_status_processes_and_log()
    {
        await using var quickstart = SampleProgram.Start("Quickstart");

        // Looked up at once: most processes are still there.
        var running = new List<string>();
        while (await quickstart.LineAsync("") is var line && !line.StartsWith("3.", StringComparison.Ordinal))
            if (ProcessLine().Match(line) is { Success: true } match && IsRunning(match.Groups["id"].Value))
                running.Add(line);
        var end = await quickstart.EndAsync();

        end.AssertSucceeded();
        Assert.NotEmpty(running);
        Assert.Contains(end.Lines, line => line.TrimStart().StartsWith(Environment.MachineName + ", ", StringComparison.Ordinal));
        Assert.Equal(3, end.Lines.Count(line => LogLine().IsMatch(line)));
        Assert.Empty(quickstart.TemporaryFiles);
    }

    [Theory]
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("--role bard", "'bard'")]
    [InlineData("--seconds many", "--seconds")]
    [InlineData("--seconds 61", "61")]
    [InlineData("--log no/such/file", "no/such/file")]
    [InlineData("--role bot", "--xmpp-bot")]
    [InlineData("--role caller", "--xmpp-caller")]
    [InlineData("--xmpp-caller Jid=alice@localhost;Password=x", "--xmpp-bot")]
    [InlineData("--role bot --xmpp-bot Jid=bot@localhost", "Password")]
    [InlineData("--role bot --xmpp-bot Jid=@;Password=x", "'@'")]
    [InlineData("--role caller --xmpp-caller Jid=alice@localhost;Password=x;Host=127.0.0.1:1", "127.0.0.1:1")]
    [InlineData("--role bot --xmpp-bot Jid=bot@localhost;Password=x;Host=127.0.0.1:1", "127.0.0.1:1")]
    public async Task Quickstart_with_input_that_cannot_work_says_so_in_one_line(string arguments, string named)
    {
        var end = await SampleProgram.RunAsync("Quickstart", arguments.Split(' '));

        Assert.Contains(named, end.AssertFailedInOneLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quickstart_with_a_bad_pattern_is_told_by_the_bot()
    {
        var end = await SampleProgram.RunAsync("Quickstart", "--seconds", "1", "--pattern", "(");

        Assert.StartsWith("'(' is no regular expression", end.AssertFailedInOneLine(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quickstart_that_is_stopped_ends_with_130_and_removes_its_log()
    {
        await using var quickstart = SampleProgram.Start("Quickstart", "--seconds", "60");
        await quickstart.LineAsync("measuring processor time");

        var end = await quickstart.TerminateAsync();

        Assert.Equal(130, end.ExitCode);
        Assert.Empty(end.Errors);
        Assert.Empty(quickstart.TemporaryFiles);
    }

    private static bool IsRunning(string id) => Directory.Exists("/proc") ? Directory.Exists($"/proc/{id}") : int.Parse(id, CultureInfo.InvariantCulture) > 0;

    [GeneratedRegex(@"^ +(?<id>\d+)  \S.* \d+\.\d %\s+\d+ MiB$", RegexOptions.ExplicitCapture)]
    private static partial Regex ProcessLine();

    [GeneratedRegex(@"^   line \d+: .*memory in use: \d+ MiB", RegexOptions.ExplicitCapture)]
    private static partial Regex LogLine();
}
