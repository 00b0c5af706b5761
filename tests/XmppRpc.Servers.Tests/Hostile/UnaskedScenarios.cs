using System.Globalization;
using System.Text;
using System.Text.Json;
using XmppRpc.Servers.Tests.Calls;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Servers.Tests.Hostile;

/// <summary>What nobody asked for is neither answered nor kept (docs/protocol.md: what is ever answered).</summary>
public abstract class UnaskedScenarios : StrangerScenarios
{
    private const string Rpc = "<rpc xmlns='urn:xmpprpc:1'>";

    public static TheoryData<string> Silent => new(
        "<iq to='{to}' type='result' id='none'/>",
        "<iq to='{to}' type='result' id='none'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:xmpprpc:1#c:tests.shop:1'/></query></iq>",
        "<iq to='{to}' type='error' id='none'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>",
        "<presence to='{to}' type='subscribe'/>",
        "<presence to='{to}' type='subscribed'/>",
        "<presence to='{to}' type='unsubscribed'/>",
        "<presence to='{to}' type='error'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>",
        "<presence to='{to}'><status>&lt;&amp;</status><priority>99</priority></presence>",
        "<presence to='{to}' type='unavailable'/>",
        "<message to='{to}' type='headline'/>",
        "<message to='{to}' type='chat'><body>hello</body></message>",
        "<message to='{to}' type='headline'><rpc xmlns='urn:xmpprpc:2'>{call}</rpc></message>",
        "<message to='{to}' type='headline'><rpc>{call}</rpc></message>",
        "<message to='{to}' type='headline'><RPC xmlns='urn:xmpprpc:1'>{call}</RPC></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}<x>{{call}}</x></rpc></message>",
        $"<message to='{{to}}' type='headline'><x xmlns='urn:x'>{Rpc}{{call}}</rpc></x></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}</rpc>{Rpc}{{call}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"fault\":\"abcdef0123456789abcd.1\",\"st\":\"internal\"}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"ack\":\"abcdef0123456789abcd.1\",\"st\":\"taken\",\"in\":\"abcdef\"}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"reply\":\"abcdef0123456789abcd.1\",\"rq\":1,\"r\":1}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"progress\":\"abcdef0123456789abcd.1\"}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"end\":\"abcdef0123456789abcd.1\",\"n\":1}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"done\":\"abcdef0123456789abcd.1\"}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"low\":\"abcdef0123456789abcd\",\"n\":7}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"here\":\"tests.shop:1\",\"in\":\"abcdef\",\"load\":0,\"max\":1000}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"who\":\"tests.nothing:1\"}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}{{\"news\":\"abcdef0123456789abcd.1\"}}</rpc></message>",
        $"<message to='{{to}}' type='headline'>{Rpc}garbage\n[]\n{{}}\n\"\"\n</rpc></message>",
        $"<message to='{{to}}' type='error'>{Rpc}{{call}}</rpc><error type='cancel'/></message>");

    [Theory]
    [MemberData(nameof(Silent))]
    public async Task What_nobody_asked_for_is_not_answered_and_runs_nothing(string xml)
    {
        var shop = new Shop();
        await using var callee = await ServeAsync(shop);
        var (stranger, bare) = await StrangerAsync();
        await using var _ = stranger;
        var link = await LinkAsync(stranger, callee.Jid);

        await bare.InjectAsync(Bytes(xml.Replace("{to}", callee.Jid.ToString(), StringComparison.Ordinal).Replace("{call}", Delete(link, 1), StringComparison.Ordinal)));
        var answers = await AnswersAsync(stranger, callee.Jid, link);

        Assert.Equal(["Message reply.99", "Iq result"], answers);
        Assert.Equal([99], shop.Deleted.Keys);
    }

