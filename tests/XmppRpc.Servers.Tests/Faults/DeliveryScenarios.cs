using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>The first and the last moments of a session: what waited for it, and what it had when it was closed.</summary>
public abstract class DeliveryScenarios(XmppServerFixture servers, ServerKind server)
{
    private const int Messages = 50;

    /// <summary>ejabberd bounces what was not acknowledged when a session ends (the module's default).</summary>
    private static readonly ServerSetup Bouncing = Setups.Patient with { ResendOnTimeout = "false" };

    private static int _sleepers;

    // F-10: with the first presence the XMPP server hands over what it stored, and forgets it
    [Theory]
    [InlineData(CutKind.Fin, Ends.Both)]
    [InlineData(CutKind.Reset, Ends.Both)]
    [InlineData(CutKind.Reset, Ends.Client)]
    public async Task Messages_that_waited_survive_a_cut_behind_the_first_presence(CutKind kind, Ends ends)
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        var sleeper = $"sleeper{Interlocked.Increment(ref _sleepers)}";
        await patient.AddAccountAsync(sleeper, "pw-sleeper");
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(patient.ConnectionString("bob", sleeper)));
        await bob.SendAsync(Jid.Parse($"{sleeper}@{XmppServer.Domain}"), Messages, hasBody: true);
        await bob.PingAsync();
        await using var proxy = FaultProxy.Start(patient, new() { Tls = ProxyTls.Terminate });
        proxy.Next(FaultScript.Pass.ToServer(Fault.Cut(At.After(Stanzas.Named("presence")), kind, ends)));

        await using var awake = await Correspondent.ConnectAsync(Setups.Options(proxy.ConnectionString(sleeper, "awake")));
        await awake.Connection.SendAsync(new Presence());
        await awake.UntilAsync(c => c.Starts.Count == 1 && c.Numbers.Count >= Messages);
        await awake.PingAsync();

        Assert.True(awake.Starts[0].IsResumed);
        Assert.Equal(Enumerable.Range(0, Messages), awake.Received);
    }

    // F-04
    [Fact]
    public async Task Closing_in_order_leaves_no_bounces_of_what_was_received()
    {
        var patient = await servers.StartAsync(server, Bouncing);
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(patient.ConnectionString("bob", "bounced")));

        await SendAndCloseAsync(XmppConnectionOptions.Parse(patient.ConnectionString("alice", "closing")), bob);

        Assert.DoesNotContain(bob.Others, stanza => stanza.IsError);
    }

    protected async Task AssertBouncesWithoutLastAcknowledgementAsync()
    {
        var patient = await servers.StartAsync(server, Bouncing);
        await using var proxy = FaultProxy.Start(patient, new() { Tls = ProxyTls.Terminate });
        proxy.Next(FaultScript.Pass.ToServer(Fault.Drop(Stanzas.Named("a"))));
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(patient.ConnectionString("bob", "control")));

        await SendAndCloseAsync(XmppConnectionOptions.Parse(proxy.ConnectionString("alice", "control")), bob);

        Assert.Equal(Messages, bob.Others.Count(stanza => stanza.IsError));
    }

    /// <summary>Bob sends messages to alice, who receives them all and closes. What the XMPP server has to say about it has come then.</summary>
    private static async Task SendAndCloseAsync(XmppConnectionOptions options, Correspondent bob)
    {
        await using var alice = await Correspondent.ConnectAsync(options);
        var jid = alice.Jid;
        await alice.Connection.SendAsync(new Presence { To = bob.Jid });
        await bob.SendAsync(jid, Messages);
        await alice.UntilAsync(c => c.Numbers.Count == Messages);
        await alice.Connection.CloseAsync();
        await bob.UntilAsync(c => c.Others.Exists(s => s is Presence { Type: "unavailable" } && s.From == jid));
        // a second session of the name begins when the first is gone altogether
        await using (var again = await Correspondent.ConnectAsync(options))
            await again.PingAsync();
        await bob.PingAsync();
    }
}
