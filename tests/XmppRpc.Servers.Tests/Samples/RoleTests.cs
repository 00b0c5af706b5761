using System.Data.Common;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Samples;

public sealed class ProsodyRoleTests(XmppServerFixture servers) : RoleScenarios
{
    protected override async Task<string> ConnectionAsync(string user, string resource) => (await servers.StartAsync(ServerKind.Prosody)).ConnectionString(user, resource);
}

public sealed class EjabberdRoleTests(XmppServerFixture servers) : RoleScenarios
{
    protected override async Task<string> ConnectionAsync(string user, string resource) => (await servers.StartAsync(ServerKind.Ejabberd)).ConnectionString(user, resource);
}

/// <summary>The sample LocalServer as a third process.</summary>
public sealed class LocalServerProgramFixture : IAsyncLifetime
{
    private readonly Dictionary<string, string> connections = [];
    private SampleProgram? server;

    public string ConnectionString(string user, string resource) =>
        new DbConnectionStringBuilder { ConnectionString = connections[user], ["Jid"] = $"{user}@localhost/{resource}" }.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        server = SampleProgram.Start("LocalServer", "--account", "alice:secret", "--account", "bob:secret too");
        foreach (var user in new[] { "alice", "bob" })
            connections[user] = await server.LineAsync($"Jid={user}@localhost");
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null)
            await server.DisposeAsync();
    }
}

public sealed class LocalServerRoleTests(LocalServerProgramFixture server) : RoleScenarios, IClassFixture<LocalServerProgramFixture>
{
    protected override Task<string> ConnectionAsync(string user, string resource) => Task.FromResult(server.ConnectionString(user, resource));
}

public sealed class LostServerTests
{
    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task Bot_whose_XMPP_server_is_killed_serves_again_when_it_is_back(ServerKind kind)
    {
        await using var server = await XmppServer.StartAsync(kind);
        await using var bot = SampleProgram.Start("Quickstart", "--role", "bot", "--xmpp-bot", server.ConnectionString("bob", "bot"));
        await bot.LineAsync("Ctrl+C ends it.");

        await server.RestartAsync();

        // The bot waits half a second and more between its attempts; until then nobody is there.
        SampleEnd caller;
        do
            caller = await SampleProgram.RunAsync("Quickstart", "--role", "caller", "--xmpp-caller", server.ConnectionString("alice"), "--bot", "bob@localhost/bot", "--seconds", "1");
        while (caller.ExitCode != 0 && caller.AssertFailedInOneLine().Contains("bob@localhost/bot", StringComparison.Ordinal));
        caller.AssertSucceeded();
        (await bot.TerminateAsync()).AssertSucceeded();
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task Bot_whose_address_is_taken_by_another_says_so_in_one_line_and_removes_its_log(ServerKind kind)
    {
        await using var server = await XmppServer.StartAsync(kind);
        await using var first = SampleProgram.Start("Quickstart", "--role", "bot", "--xmpp-bot", server.ConnectionString("bob", "bot"));
        await first.LineAsync("Ctrl+C ends it.");

        await using var second = SampleProgram.Start("Quickstart", "--role", "bot", "--xmpp-bot", server.ConnectionString("bob", "bot"));

        Assert.Contains("conflict", (await first.EndAsync()).AssertFailedInOneLine(), StringComparison.Ordinal);
        Assert.Empty(first.TemporaryFiles);
        await second.LineAsync("Ctrl+C ends it.");
        (await second.TerminateAsync()).AssertSucceeded();
    }
}
