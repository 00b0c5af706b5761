using XmppRpc.Servers.Peer;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Matrix;

/// <summary>A callee and a caller, each behind a proxy that sees stanzas. Without stream management, whose counters the loss of a stanza would shift.</summary>
internal sealed class DrillPair : IAsyncDisposable
{
    private static int _number;

    private DrillPair(XmppServer server, FaultProxy toCallee, FaultProxy toCaller) => (Server, CalleeProxy, CallerProxy) = (server, toCallee, toCaller);

    public XmppServer Server { get; }

    public FaultProxy CalleeProxy { get; }

    public FaultProxy CallerProxy { get; }

    public Ledger Ledger { get; } = new();

    public RpcEndpoint Callee { get; private set; } = null!;

    public RpcEndpoint Caller { get; private set; } = null!;

    public static async Task<DrillPair> ConnectAsync(XmppServerFixture servers, ServerKind kind, FaultScript? ofCaller = null, Func<RpcEndpointOptions, RpcEndpointOptions>? ofCallee = null)
    {
        var server = await servers.StartAsync(kind, Faults.Setups.Forgetful);
        var pair = new DrillPair(server, FaultProxy.Start(server, new() { Tls = ProxyTls.Terminate }), FaultProxy.Start(server, new() { Tls = ProxyTls.Terminate }));
        if (ofCaller is not null)
            pair.CallerProxy.Next(ofCaller);
        pair.Callee = await RpcEndpoint.ConnectAsync((ofCallee ?? (static options => options))(Options(pair.CalleeProxy.ConnectionString("bob", Resource()))));
        pair.Callee.Serve<IDrill>(new Drill(pair.Ledger, () => pair.Callee.Replier));
        pair.Caller = await RpcEndpoint.ConnectAsync(Options(pair.CallerProxy.ConnectionString("alice", Resource())));
        return pair;
    }

    public static string Resource() => $"p{Interlocked.Increment(ref _number)}";

    /// <summary>Starts a call, to be looked at when it has ended.</summary>
    public Cell Start(Shape shape, Act act, TimeSpan? timeout = null)
    {
        var cell = new Cell(shape, Side.Account, Side.Account, Ledger, $"{shape}", timeout ?? TimeSpan.FromSeconds(20));
        cell.Start(Caller, Callee.Jid, act, CancellationToken.None);
        return cell;
    }

    public async ValueTask DisposeAsync()
    {
        await Caller.DisposeAsync();
        await Callee.DisposeAsync();
        await CallerProxy.DisposeAsync();
        await CalleeProxy.DisposeAsync();
    }

    private static RpcEndpointOptions Options(string connectionString) => new()
    {
        // A stream takes several stanzas, on whichever server.
        MaxBatchBytes = 512,
        MaxBatchBytesOnEjabberd = 512,
        Connection = XmppConnectionOptions.Parse(connectionString) with { StreamManagement = false, MinReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = TimeSpan.FromMilliseconds(50) },
        PeerGrace = TimeSpan.FromSeconds(1),
        PeerSilence = TimeSpan.FromSeconds(0.3),
        StreamProbeInterval = TimeSpan.FromSeconds(0.2),
        DrainTimeout = TimeSpan.Zero,
    };
}
