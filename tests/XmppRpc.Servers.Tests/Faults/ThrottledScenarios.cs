using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>XMPP servers with the limits of their Debian packages take what is sent so slowly (F-17) that the answer to a question behind it is late.</summary>
public abstract class ThrottledScenarios(XmppServerFixture servers, ServerKind server, int messages)
{
    [Fact]
    public async Task Server_that_takes_bytes_slowly_is_not_taken_for_dead()
    {
        var stock = await servers.StartAsync(server, ServerProfile.Stock);
        await using var bob = await Correspondent.ConnectAsync(XmppConnectionOptions.Parse(stock.ConnectionString("bob", "slow")));
        await using var alice = await Correspondent.ConnectAsync(XmppConnectionOptions.Parse(stock.ConnectionString("alice", "slow")));

        await alice.SendAsync(bob.Jid, messages, ballast: 900);
        await bob.UntilAsync(c => c.Numbers.Count == messages);
        await alice.PingAsync();

        Assert.Empty(alice.Losses);
        Assert.Equal(Enumerable.Range(0, messages), bob.Received);
    }
}
