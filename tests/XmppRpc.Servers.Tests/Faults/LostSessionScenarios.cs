using System.Globalization;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>Sessions that cannot be resumed: the connection goes on with a new one and tells what is uncertain, or ends where going on would do harm.</summary>
public abstract class LostSessionScenarios(XmppServerFixture servers, ServerKind server)
{
    [Fact]
    public async Task Session_that_was_forgotten_begins_anew_and_tells_exactly_what_was_not_handled()
    {
        var forgetful = await servers.StartAsync(server, Setups.Forgetful);
        await using var proxy = FaultProxy.Start(forgetful, new() { Tls = ProxyTls.Terminate });
        // messages 0 to 19 and the iq arrive, 20 to 29 do not; the acknowledgements of what comes behind the ninth stanza do not come
        proxy.Next(FaultScript.Pass
            .ToServer(Fault.Silence(At.After(Stanzas.Where(stanza => stanza.Name == "message").Skip(19))))
            .ToClient(Fault.Drop(Stanzas.Where(a => a.Name == "a" && uint.Parse(a.Attribute("h")!, CultureInfo.InvariantCulture) > 9))));
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(forgetful.ConnectionString("bob", "forgotten")));
        await using var alice = await Correspondent.ConnectAsync(Setups.Options(proxy.ConnectionString("alice", "forgotten")));
        var jid = alice.Jid;
        await alice.Connection.SendAsync(new Presence { To = bob.Jid });
        var request = alice.Connection.RequestAsync(new Iq("get", new("open", "urn:xmpprpc:tests")) { To = bob.Jid });
        await alice.SendAsync(bob.Jid, 30);
        await bob.UntilAsync(c => c.Numbers.Count == 20);

        await proxy.RefuseAsync();
        proxy.CutAll(CutKind.Reset);
        await bob.UntilAsync(c => c.Others.Exists(s => s is Presence { Type: "unavailable" } && s.From == jid));
        proxy.Accept();
        await alice.UntilAsync(c => c.Starts.Count == 1);

        Assert.False(alice.Starts[0].IsResumed);
        Assert.Equal((jid, jid), (alice.Starts[0].Jid, alice.Jid));
        Assert.Equal(Enumerable.Range(20, 10), alice.Starts[0].Unacknowledged.Select(u => (int)Correspondent.NumberOf(u.Stanza)!));
        await Assert.ThrowsAsync<XmppConnectionException>(() => request);
        await alice.AssertExchangesAsync(bob);
        Assert.Equal([.. Enumerable.Range(0, 20), .. Enumerable.Range(30, 10)], bob.Numbers);
        Assert.Single(bob.Others.OfType<Iq>());
    }

    [Fact]
    public async Task Killed_server_is_found_again_under_traffic()
    {
        await using var mortal = await XmppServer.StartAsync(server, Setups.Patient);
        await using var proxy = FaultProxy.Start(mortal);
        await using var alice = await Correspondent.ConnectAsync(Setups.Options(proxy.ConnectionString("alice", "killed")) with { MaxUnackedStanzas = 50 });
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(proxy.ConnectionString("bob", "killed")) with { MaxUnackedStanzas = 50 });
        using var stop = new CancellationTokenSource();
        Task[] pumps = [PumpAsync(alice, bob.Jid, stop.Token), PumpAsync(bob, alice.Jid, stop.Token)];
        await alice.UntilAsync(c => c.Numbers.Count >= 200);
        await bob.UntilAsync(c => c.Numbers.Count >= 200);

        // accounts that are not back yet are wrong passwords, which are the end
        await proxy.RefuseAsync();
        await mortal.RestartAsync();
        var before = (Alice: alice.Received.Length, Bob: bob.Received.Length);
        proxy.Accept();
        await alice.UntilAsync(c => c.Starts.Count == 1 && c.Numbers.Count >= before.Alice + 200);
        await bob.UntilAsync(c => c.Starts.Count == 1 && c.Numbers.Count >= before.Bob + 200);
        await stop.CancelAsync();
        await Task.WhenAll(pumps);
        await alice.PingAsync();
        await bob.PingAsync();

        Assert.False(alice.Starts[0].IsResumed || bob.Starts[0].IsResumed);
        AssertAtMostOnce(alice, bob);
        AssertAtMostOnce(bob, alice);
    }

    [Fact]
    public async Task Connection_that_another_one_replaces_ends_for_good()
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        var options = Setups.Options(patient.ConnectionString("alice", "twice"));
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(patient.ConnectionString("bob", "twice")));
        await using var first = await Correspondent.ConnectAsync(options);
        await using var second = await Correspondent.ConnectAsync(options);

        await first.UntilAsync(c => c.HasEnded);
        await second.AssertExchangesAsync(bob);

        Assert.Equal("conflict", Assert.IsType<XmppStreamException>(first.End).Condition);
        Assert.Equal((1, 0), (first.Losses.Count, first.Starts.Count));
        Assert.Equal("conflict", (await Assert.ThrowsAsync<XmppStreamException>(() => first.SendAsync(bob.Jid))).Condition);
        Assert.Empty(second.Losses);
    }

    private static async Task PumpAsync(Correspondent from, Jid to, CancellationToken stop)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!stop.IsCancellationRequested)
            await from.SendAsync(to);
    }

    // nothing is sent again of what was not acknowledged
    private static void AssertAtMostOnce(Correspondent to, Correspondent from)
    {
        var numbers = to.Received;
        Assert.Equal(numbers.Order().Distinct(), numbers);
        Assert.InRange(numbers[^1], 0, from.Sent - 1);
    }
}
