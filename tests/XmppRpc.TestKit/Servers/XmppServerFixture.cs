using System.Collections.Concurrent;

namespace XmppRpc.TestKit.Servers;

/// <summary>
/// The XMPP servers that the tests of one assembly share: each starts when a test first asks for it and ends with the run.
/// Use it as <c>[assembly: AssemblyFixture(typeof(XmppServerFixture))]</c>. Every test takes accounts or resources of its own.
/// </summary>
public sealed class XmppServerFixture : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(ServerKind, ServerSetup), Lazy<Task<XmppServer>>> servers = new();

    /// <summary>The shared server of this kind and profile. Skips the running test where the server is not installed.</summary>
    public Task<XmppServer> StartAsync(ServerKind kind, ServerProfile profile = ServerProfile.Full) => StartAsync(kind, new ServerSetup(profile));

    /// <summary>The shared server of this kind and setup.</summary>
    public Task<XmppServer> StartAsync(ServerKind kind, ServerSetup setup) =>
        servers.GetOrAdd((kind, setup), key => new(() => XmppServer.StartAsync(key.Item1, key.Item2))).Value;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers.Values.Select(server => server.Value).Where(server => !server.IsFaulted))
            await (await server).DisposeAsync();
    }
}
