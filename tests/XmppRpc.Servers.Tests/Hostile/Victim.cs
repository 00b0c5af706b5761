using XmppRpc.Servers.Tests.Calls;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Hostile;

/// <summary>An endpoint that is attacked, and a caller of it that must not notice; the tests of one class share them.</summary>
public sealed class Victim : IAsyncLifetime
{
    private RpcEndpoint? _callee;
    private RpcEndpoint? _caller;
    private int _calls;

    internal Jid Callee => _callee!.Jid;

    internal long Skipped => _callee!.SkippedStanzas;

    public ValueTask InitializeAsync() => default;

    internal async Task StartAsync(Func<string, string, Task<XmppConnectionOptions>> connectionAsync)
    {
        if (_caller is not null)
            return;
        _callee = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = await connectionAsync("bob", Guid.NewGuid().ToString("N")) });
        _callee.Serve<IShop>(new Shop());
        _caller = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = await connectionAsync("alice", Guid.NewGuid().ToString("N")) });
        await AssertWorksAsync();
    }

    /// <summary>The same two connections still carry calls.</summary>
    internal async Task AssertWorksAsync()
    {
        var text = $"call {++_calls}";
        Assert.Equal(text, await _caller!.Get<IShop>(Callee).EchoTextAsync(text));
        Assert.False(_callee!.Completion.IsCompleted);
    }

    public async ValueTask DisposeAsync()
    {
        if (_caller is not null)
            await _caller.DisposeAsync();
        if (_callee is not null)
            await _callee.DisposeAsync();
    }
}
