using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>
/// Prosody 0.12 feeds a resumed stream to the parser of the lost one: cut inside a stanza, it refuses what comes next, or hears nothing any more. So of it can
/// be asked only that the connection comes back, each time, that nothing of ours arrives twice or out of order, and that it works when the cuts end.
/// </summary>
public sealed class ProsodyResumeCutTests(XmppServerFixture servers)
{
    private const int Cuts = 40, Span = 6000, Seed = 17;

    [Theory]
    [InlineData(Direction.ToServer, CutKind.Fin)]
    [InlineData(Direction.ToServer, CutKind.Reset)]
    [InlineData(Direction.ToClient, CutKind.Reset)]
    public async Task Connection_comes_back_from_a_cut_at_any_byte_and_sends_nothing_twice(Direction direction, CutKind kind)
    {
        var server = await servers.StartAsync(ServerKind.Prosody, Setups.Patient);
        await using var proxy = FaultProxy.Start(server, new() { Tls = ProxyTls.Terminate });
        // what is not heard is noticed soon
        var options = Setups.Options(proxy.ConnectionString("alice", $"deaf-{direction}-{kind}")) with
        {
            IdleTimeout = TimeSpan.FromSeconds(0.4),
            AnswerTimeout = TimeSpan.FromSeconds(0.4),
            SlowestBytesPerSecond = 1_000_000,
            MaxUnackedStanzas = 20,
        };
        await using var alice = await Correspondent.ConnectAsync(options);
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(server.ConnectionString("bob", $"hears-{direction}-{kind}")));
        var random = new Random(Seed);
        proxy.Next(Enumerable.Range(0, Cuts).Select(_ => Script(direction, kind, random.Next(1, Span))));

        proxy.Connections[0].Cut(CutKind.Reset);
        // senders wait while too much is unacknowledged, and go on when the session has changed
        while (proxy.Connections.Count < Cuts + 2)
        {
            await alice.SendAsync(bob.Jid, 5, ballast: 60);
            await bob.SendAsync(alice.Jid, 5, ballast: 60);
        }
        await alice.UntilAsync(c => c.Starts.Count == c.Losses.Count);
        await bob.PingAsync();
        await alice.PingAsync();

        var received = bob.Received;
        Assert.NotEmpty(received);
        Assert.Equal(received.Distinct().Order(), received);
        Assert.False(alice.HasEnded);
        await alice.AssertExchangesAsync(bob);
    }

    private static FaultScript Script(Direction direction, CutKind kind, long at)
    {
        var cut = Fault.Cut(At.Byte(at), kind);
        return direction is Direction.ToServer ? FaultScript.Pass.ToServer(cut) : FaultScript.Pass.ToClient(cut);
    }
}
