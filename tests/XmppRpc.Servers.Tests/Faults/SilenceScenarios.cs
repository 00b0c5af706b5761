using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>A path that is silent, or stands still, without an error on either side.</summary>
public abstract class SilenceScenarios(XmppServerFixture servers, ServerKind server)
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Black_hole_is_noticed_and_the_session_resumed_beside_it()
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        var time = new ManualTimeProvider();
        await using var proxy = FaultProxy.Start(patient);
        var options = Setups.Options(proxy.ConnectionString("alice", "hole")) with { Time = time, MinReconnectDelay = Delay, MaxReconnectDelay = Delay };
        await using var alice = await Correspondent.ConnectAsync(options);
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(patient.ConnectionString("bob", "hole")));
        await alice.AssertExchangesAsync(bob);

        proxy.CutAll(CutKind.Silence);
        await alice.SendAsync(bob.Jid, 10);
        await bob.SendAsync(alice.Jid, 10);
        await bob.PingAsync();
        time.Advance(options.IdleTimeout + options.AnswerTimeout + options.AnswerTimeout);
        await alice.UntilAsync(c => c.Losses.Count == 1);
        await time.TimerAsync(Delay);
        time.Advance(Delay);

        await alice.UntilAsync(c => c.Numbers.Count == 20);
        await bob.UntilAsync(c => c.Numbers.Count == 20);
        Assert.Contains("silent", alice.Losses[0].Reason.Message, StringComparison.Ordinal);
        Assert.True(alice.Starts[0].IsResumed);
        Assert.Equal(Enumerable.Range(0, 20), alice.Received);
        Assert.Equal(Enumerable.Range(0, 20), bob.Received);
    }

    [Fact]
    public async Task Server_that_stops_reading_stops_the_sender_until_it_goes_on()
    {
        const int ballast = 1000, window = 64 * 1024, messages = 200;
        var patient = await servers.StartAsync(server, Setups.Patient);
        var gate = new Gate();
        await using var proxy = FaultProxy.Start(patient, new() { Tls = ProxyTls.Terminate, SocketBufferBytes = 8 * 1024 });
        proxy.Next(FaultScript.Pass.ToServer(Fault.StopReading(At.Before(Stanzas.Named("message")), gate)));
        await using var alice = await Correspondent.ConnectAsync(Setups.Options(proxy.ConnectionString("alice", "stopped")) with { MaxUnackedBytes = window });
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(patient.ConnectionString("bob", "stopped")));

        // one that begins below the limit is still taken
        await alice.SendAsync(bob.Jid, window / (ballast + 300), ballast);
        var sending = alice.SendAsync(bob.Jid, messages, ballast);
        Assert.False(sending.IsCompleted);
        Assert.InRange(alice.Sent, 0, window / ballast + 2);
        await bob.SendAsync(alice.Jid, 10);
        await alice.UntilAsync(c => c.Numbers.Count == 10);
        Assert.False(sending.IsCompleted);
        Assert.InRange(alice.Sent, 0, window / ballast + 2);

        gate.Open();
        await sending;
        await bob.UntilAsync(c => c.Numbers.Count >= alice.Sent);
        Assert.Equal(Enumerable.Range(0, alice.Sent), bob.Received);
        Assert.Empty(alice.Losses);
    }
}
