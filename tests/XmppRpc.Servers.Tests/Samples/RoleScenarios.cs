using System.Data.Common;

namespace XmppRpc.Servers.Tests.Samples;

/// <summary>Bot and caller of the Quickstart in processes of their own. Every scenario has resources of its own.</summary>
public abstract class RoleScenarios
{
    [Fact]
    public async Task Bot_and_caller_in_two_processes_talk()
    {
        await using var bot = await StartBotAsync("talk");

        await using var caller = await StartCallerAsync("talk");

        var end = await caller.EndAsync();
        end.AssertSucceeded();
        Assert.Contains(end.Lines, line => line.Contains(Environment.MachineName, StringComparison.Ordinal));
        Assert.Equal(3, end.Lines.Count(line => line.StartsWith("   line ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Bot_that_is_stopped_while_it_is_followed_ends_with_0_and_removes_its_log()
    {
        await using var bot = await StartBotAsync("stop");
        await using var caller = await StartCallerAsync("stop", pattern: "follows the log");
        await caller.LineAsync("   line ");
        Assert.NotEmpty(bot.TemporaryFiles);

        (await bot.TerminateAsync()).AssertSucceeded();

        Assert.Empty(bot.TemporaryFiles);
        (await caller.EndAsync()).AssertFailedInOneLine();
    }

    [Fact]
    public async Task Bot_that_is_killed_fails_the_deferred_call_and_answers_when_it_is_started_again()
    {
        await using (var bot = await StartBotAsync("again"))
        {
            await using var caller = await StartCallerAsync("again", seconds: "60");
            await caller.LineAsync("measuring processor time");
            await bot.KillAsync();
            Assert.Contains("bob@localhost/again", (await caller.EndAsync()).AssertFailedInOneLine(), StringComparison.Ordinal);
        }

        await using var next = await StartBotAsync("again");
        await using var nextCaller = await StartCallerAsync("again");

        (await nextCaller.EndAsync()).AssertSucceeded();
    }

    [Fact]
    public async Task Caller_that_is_killed_in_the_stream_leaves_a_bot_that_stops_following_and_lives_on()
    {
        await using var bot = await StartBotAsync("leave");
        // The one line that matches is the caller's own arrival.
        await using (var caller = await StartCallerAsync("leave", pattern: "follows the log"))
        {
            await caller.LineAsync("   line ");
            await caller.KillAsync();
        }

        Assert.Equal("alice@localhost/leave no longer follows the log", await bot.LineAsync("no longer"));
        await using var next = await StartCallerAsync("leave");

        (await next.EndAsync()).AssertSucceeded();
        (await bot.TerminateAsync()).AssertSucceeded();
    }

    [Fact]
    public async Task Caller_that_is_stopped_in_the_deferred_call_ends_with_130_and_the_bot_stops_measuring()
    {
        await using var bot = await StartBotAsync("give-up");
        await using var caller = await StartCallerAsync("give-up", seconds: "60");
        await caller.LineAsync("measuring processor time");

        var end = await caller.TerminateAsync();

        Assert.Equal(130, end.ExitCode);
        Assert.Empty(end.Errors);
        Assert.Equal("alice@localhost/give-up no longer waits for the processes", await bot.LineAsync("no longer"));
    }

    [Fact]
    public async Task Caller_of_a_bot_that_is_not_there_is_told_so()
    {
        await using var caller = await StartCallerAsync("nobody");

        Assert.Contains("bob@localhost/nobody", (await caller.EndAsync()).AssertFailedInOneLine(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bot")]
    [InlineData("caller")]
    public async Task A_wrong_password_is_told_in_one_line(string role)
    {
        var connection = new DbConnectionStringBuilder { ConnectionString = await ConnectionAsync("bob", "wrong"), ["Password"] = "not it" };

        var end = await SampleProgram.RunAsync("Quickstart", "--role", role, "--xmpp-" + role, connection.ConnectionString);

        Assert.Contains("password", end.AssertFailedInOneLine(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The connection string of an account, alice or bob.</summary>
    protected abstract Task<string> ConnectionAsync(string user, string resource);

    private async Task<SampleProgram> StartBotAsync(string resource)
    {
        var bot = SampleProgram.Start("Quickstart", "--role", "bot", "--xmpp-bot", await ConnectionAsync("bob", resource));
        await bot.LineAsync("Ctrl+C ends it.");
        return bot;
    }

    private async Task<SampleProgram> StartCallerAsync(string resource, string seconds = "1", string pattern = "memory") =>
        SampleProgram.Start("Quickstart", ["--role", "caller", "--xmpp-caller", await ConnectionAsync("alice", resource), "--bot", $"bob@localhost/{resource}", "--seconds", seconds, "--pattern", pattern]);
}
