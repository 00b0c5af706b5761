using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;
using Account = XmppRpc.Servers.Tests.Services.Client;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>Who may call by the groups of the endpoint's own roster, as real XMPP servers keep it and tell of it.</summary>
public sealed class RosterCallTests(XmppServerFixture servers)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    public async Task Groups_of_the_roster_let_in_and_keep_out_as_they_change(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        // The owner of the account keeps its roster with another client.
        await using var owner = await Account.ConnectAsync(server, "rosterkeeper", Cancellation);
        await server.AddAccountAsync("rostermember", "pw");
        await using var caller = await RpcEndpoint.ConnectAsync(server.ConnectionString("rostermember", "calls"), Cancellation);
        await PutAsync(owner, caller.Jid.Bare, "staff");
        var item = Assert.Single(await owner.Connection.GetRosterAsync(Cancellation));
        Assert.Equal((caller.Jid.Bare, "staff", RosterSubscription.None), (item.Jid, Assert.Single(item.Groups), item.Subscription));

        await using var service = await RpcEndpoint.ConnectAsync(server.ConnectionString("rosterkeeper", "service"), Cancellation);
        await using var registration = service.Serve<ICounter>(new Guarded());
        var counter = caller.Get<ICounter>(service.Jid);
        await UntilAsync(async () => await counter.AddAsync(1, 2, Cancellation) == 3);
        await PutAsync(owner, caller.Jid.Bare, "guests");
        await UntilAsync(async () =>
        {
            try
            {
                await counter.AddAsync(1, 2, Cancellation);
                return false;
            }
            catch (RpcException e) when (e is { Status: RpcStatus.PermissionDenied, Outcome: RpcOutcome.NotExecuted })
            {
                return true;
            }
        });
        await PutAsync(owner, caller.Jid.Bare, "guests", "staff");
        await UntilAsync(async () => await counter.AddAsync(1, 2, Cancellation) == 3);
    }

    // The change reaches the endpoint when its XMPP server tells it.
    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        guard.CancelAfter(Patience);
        while (true)
        {
            guard.Token.ThrowIfCancellationRequested();
            try
            {
                if (await condition())
                    return;
            }
            catch (RpcException e) when (e.Outcome == RpcOutcome.NotExecuted)
            {
                // Not yet.
            }
        }
    }

    private static async Task PutAsync(Account owner, Jid contact, params string[] groups)
    {
        var item = new XmppElement("item", XmppNames.Roster).Set("jid", contact.ToString());
        foreach (var group in groups)
            item.Add(new XmppElement("group", XmppNames.Roster).WithText(group));
        await owner.Connection.RequestAsync(new Iq("set", new XmppElement("query", XmppNames.Roster).Add(item)), Cancellation);
    }

    [RpcAuthorize(RosterGroups = "staff")]
    private sealed class Guarded : ICounter
    {
        public Task<int> AddAsync(int a, int b, CancellationToken ct) => Task.FromResult(a + b);

        public Task<Deferred<string>> LaterAsync(CancellationToken ct) => throw new NotSupportedException();

        public IAsyncEnumerable<int> CountAsync(int to, CancellationToken ct) => throw new NotSupportedException();
    }
}
