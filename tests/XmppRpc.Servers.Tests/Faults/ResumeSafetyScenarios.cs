using System.Text;
using XmppRpc.Servers.Tests.Hostile;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Logging;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>What somebody else can do to a session that is to be resumed: nothing (T-06, T-28).</summary>
public abstract class ResumeSafetyScenarios(XmppServerFixture servers, ServerKind server)
{
    /// <summary>A stanza for alice@localhost/victim that came while she was cut off.</summary>
    protected async Task AssertSkippedOnceAsync(byte[] stanza, XmppReaderLimits? limits = null)
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        await using var proxy = FaultProxy.Start(patient);
        await using var alice = await Correspondent.ConnectAsync(Setups.Options(proxy.ConnectionString("alice", "victim")) with { Limits = limits ?? new() });
        BareStream? bare = null;
        await using var carol = await Correspondent.ConnectAsync(BareStream.Under(XmppConnectionOptions.Parse(patient.ConnectionString("carol", "stranger")), opened => bare = opened));

        await proxy.RefuseAsync();
        proxy.CutAll(CutKind.Reset);
        await alice.UntilAsync(c => c.Losses.Count == 1);
        await carol.SendAsync(alice.Jid);
        await bare!.InjectAsync((byte[])[.. stanza, .. Encoding.UTF8.GetBytes(new string(' ', 1024))]);
        await carol.SendAsync(alice.Jid);
        await carol.PingAsync();
        proxy.Accept();
        await alice.UntilAsync(c => c.Numbers.Count == 2);
        Assert.Equal(1, alice.Connection.SkippedStanzas);

        for (var again = 2; again < 5; again++)
        {
            proxy.CutAll(CutKind.Reset);
            await alice.UntilAsync(c => c.Starts.Count == again);
        }
        await carol.SendAsync(alice.Jid);
        await alice.UntilAsync(c => c.Numbers.Count == 3);
        await alice.PingAsync();

        Assert.Equal(1, alice.Connection.SkippedStanzas);
        Assert.Equal([0, 1, 2], alice.Received);
        Assert.All(alice.Starts, start => Assert.True(start.IsResumed));
    }

    [Fact]
    public async Task Resumption_id_is_worth_nothing_to_another_account_and_is_not_logged()
    {
        var patient = await servers.StartAsync(server, Setups.Patient);
        using var log = new TestLoggerProvider();
        string? id = null;
        XmppElement? answer = null;
        await using var proxy = FaultProxy.Start(patient, new() { Tls = ProxyTls.Terminate });
        proxy.Next(
            FaultScript.Pass.ToClient(Fault.Rewrite(Stanzas.Named("enabled"), enabled =>
            {
                id = enabled.Attribute("id");
                return enabled;
            })),
            // where bob would bind a resource he asks for alice's session
            FaultScript.Pass
                .ToServer(Fault.Rewrite(Stanzas.Named("iq"), _ => new XmppElement("resume", XmppNames.StreamManagement).Set("previd", id).Set("h", "0")))
                .ToClient(Fault.Rewrite(Stanzas.Where(stanza => stanza.Namespace == XmppNames.StreamManagement), given => answer = given)));
        await using var alice = await Correspondent.ConnectAsync(Setups.Options(proxy.ConnectionString("alice", "owner")) with { LoggerFactory = log });

        await Assert.ThrowsAsync<XmppStreamException>(() => XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(proxy.ConnectionString("bob", "thief")) with { LoggerFactory = log }));
        Assert.Equal("failed", answer!.Name);
        await alice.PingAsync();
        proxy.CutAll(CutKind.Reset);
        await alice.UntilAsync(c => c.Starts.Count == 1);

        Assert.True(alice.Starts[0].IsResumed);
        await using var carol = await Correspondent.ConnectAsync(Setups.Options(patient.ConnectionString("carol", "friend")));
        await alice.AssertExchangesAsync(carol);
        log.AssertClean(id!, "pw-alice", "pw-bob");
    }
}
