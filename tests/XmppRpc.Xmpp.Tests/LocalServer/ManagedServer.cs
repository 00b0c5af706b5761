using XmppRpc.LocalServer;
using XmppRpc.TestKit.Time;

namespace XmppRpc.Xmpp.Tests.LocalServer;

/// <summary>A server whose clock stands still, with the accounts alice and bob, for tests of XEP-0198 on the wire.</summary>
internal sealed class ManagedServer : IAsyncDisposable
{
    public const string Sm = "xmlns='urn:xmpp:sm:3'";
    public static readonly TimeSpan ResumeTimeout = TimeSpan.FromSeconds(77);

    public ManualTimeProvider Time { get; } = new();

    public LocalXmppServer Server { get; private set; } = null!;

    public static async Task<ManagedServer> StartAsync(Func<LocalXmppServerOptions, LocalXmppServerOptions>? change = null)
    {
        var managed = new ManagedServer();
        var options = new LocalXmppServerOptions
        {
            Accounts = new Dictionary<string, string>(StringComparer.Ordinal) { ["alice"] = "secret", ["bob"] = "secret" },
            Components = new Dictionary<string, string>(StringComparer.Ordinal) { ["svc.localhost"] = "s3cret" },
            ResumeTimeout = ResumeTimeout,
            Time = managed.Time,
        };
        managed.Server = await LocalXmppServer.StartAsync(change?.Invoke(options) ?? options);
        return managed;
    }

    public Task<RawClient> LogInAsync(string user) => RawClient.LogInAsync(Server, user, "secret");

    public Task<RawClient> BindAsync(string user, string resource) => RawClient.BindAsync(Server, user, "secret", resource);

    public Task<(RawClient Client, string Id)> ManageAsync(string user, string resource) => RawClient.ManageAsync(Server, user, "secret", resource);

    /// <summary>Cuts the client off and waits until its stream hibernates.</summary>
    public async Task LoseAsync(RawClient client)
    {
        await client.DisposeAsync();
        await Time.TimerAsync(ResumeTimeout).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    /// <summary>A new connection of the account that asks for the stream.</summary>
    public async Task<RawClient> AskAsync(string user, string id, int handled)
    {
        var client = await LogInAsync(user);
        await client.SendAsync($"<resume {Sm} previd='{id}' h='{handled}'/>");
        return client;
    }

    /// <summary>Waits until all that the client sent was routed.</summary>
    public static async Task PingAsync(RawClient client)
    {
        await client.SendAsync("<iq type='get' id='sync' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
        await client.ReadToAsync("<iq type='result' id='sync'");
        await client.ReadToAsync("/>");
    }

    public ValueTask DisposeAsync()
    {
        // the clock stands still, so nobody waits for clients that a failed test left behind
        Server.CutConnections();
        return Server.DisposeAsync();
    }
}
