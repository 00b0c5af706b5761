using XmppRpc.Xmpp;

namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary>This product, through an XMPP server.</summary>
internal sealed class XmppRpcContestant(string server, bool tls, bool managed) : Contestant($"xmpprpc-{server}-{(tls ? "tls" : "plain")}{(managed ? "-sm" : "")}")
{
    // What a hundred thousand calls that wait need; the rest is as users have it.
    private const int Many = 200_000;

    public override string Server => server;

    public override async Task<EchoCallee> ServeAsync(string address, Echo echo)
    {
        var endpoint = await RpcEndpoint.ConnectAsync(Options(address));
        endpoint.Serve<IEcho>(echo);
        return new Callee(endpoint);
    }

    public override async Task<EchoCaller> ConnectAsync(string address, string callee)
    {
        var endpoint = await RpcEndpoint.ConnectAsync(Options(address));
        return new Caller(endpoint, endpoint.Get<IEcho>(callee));
    }

    private RpcEndpointOptions Options(string address) => new()
    {
        Connection = XmppConnectionOptions.Parse(address + (tls ? "" : ";Tls=None")) with { StreamManagement = managed },
        MaxPendingCalls = Many,
        MaxPendingCallsPerPeer = Many,
        MaxConcurrentCalls = Many,
        MaxConcurrentCallsPerCaller = Many,
        MaxRememberedCalls = Many,
    };

    private sealed class Callee(RpcEndpoint endpoint) : EchoCallee(endpoint.Jid.ToString())
    {
        public override long? SentStanzas => endpoint.SentFrameStanzas;

        public override ValueTask DisposeAsync() => endpoint.DisposeAsync();
    }

    private sealed class Caller(RpcEndpoint endpoint, IEcho echo) : EchoCaller
    {
        public override long? SentStanzas => endpoint.SentFrameStanzas;

        public override ValueTask DisposeAsync() => endpoint.DisposeAsync();

        protected override Task<string> EchoAsync(string text) => echo.EchoAsync(text);

        protected override Task<string> EchoLaterAsync(string text) => echo.EchoLaterAsync(text);

        protected override Task<string> HoldAsync(string text) => echo.HoldAsync(text);

        protected override IAsyncEnumerable<string> ItemsAsync(int count) => echo.ItemsAsync(count);
    }
}