    [Theory]
    [InlineData("get", "<ping xmlns='urn:xmpp:ping'/>", "result")]
    [InlineData("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "result query")]
    [InlineData("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='&lt;&amp;&apos;&quot;&#10;'/>", "result query")]
    [InlineData("set", "<query xmlns='http://jabber.org/protocol/disco#info'/>", "error service-unavailable")]
    [InlineData("get", "<query xmlns='http://jabber.org/protocol/disco#items'/>", "result query")]
    [InlineData("get", "<query xmlns='jabber:iq:version'/>", "error service-unavailable")]
    [InlineData("get", "<rpc xmlns='urn:xmpprpc:1'>{\"who\":\"tests.shop:1\"}</rpc>", "error service-unavailable")]
    [InlineData("set", "<x xmlns='urn:x' a='&quot;'><y xmlns='urn:&lt;'>]]&gt;&amp;lt;</y><![CDATA[</iq>]]></x>", "error service-unavailable")]
    [InlineData("set", "<query xmlns='jabber:iq:roster'><item jid='evil@localhost' subscription='both'/></query>", "error service-unavailable")]
    [InlineData("set", "<error xmlns='jabber:client' type='cancel'/>", "error service-unavailable")]
    public async Task Iq_of_a_stranger_is_answered_once_without_an_echo(string type, string payload, string expected)
    {
        await using var callee = await ServeAsync();
        var (stranger, bare) = await StrangerAsync();
        await using var _ = stranger;

        await bare.InjectAsync(Bytes($"<iq to='{callee.Jid}' type='{type}' id='asked'>{payload}</iq>"));
        var seen = await stranger.UntilAnsweredAsync(callee.Jid);
        var answer = Assert.IsType<Iq>(Assert.Single(seen, stanza => stanza is Iq { Id: "asked" }));

        var child = answer.Element.Children.SingleOrDefault();
        var what = answer.IsError ? child!.Children.Single().Name : child?.Name;
        Assert.Equal(expected, what is null ? answer.Type : $"{answer.Type} {what}");
        Assert.Equal(callee.Jid, answer.From);
    }

    [Fact]
    public async Task Second_rpc_child_is_not_read_and_attributes_and_children_of_the_first_are_ignored()
    {
        var shop = new Shop();
        await using var callee = await ServeAsync(shop);
        var (stranger, bare) = await StrangerAsync();
        await using var _ = stranger;
        var link = await LinkAsync(stranger, callee.Jid);

        await bare.InjectAsync(Bytes($"<message to='{callee.Jid}' type='headline'><rpc xmlns='urn:xmpprpc:1' odd='1'>{Delete(link, 1)}<x>{Delete(link, 2)}</x></rpc><rpc xmlns='urn:xmpprpc:1'>{Delete(link, 3)}</rpc></message>"));
        await stranger.SendFramesAsync(callee.Jid, Delete(link, 4));
        Assert.Equal([$"{link}.1", $"{link}.4"], (await RepliesAsync(stranger, 2)).Keys.Order());
        Assert.Equal([1, 4], shop.Deleted.Keys.Order());
    }

    [Fact]
    public async Task Empty_lines_and_one_huge_line_are_ignored()
    {
        await using var callee = await ServeAsync();
        var (stranger, bare) = await StrangerAsync();
        await using var _ = stranger;
        var link = await LinkAsync(stranger, callee.Jid);

        foreach (var text in new[] { new string('\n', 10_000), new string('x', 200 * 1024), $"{{\"call\":\"{new string('a', 200 * 1024)}\"}}" })
            await bare.InjectAsync(Bytes($"<message to='{callee.Jid}' type='headline'>{Rpc}{text}</rpc></message>"));

        Assert.Equal(["Message reply.99", "Iq result"], await AnswersAsync(stranger, callee.Jid, link));
        Assert.Equal((2, 0), (callee.IgnoredLines, callee.SkippedStanzas));
    }

    [Fact]
    public async Task Here_that_nobody_asked_for_teaches_nothing()
    {
        await using var callee = await ServeAsync();
        var (stranger, bare) = await StrangerAsync();
        await using var _ = stranger;
        var link = await LinkAsync(stranger, callee.Jid);

        for (var part = 0; part < 4; part++)
        {
            var lines = Enumerable.Range(part * 250, 250).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"here":"tests.shop:1","in":"i{{i:D5}}","load":0,"max":1000}"""));
            await bare.InjectAsync(Bytes($"<message to='{callee.Jid}' type='headline'>{Rpc}{string.Join('\n', lines)}</rpc></message>"));
        }
        Assert.Equal(["Message reply.99", "Iq result"], await AnswersAsync(stranger, callee.Jid, link));
        Assert.Equal(0, callee.IgnoredLines);

        // Had one of them counted, the call would be sent at once; the stranger is asked what it is instead.
        using var given = new CancellationTokenSource();
        var call = callee.Get<ICatalogue>(stranger.Jid).FindAsync("x", given.Token);
        Assert.IsType<Iq>(await stranger.NextAsync(stanza => stanza is Iq { Type: "get" } or Message));
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task Who_is_answered_by_here_each_time_and_by_one_presence()
    {
        const int asked = 1000;
        await using var callee = await ServeAsync();
        await using var stranger = await RawAsync("carol");
        await stranger.SendFramesAsync(callee.Jid, string.Join('\n', Enumerable.Repeat("""{"who":"tests.shop:1"}""", asked)));

        var here = 0;
        var presences = 0;
        while (here < asked)
        {
            var stanza = await stranger.NextAsync(stanza => stanza.From == callee.Jid);
            if (stanza is Presence)
                presences++;
            else
                here += RawPeer.FramesOf(stanza).Count(line => line.StartsWith("{\"here\":\"tests.shop:1\"", StringComparison.Ordinal));
        }
        Assert.Equal((asked, 1), (here, presences));
    }

    // What the endpoint sends up to the reply of a last call and the answer to a last ping: both come behind whatever else it has to say.
    private static async Task<List<string>> AnswersAsync(RawPeer stranger, Jid callee, string link)
    {
        await stranger.SendFramesAsync(callee, Delete(link, 99));
        var seen = new List<Stanza>();
        await stranger.NextAsync(stanza =>
        {
            seen.Add(stanza);
            return stanza is Message && stanza.From == callee;
        });
        seen.AddRange(await stranger.UntilAnsweredAsync(callee));
        return [.. seen.Where(stanza => stanza.From == callee).Select(Show)];
    }

    // A message as its frames, each by kind and number of its call.
    private static string Show(Stanza stanza) =>
        stanza is Message ? "Message " + string.Join(' ', RawPeer.FramesOf(stanza).Select(Show)) : $"{stanza.GetType().Name} {stanza.Type}";

    private static string Show(string frame)
    {
        var first = JsonDocument.Parse(frame).RootElement.EnumerateObject().First();
        return $"{first.Name}.{first.Value.GetString()!.Split('.')[^1]}";
    }

    private async Task<(RawPeer Peer, BareStream Bare)> StrangerAsync()
    {
        BareStream? bare = null;
        var peer = await RawPeer.ConnectAsync(BareStream.Under(await ConnectionAsync("carol", Resource()), opened => bare = opened));
        return (peer, bare!);
    }

    // With white space for an XMPP server that holds a cut tag back.
    private static byte[] Bytes(string xml) => Encoding.UTF8.GetBytes(xml + new string(' ', 1024));
}
