using XmppRpc.Benchmarks.Peers.Contestants;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Benchmarks.Peers.Processes;

/// <summary>The process that hosts a server, or starts it and ends it.</summary>
internal sealed class ServerRole(string name, string[] accounts) : ChildRole
{
    private IAsyncDisposable? _server;

    public override ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override async Task<Report> AnswerAsync(Order order)
    {
        if (order.Verb is not Verb.Start)
            throw new NotSupportedException($"A server takes no '{order.Verb}'.");
        return name == Contestants.Servers.RabbitMq ? await StartRabbitMqAsync() : await StartXmppServerAsync(Enum.Parse<ServerKind>(name, ignoreCase: true));
    }

    private async Task<Report> StartRabbitMqAsync()
    {
        var broker = await RabbitMqServer.StartAsync();
        _server = broker;
        return new() { ProcessId = broker.ProcessId, Addresses = accounts.ToDictionary(static account => account, _ => broker.Address, StringComparer.Ordinal) };
    }

    private async Task<Report> StartXmppServerAsync(ServerKind kind)
    {
        // One server for both: whether a stream is managed is the client's choice.
        var server = await XmppServer.StartAsync(kind, new ServerSetup(ServerProfile.Bench) { HasStreamManagement = true });
        _server = server;
        foreach (var account in accounts)
            await server.AddAccountAsync(account, "pw-" + account);
        return new() { ProcessId = server.ProcessId, Addresses = accounts.ToDictionary(static account => account, account => server.ConnectionString(account, "bench"), StringComparer.Ordinal) };
    }
}
