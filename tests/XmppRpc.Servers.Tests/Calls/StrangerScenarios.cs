using System.Text.Json;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>What scenarios with an endpoint on one side and an account that writes by hand on the other have in common.</summary>
public abstract class StrangerScenarios
{
    private static int _resources;

    /// <summary>The connection of one of the server's accounts.</summary>
    protected abstract Task<XmppConnectionOptions> ConnectionAsync(string user, string resource);

    private protected async Task<RpcEndpoint> ServeAsync(Shop? shop = null)
    {
        var callee = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = await ConnectionAsync("bob", Resource()), DrainTimeout = TimeSpan.Zero });
        callee.Serve<IShop>(shop ?? new Shop());
        return callee;
    }

    private protected async Task<RawPeer> RawAsync(string user) => await RawPeer.ConnectAsync(await ConnectionAsync(user, Resource()));

    private protected static string Resource() => $"h{Interlocked.Increment(ref _resources)}";

    private protected static string Call(string link, int number, string arguments, string method = "tests.shop/echoText", int version = 1) =>
        $$$"""{"call":"{{{link}}}.{{{number}}}","m":"{{{method}}}","v":{{{version}}},"ttl":30000,"a":{{{arguments}}}}""";

    private protected static string Delete(string link, int number) => Call(link, number, $$$"""{"id":{{{number}}}}""", "tests.shop/delete");

    private protected static async Task<string> LinkAsync(RawPeer peer, Jid callee)
    {
        var (features, instance) = await peer.DiscoverAsync(callee);
        Assert.Contains("urn:xmpprpc:1#c:tests.shop:1", features);
        return instance + "0123456789abcd";
    }

    private protected static async Task<Dictionary<string, JsonElement>> RepliesAsync(RawPeer peer, int count)
    {
        var replies = new Dictionary<string, JsonElement>();
        while (replies.Count < count)
            foreach (var line in await peer.NextFramesAsync())
            {
                var frame = JsonDocument.Parse(line).RootElement;
                replies.Add(frame.EnumerateObject().First().Value.GetString()!, frame);
            }
        return replies;
    }
}
