using XmppRpc.LocalServer;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>A local XMPP server with the accounts of the scenarios.</summary>
public sealed class LocalServerFixture : IAsyncLifetime
{
    internal LocalXmppServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await LocalXmppServer.StartAsync();
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
