using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Calls;

[RpcContract("tests.component")]
[RpcAuthorize(Domains = "localhost, svc.localhost, svc2.localhost")]
public partial interface ICounter
{
    Task<int> AddAsync(int a, int b, CancellationToken ct = default);

    Task<Deferred<string>> LaterAsync(CancellationToken ct = default);

    [RpcStream(Window = 64)]
    IAsyncEnumerable<int> CountAsync(int to, CancellationToken ct = default);
}

/// <summary>Components (XEP-0114) as callee and as caller: every shape, and who may call.</summary>
public sealed class ComponentCallTests(XmppServerFixture servers)
{
    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task Component_serves_accounts_and_other_components(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        await using var service = await RpcEndpoint.ConnectAsync(server.ComponentConnectionString());
        await using var _ = service.Serve<ICounter>(new Counter(service));
        await using var account = await RpcEndpoint.ConnectAsync(server.ConnectionString("alice", "components"));
        await using var component = await RpcEndpoint.ConnectAsync(server.ComponentConnectionString("svc2"));
        foreach (var caller in new[] { account, component })
            await AssertEveryShapeAsync(caller.Get<ICounter>("svc.localhost"));
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task Component_calls_an_account(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        await using var service = await RpcEndpoint.ConnectAsync(server.ConnectionString("bob", "components"));
        await using var _ = service.Serve<ICounter>(new Counter(service));
        await using var caller = await RpcEndpoint.ConnectAsync(server.ComponentConnectionString());
        await AssertEveryShapeAsync(caller.Get<ICounter>(service.Jid));
        await AssertEveryShapeAsync(caller.Get<ICounter>(service.Jid.Bare));
    }

    [Fact]
    public async Task Component_that_does_not_say_who_may_call_serves_nothing_T26()
    {
        var server = await servers.StartAsync(ServerKind.Local);
        await using var service = await RpcEndpoint.ConnectAsync(server.ComponentConnectionString());
        Assert.Contains("tests.shop", Assert.Throws<RpcContractException>(() => service.Serve<IShop>(new Shop())).Message, StringComparison.Ordinal);
    }

    private static async Task AssertEveryShapeAsync(ICounter counter)
    {
        Assert.Equal(5, await counter.AddAsync(2, 3));
        Assert.Equal("later", await await counter.LaterAsync());
        var items = new List<int>();
        await foreach (var item in counter.CountAsync(500))
            items.Add(item);
        Assert.Equal(Enumerable.Range(1, 500), items);
    }

    private sealed class Counter(RpcEndpoint endpoint) : ICounter
    {
        public Task<int> AddAsync(int a, int b, CancellationToken ct) => Task.FromResult(a + b);

        public Task<Deferred<string>> LaterAsync(CancellationToken ct)
        {
            var ticket = Deferred.Later<string>();
            _ = Task.Run(async () => await endpoint.Replier.CompleteAsync(ticket.Token, "later", ct), ct);
            return Task.FromResult<Deferred<string>>(ticket);
        }

        public async IAsyncEnumerable<int> CountAsync(int to, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            for (var i = 1; i <= to; i++)
            {
                yield return i;
                await Task.Yield();
            }
        }
    }
}
