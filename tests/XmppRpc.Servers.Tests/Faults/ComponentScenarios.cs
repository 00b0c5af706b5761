using System.Net;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Logging;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>A component (XEP-0114) is kept as an account's connection is; it has no session to resume.</summary>
public abstract class ComponentScenarios(XmppServerFixture servers, ServerKind server)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Component_exchanges_messages_with_an_account()
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        await using var component = await Correspondent.ConnectAsync(Setups.Options(patient.ComponentConnectionString()));
        await using var alice = await AliceAsync(patient);

        await component.AssertExchangesAsync(alice);

        Assert.Equal("svc.localhost", component.Jid.ToString());
    }

    [Fact]
    public async Task Wrong_secret_is_refused()
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        var options = Setups.Options(patient.ComponentConnectionString()) with { Password = "guess" };

        var refusal = await Assert.ThrowsAsync<XmppAuthenticationException>(() => XmppConnection.ConnectAsync(options, Cancellation));

        Assert.Equal("not-authorized", refusal.Condition);
        Assert.DoesNotContain("guess", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_outside_the_domain_is_refused_before_anything_is_sent()
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        await using var component = await Correspondent.ConnectAsync(Setups.Options(patient.ComponentConnectionString()));
        await using var alice = await AliceAsync(patient);

        foreach (var from in new[] { "alice@localhost", "localhost", "svc2.localhost", "x.svc.localhost" })
            await Assert.ThrowsAsync<ArgumentException>(async () => await component.Connection.SendAsync(new Message { From = Jid.Parse(from), To = alice.Jid }, Cancellation));
        await component.AssertExchangesAsync(alice);

        Assert.Empty(alice.Others);
        Assert.Empty(component.Losses);
    }

    [Fact]
    public async Task Component_that_was_reset_comes_back_with_a_new_session()
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        await using var proxy = Proxy(patient);
        await using var component = await Correspondent.ConnectAsync(proxy.Through(Setups.Options(patient.ComponentConnectionString())));
        await using var alice = await AliceAsync(patient);
        await component.AssertExchangesAsync(alice);

        proxy.CutAll(CutKind.Reset);
        await component.UntilAsync(c => c.Starts.Count == 1);
        await component.AssertExchangesAsync(alice);

        Assert.False(component.Starts[0].IsResumed);
        Assert.Empty(component.Starts[0].Unacknowledged);
    }

    // Prosody refuses a second connection of a component; the first is our own, which it takes for alive
    [Fact]
    public async Task Component_comes_back_although_the_server_takes_the_lost_connection_for_alive()
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        using var log = new TestLoggerProvider();
        await using var proxy = Proxy(patient);
        await using var component = await Correspondent.ConnectAsync(proxy.Through(Setups.Options(patient.ComponentConnectionString())) with { LoggerFactory = log });
        await using var alice = await AliceAsync(patient);

        proxy.CutAll(CutKind.Reset, Ends.Client);
        await Task.WhenAny(
            log.WaitForAsync(entry => entry.Message.Contains("conflict", StringComparison.Ordinal), Cancellation),
            component.UntilAsync(c => c.Starts.Count == 1));
        await proxy.Connections[0].DisposeAsync();
        await component.UntilAsync(c => c.Starts.Count == 1);
        // until ejabberd has noticed the end of the first, it splits what comes for the domain between both (F-13)
        if (server is not ServerKind.Ejabberd)
            await component.AssertExchangesAsync(alice);
        await component.SendAsync(alice.Jid, 10);
        await alice.UntilAsync(c => c.Numbers.Count >= component.Sent);
    }

    [Fact]
    public async Task Clear_text_beyond_this_machine_and_STARTTLS_are_refused()
    {
        var options = XmppConnectionOptions.Parse((await servers.StartAsync(server, Setups.Patient)).ComponentConnectionString());

        var starttls = await Assert.ThrowsAsync<ArgumentException>(() => XmppConnection.ConnectAsync(options with { Tls = XmppTlsMode.StartTls }, Cancellation));
        // TEST-NET-1 (RFC 5737): nobody is there, and nobody is asked
        var remote = await Assert.ThrowsAsync<XmppTlsException>(() => XmppConnection.ConnectAsync(options with { Host = "192.0.2.1" }, Cancellation));

        Assert.Contains("STARTTLS", starttls.Message, StringComparison.Ordinal);
        Assert.Contains("AllowClearText", remote.Message, StringComparison.Ordinal);
    }

    private static FaultProxy Proxy(XmppServer server) => FaultProxy.Start(new IPEndPoint(IPAddress.Loopback, server.ComponentPort));

    private static Task<Correspondent> AliceAsync(XmppServer server) => Correspondent.ConnectAsync(Setups.Options(server.ConnectionString("alice", "of-a-component")));
}
