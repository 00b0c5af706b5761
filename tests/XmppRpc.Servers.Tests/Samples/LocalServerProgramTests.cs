using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace XmppRpc.Servers.Tests.Samples;

public sealed class LocalServerProgramTests
{
    [Fact]
    public async Task LocalServer_without_accounts_prints_those_of_a_bot_and_its_caller()
    {
        await using var server = SampleProgram.Start("LocalServer");
        var (botAccount, callerAccount) = (await server.LineAsync("Jid=bot@"), await server.LineAsync("Jid=alice@"));
        await using var bot = SampleProgram.Start("Quickstart", "--role", "bot", "--xmpp-bot", botAccount);
        await bot.LineAsync("Ctrl+C ends it.");

        var caller = await SampleProgram.RunAsync("Quickstart", "--role", "caller", "--xmpp-caller", callerAccount, "--seconds", "1");

        caller.AssertSucceeded();
    }

    [Fact]
    public async Task LocalServer_that_is_stopped_ends_with_0_and_the_bot_waits_for_it()
    {
        await using var server = SampleProgram.Start("LocalServer", "--account", "bot:secret");
        await using var bot = SampleProgram.Start("Quickstart", "--role", "bot", "--xmpp-bot", await server.LineAsync("Jid=bot@"));
        await bot.LineAsync("Ctrl+C ends it.");

        (await server.TerminateAsync()).AssertSucceeded();

        (await bot.TerminateAsync()).AssertSucceeded();
        Assert.Empty(bot.TemporaryFiles);
    }

    [Fact]
    public async Task LocalServer_on_a_port_that_is_taken_says_so_in_one_line()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        var end = await SampleProgram.RunAsync("LocalServer", "--port", port);

        Assert.Contains($"cannot listen on 127.0.0.1:{port}", end.AssertFailedInOneLine(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("--port 99999", "99999")]
    [InlineData("--port many", "--port")]
    [InlineData("--account alice", "'alice'")]
    [InlineData("--account alice:x --account alice:y", "alice@localhost")]
    [InlineData("--certificate no/such/folder/cert.pem", "no/such/folder")]
    public async Task LocalServer_with_input_that_cannot_work_says_so_in_one_line(string arguments, string named)
    {
        var end = await SampleProgram.RunAsync("LocalServer", arguments.Split(' '));

        Assert.Contains(named, end.AssertFailedInOneLine(), StringComparison.Ordinal);
    }
}
