using XmppRpc.Servers.Peer;
using XmppRpc.Servers.Tests.Calls;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Matrix;

/// <summary>Others who somehow know the ids of calls send frames for them: nothing changes.</summary>
public abstract class MeddlerScenarios(XmppServerFixture servers, ServerKind server)
{
    /// <param name="who">Who meddles.</param>
    /// <param name="isCaller">Whether that is the caller's account, whose word counts at the callee: a call is the account's, whichever resource speaks.</param>
    [Theory]
    [InlineData("carol", false)]
    [InlineData("bob", false)]
    [InlineData("alice", true)]
    [InlineData("m8", false)]
    [InlineData("room@m8", false)]
    public async Task Frames_of_others_change_nothing(string who, bool isCaller)
    {
        await using var pair = await DrillPair.ConnectAsync(servers, server);
        await using var meddler = await MeddlerAsync(pair.Server, who);
        var cells = Enum.GetValues<Shape>().Where(shape => shape is not Shape.OneWay).Select(shape => pair.Start(shape, Act.Hold)).ToList();
        await Task.WhenAll(cells.Select(cell => cell.ArmedAsync(Scene.Guard)));

        foreach (var id in cells.Select(cell => pair.Ledger.CallId(cell.Key)))
        {
            await SendAsync(meddler, who, pair.Caller.Jid, $$$"""
                {"reply":"{{{id}}}","r":99}
                {"fault":"{{{id}}}","st":"internal","e":{"message":"forged"}}
                {"fault":"{{{id}}}","st":"unavailable","code":"wrong-instance"}
                {"item":"{{{id}}}","n":{{{Drill.Half + 1}}},"i":[999]}
                {"end":"{{{id}}}","n":{{{Drill.Half}}}}
                {"credit":"{{{id}}}","d":"u","got":{{{Drill.Half}}},"up":100000,"ub":100000000}
                {"resume":"{{{id}}}","d":"u","from":1,"up":100000,"ub":100000000}
                {"ack":"{{{id}}}","st":"deferred"}
                """);
            if (!isCaller)
                await SendAsync(meddler, who, pair.Callee.Jid, $$$"""
                    {"cancel":"{{{id}}}"}
                    {"credit":"{{{id}}}","got":{{{Drill.Half}}},"up":100000,"ub":100000000}
                    {"resume":"{{{id}}}","from":1,"up":100000,"ub":100000000}
                    {"item":"{{{id}}}","d":"u","n":{{{Drill.Half + 1}}},"i":[999]}
                    {"end":"{{{id}}}","d":"u","n":{{{Drill.Half}}}}
                    {"low":"{{{id[..id.LastIndexOf('.')]}}}","n":1000}
                    """);
        }
        await PingAsync(meddler, who, pair.Caller.Jid);
        await PingAsync(meddler, who, pair.Callee.Jid);
        foreach (var cell in cells)
            cell.Open();
        await Task.WhenAll(cells.Select(cell => cell.EndedAsync(Scene.Guard, Expectations.Of(Trouble.Nothing, cell.Shape))));

        Assert.Equal((0, 0), (pair.Caller.IgnoredLines, pair.Callee.IgnoredLines));
        foreach (var cell in cells)
            cell.Assert(Expectations.Of(Trouble.Nothing, cell.Shape));
    }

    private static async Task<RawPeer> MeddlerAsync(XmppServer server, string who) => who.EndsWith("m8", StringComparison.Ordinal)
        ? new RawPeer(await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(server.ComponentConnectionString("m8")) with { Entity = null }))
        : await RawPeer.ConnectAsync(XmppConnectionOptions.Parse(server.ConnectionString(who, DrillPair.Resource())));

    private static async Task SendAsync(RawPeer meddler, string who, Jid to, string frames)
    {
        var message = RawPeer.ToMessage(to, "headline", new XmppElement("rpc", "urn:xmpprpc:1").WithText(frames));
        if (who.Contains('@', StringComparison.Ordinal))
            message.From = Jid.Parse($"{who}.localhost/bob");
        await meddler.SendAsync(message);
    }

    /// <summary>Completes when all that was sent before has been looked at.</summary>
    private static async Task PingAsync(RawPeer meddler, string who, Jid to)
    {
        var ping = new XmppRpc.Xmpp.Stanzas.Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = to, Id = Guid.NewGuid().ToString("N") };
        if (who.Contains('@', StringComparison.Ordinal))
            ping.From = Jid.Parse($"{who}.localhost/bob");
        await meddler.SendAsync(ping);
        await meddler.NextAsync(stanza => stanza.Id == ping.Id);
    }
}
