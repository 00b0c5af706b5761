using XmppRpc.Servers.Peer;
using XmppRpc.Servers.Tests.Calls;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Matrix;

/// <summary>Calls that come too late, too early, again, or among lines that are none.</summary>
public abstract class RepetitionScenarios(XmppServerFixture servers, ServerKind server)
{
    [Fact]
    public async Task Call_repeated_below_low_is_neither_run_nor_answered()
    {
        await using var pair = await DrillPair.ConnectAsync(servers, server);
        await using var peer = await RawAsync(pair);
        var link = await LinkAsync(peer, pair);
        await peer.SendFramesAsync(pair.Callee.Jid, $"{Call(link, 1)}\n{Call(link, 2)}");
        await peer.NextAsync(stanza => IsRpc(stanza) && RawPeer.FramesOf(stanza).Any(line => line.Contains($"{link}.2", StringComparison.Ordinal)));

        // Above low it is answered again, and not run.
        await peer.SendFramesAsync(pair.Callee.Jid, Call(link, 1));
        Assert.Contains($"\"{link}.1\"", Assert.Single(await peer.NextFramesAsync()), StringComparison.Ordinal);
        await peer.SendFramesAsync(pair.Callee.Jid, $$"""{"low":"{{link}}","n":3}""");
        await peer.SendFramesAsync(pair.Callee.Jid, $"{Call(link, 1)}\n{Call(link, 2)}");

        Assert.DoesNotContain(await peer.UntilAnsweredAsync(pair.Callee.Jid), IsRpc);
        Assert.Equal((1, 1), (pair.Ledger.Starts("k1"), pair.Ledger.Starts("k2")));
    }

    [Fact]
    public async Task Cancel_that_overtook_its_call_keeps_it_from_running()
    {
        await using var pair = await DrillPair.ConnectAsync(servers, server);
        await using var peer = await RawAsync(pair);
        var link = await LinkAsync(peer, pair);

        await peer.SendFramesAsync(pair.Callee.Jid, $$"""{"cancel":"{{link}}.1"}""");
        await peer.SendFramesAsync(pair.Callee.Jid, $"{Call(link, 1)}\n{Call(link, 2)}");

        var answers = new List<string>();
        while (answers.Count < 2)
            answers.AddRange(await peer.NextFramesAsync());
        var fault = answers.Single(line => line.Contains($"{link}.1", StringComparison.Ordinal));
        Assert.Contains("\"st\":\"canceled\"", fault, StringComparison.Ordinal);
        Assert.Contains("\"ran\":0", fault, StringComparison.Ordinal);
        Assert.Equal((0, 1), (pair.Ledger.Starts("k1"), pair.Ledger.Starts("k2")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bad_lines_in_a_batch_cost_none_of_its_calls(bool swapped)
    {
        await using var pair = await DrillPair.ConnectAsync(servers, server);
        await using var peer = await RawAsync(pair);
        var link = await LinkAsync(peer, pair);
        // A raw line break inside a string makes two lines that are none.
        var text = string.Join('\n', Call(link, 1), "no frame", Call(link, 2).Replace("k2", "k\n2", StringComparison.Ordinal), Call(link, 3), "{\"call\":", Call(link, 4));
        if (swapped)
            text = text.Replace('"', '`');

        await peer.SendFramesAsync(pair.Callee.Jid, text);

        var answers = new List<string>();
        while (answers.Count < 3)
            answers.AddRange(await peer.NextFramesAsync());
        Assert.All(answers, line => Assert.Contains($"\"r\":{Drill.Answer}", line, StringComparison.Ordinal));
        Assert.Equal([1, 0, 1, 1], Enumerable.Range(1, 4).Select(i => pair.Ledger.Starts($"k{i}")));
        Assert.Equal(4, pair.Callee.IgnoredLines);
    }

    [Fact]
    public async Task Ten_thousand_calls_on_one_link_are_remembered_in_flat_room()
    {
        const int calls = 10_000, atATime = 250;
        // Room for a tenth: who does not forget what is settled refuses the rest.
        await using var pair = await DrillPair.ConnectAsync(servers, server, ofCallee: options => options with { MaxRememberedCalls = calls / 10 });
        var drill = pair.Caller.Get<IDrill>(pair.Callee.Jid);

        for (var i = 0; i < calls; i += atATime)
            Assert.All(await Task.WhenAll(Enumerable.Range(i, atATime).Select(n => drill.AskAsync($"n{n}", Act.Answer))), answer => Assert.Equal(Drill.Answer, answer));

        var lines = pair.Ledger.Lines;
        Assert.Equal(calls, lines.Count(line => line.StartsWith("started ", StringComparison.Ordinal)));
        Assert.Equal(calls, lines.Where(line => line.StartsWith("started ", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count());
        // All on one link, so that it is this link's room that was enough.
        Assert.Single(lines.Where(line => line.StartsWith("started ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2].Split('.')[0]).Distinct(StringComparer.Ordinal));
    }

    private static Task<RawPeer> RawAsync(DrillPair pair) => RawPeer.ConnectAsync(XmppConnectionOptions.Parse(pair.Server.ConnectionString("carol", DrillPair.Resource())));

    private static async Task<string> LinkAsync(RawPeer peer, DrillPair pair) => (await peer.DiscoverAsync(pair.Callee.Jid)).Instance + "0123456789abcd";

    private static bool IsRpc(XmppRpc.Xmpp.Stanzas.Stanza stanza) => stanza.Element.Child("rpc", "urn:xmpprpc:1") is not null;

    private static string Call(string link, int number) =>
        $$$"""{"call":"{{{link}}}.{{{number}}}","m":"tests.drill/ask","v":1,"ttl":30000,"a":{"key":"k{{{number}}}","act":"Answer"}}""";
}
