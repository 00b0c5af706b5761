using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Logging;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>One session that is cut off at many bytes, one after the other, while messages go both ways, and is resumed each time.</summary>
internal sealed class ResumeSweep(XmppServer server, Direction direction, CutKind kind, Ends ends)
{
    /// <summary>How often a whole session was lost; other cuts fell into the handshake of a resumption.</summary>
    public int Lost { get; private set; }

    /// <summary>How many messages went either way.</summary>
    public int Messages { get; private set; }

    public async Task RunAsync(IReadOnlyList<long> cuts)
    {
        using var log = new TestLoggerProvider();
        string? resumptionId = null;
        await using var proxy = FaultProxy.Start(server, new() { Tls = ProxyTls.Terminate });
        proxy.Next(FaultScript.Pass.ToClient(Fault.Rewrite(Stanzas.Named("enabled"), enabled =>
        {
            resumptionId = enabled.Attribute("id");
            return enabled;
        })));
        await using var alice = await Correspondent.ConnectAsync(Setups.Options(proxy.ConnectionString("alice", $"cut-{direction}-{kind}-{ends}")) with { LoggerFactory = log });
        await using var bob = await Correspondent.ConnectAsync(Setups.Options(server.ConnectionString("bob", $"whole-{direction}-{kind}-{ends}")));
        proxy.Next(cuts.Select(Script));

        var traffic = Traffic.Start(alice, bob);
        var burying = BuryAsync(proxy, cuts.Count + 1);
        proxy.Connections[0].Cut(CutKind.Reset);
        await await Task.WhenAny(burying, traffic.Broken);
        await alice.UntilAsync(c => c.Starts.Count == c.Losses.Count);
        await traffic.StopAsync();

        Assert.All(alice.Starts, start => Assert.True(start.IsResumed));
        Assert.All(alice.Losses, loss => Assert.IsType<XmppConnectionException>(loss.Reason));
        Assert.Empty(bob.Losses);
        Assert.Empty(alice.Others.Concat(bob.Others));
        log.AssertClean(resumptionId!, "pw-alice");
        (Lost, Messages) = (alice.Losses.Count, alice.Sent + bob.Sent);
    }

    private FaultScript Script(long at)
    {
        var cut = Fault.Cut(At.Byte(at), kind, ends);
        return direction is Direction.ToServer ? FaultScript.Pass.ToServer(cut) : FaultScript.Pass.ToClient(cut);
    }

    /// <summary>Closes what a cut left open: for a client that was not told at once, for an XMPP server when its client has come back twice.</summary>
    private async Task BuryAsync(FaultProxy proxy, int last)
    {
        for (var number = 2; number <= last; number++)
        {
            var connection = await proxy.ConnectionAsync(number, Guard());
            if (!ends.HasFlag(Ends.Client))
            {
                await proxy.Trace.WaitForAsync(entry => entry.Connection == number, Guard());
                await connection.DisposeAsync();
            }
            else if (number > 2)
                await proxy.Connections[number - 3].DisposeAsync();
        }
        // the one behind the last cut
        await proxy.ConnectionAsync(last + 1, Guard());
    }

    private static CancellationToken Guard() => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;
}
