using XmppRpc.LocalServer;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>A local XMPP server with the accounts of the scenarios.</summary>
public sealed class LocalServerFixture : IAsyncLifetime
{
    internal LocalXmppServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        // Like the real ones it relays stanzas that are deeper and wider than a client takes.
        Server = await LocalXmppServer.StartAsync(new() { Limits = new() { MaxStanzaBytes = 256 * 1024, MaxDepth = 10_000, MaxElements = 100_000 } });
        foreach (var user in new[] { "alice", "bob", "carol" })
            Server.AddAccount(user, $"pw;\"{user}'=");
    }

    public async ValueTask DisposeAsync() => await Server.DisposeAsync();
}

public sealed class LocalServerCallTests(LocalServerFixture local) : CallScenarios, IClassFixture<LocalServerFixture>
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) =>
        Task.FromResult(XmppConnectionOptions.Parse(local.Server.ConnectionString(user, resource)));
}

public sealed class InMemoryCallTests(LocalServerFixture local) : CallScenarios, IClassFixture<LocalServerFixture>
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) =>
        Task.FromResult(XmppConnectionOptions.Parse(local.Server.ConnectionString(user, resource)) with { OpenStream = local.Server.OpenInMemoryAsync });
}

public sealed class LocalServerHostileTests(LocalServerFixture local) : HostileScenarios, IClassFixture<LocalServerFixture>
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) =>
        Task.FromResult(XmppConnectionOptions.Parse(local.Server.ConnectionString(user, resource)));
}
