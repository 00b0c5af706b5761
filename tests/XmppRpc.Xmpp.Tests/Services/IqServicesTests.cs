using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Xml;

namespace XmppRpc.Xmpp.Tests.Services;

/// <summary>RFC 6120 §8.2.3 and §8.4, XEP-0030, 0092, 0115, 0191, 0199, 0202: a request in, its answer out.</summary>
public sealed class IqServicesTests
{
    private const string Header = "from='bob@example.org/x' to='alice@example.org/desk' id='7'";
    private const string Answered = "id='7' to='bob@example.org/x' from='alice@example.org/desk'";
    private const string ServiceUnavailable = "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    private const string ItemNotFound = "<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
    private const string BadRequest = "<error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

    private static readonly XmppEntity Silent = new();
    private static readonly XmppEntity Talkative = new() { Features = ["urn:a"], CapabilitiesNode = "https://example.org/bot", Software = new("Bot & Co", "1.2", "Plan 9"), TellsTime = true };

    [Theory]
    [InlineData("<ping xmlns='urn:xmpp:ping'/>", "")]
    [InlineData("<query xmlns='jabber:iq:version'/>", "<query xmlns='jabber:iq:version'><name>Bot &amp; Co</name><version>1.2</version><os>Plan 9</os></query>")]
    [InlineData("<time xmlns='urn:xmpp:time'/>", "<time xmlns='urn:xmpp:time'><tzo>+05:30</tzo><utc>2030-01-01T00:00:00Z</utc></time>")]
    [InlineData("<query xmlns='http://jabber.org/protocol/disco#items'/>", "<query xmlns='http://jabber.org/protocol/disco#items'/>")]
    [InlineData("<query xmlns='http://jabber.org/protocol/disco#info'/>", "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='client' type='bot'/><feature var='http://jabber.org/protocol/disco#info'/>" +
        "<feature var='http://jabber.org/protocol/disco#items'/><feature var='urn:xmpp:ping'/><feature var='http://jabber.org/protocol/caps'/><feature var='jabber:iq:version'/><feature var='urn:xmpp:time'/><feature var='urn:a'/></query>")]
    public void A_service_that_is_offered_is_answered(string payload, string result) =>
        Assert.Equal(result.Length == 0 ? $"<iq type='result' {Answered}/>" : $"<iq type='result' {Answered}>{result}</iq>", Answer(Talkative, $"<iq type='get' {Header}>{payload}</iq>"));

    [Theory]
    [InlineData("<query xmlns='jabber:iq:version'/>")]
    [InlineData("<time xmlns='urn:xmpp:time'/>")]
    [InlineData("<ping xmlns='urn:other'/>")]
    [InlineData("<query xmlns='urn:xmpp:ping'/>")]
    [InlineData("<error/>")]
    public void Anything_else_is_unavailable(string payload) => Assert.Equal($"<iq type='error' {Answered}>{ServiceUnavailable}</iq>", Answer(Silent, $"<iq type='get' {Header}>{payload}</iq>"));

    [Theory]
    [InlineData("<ping xmlns='urn:xmpp:ping'/>")]
    [InlineData("<query xmlns='http://jabber.org/protocol/disco#info'/>")]
    [InlineData("<query xmlns='jabber:iq:version'/>")]
    [InlineData("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")]
    public void Nothing_is_set(string payload) => Assert.Equal($"<iq type='error' {Answered}>{ServiceUnavailable}</iq>", Answer(Talkative, $"<iq type='set' {Header}>{payload}</iq>"));

    [Theory]
    [InlineData($"<iq type='get' {Header}/>", $"<iq type='error' {Answered}>{BadRequest}</iq>")]
    [InlineData($"<iq type='set' {Header}>text</iq>", $"<iq type='error' {Answered}>{BadRequest}</iq>")]
    [InlineData($"<iq type='get' {Header}><ping xmlns='urn:xmpp:ping'/><ping xmlns='urn:xmpp:ping'/></iq>", $"<iq type='error' {Answered}>{BadRequest}</iq>")]
    [InlineData($"<iq type='subscribe' {Header}><ping xmlns='urn:xmpp:ping'/></iq>", $"<iq type='error' {Answered}>{BadRequest}</iq>")]
    [InlineData($"<iq type='Get' {Header}><ping xmlns='urn:xmpp:ping'/></iq>", $"<iq type='error' {Answered}>{BadRequest}</iq>")]
    [InlineData($"<iq {Header}><ping xmlns='urn:xmpp:ping'/></iq>", $"<iq type='error' {Answered}>{BadRequest}</iq>")]
    [InlineData("<iq type='get' from='bob@example.org/x'><ping xmlns='urn:xmpp:ping'/></iq>", $"<iq type='error' to='bob@example.org/x'>{BadRequest}</iq>")]
    [InlineData("<iq type='get' id=''><ping xmlns='urn:xmpp:ping'/></iq>", $"<iq type='error' id=''>{BadRequest}</iq>")]
    public void A_malformed_request_is_bad(string request, string answer) => Assert.Equal(answer, Answer(Talkative with { HandledNamespaces = new HashSet<string> { "urn:mine" } }, request));

    [Theory]
    [InlineData("result", "<ping xmlns='urn:xmpp:ping'/>")]
    [InlineData("error", "<error type='cancel'/>")]
    [InlineData("result", "")]
    [InlineData("error", "")]
    public void An_answer_is_never_answered(string type, string payload) => Assert.Null(Answer(Talkative, $"<iq type='{type}' {Header}>{payload}</iq>"));

    [Theory]
    [InlineData("get", "<mine xmlns='urn:mine'/>")]
    [InlineData("set", "<mine xmlns='urn:mine'/>")]
    [InlineData("get", "<ping xmlns='urn:xmpp:ping'/>")]
    public void What_the_program_handles_is_left_to_it(string type, string payload) =>
        Assert.Null(Answer(Talkative with { HandledNamespaces = new HashSet<string> { "urn:mine", XmppNames.Ping } }, $"<iq type='{type}' {Header}>{payload}</iq>"));

    [Fact]
    public void The_node_of_our_own_hash_is_answered_and_no_other()
    {
        var ours = new IqServices(Talkative, TimeProvider.System).Capabilities!;
        Assert.Equal("https://example.org/bot", ours.Node);
        foreach (var ns in new[] { XmppNames.DiscoInfo, XmppNames.DiscoItems })
        {
            string Ask(string node) => Answer(Talkative, $"<iq type='get' {Header}><query xmlns='{ns}' node='{node}'/></iq>")!;
            Assert.Contains($"node='{ours.DiscoNode}'", Ask(ours.DiscoNode), StringComparison.Ordinal);
            Assert.Equal(Ask(""), Ask(ours.DiscoNode).Replace($" node='{ours.DiscoNode}'", "", StringComparison.Ordinal));
            foreach (var node in new[] { "other", ours.Node, "#", ours.DiscoNode + "x" })
                Assert.Equal($"<iq type='error' {Answered}>{ItemNotFound}</iq>", Ask(node));
        }
        var answer = DiscoInfo.Read(Nodes.Element(Answer(Talkative, $"<iq type='get' {Header}><query xmlns='{XmppNames.DiscoInfo}' node='{ours.DiscoNode}'/></iq>")!).Children[0])!;
        Assert.True(ours.IsProvenBy(answer));
        Assert.Null(new IqServices(Silent, TimeProvider.System).Capabilities);
        Assert.Equal($"<iq type='error' {Answered}>{ItemNotFound}</iq>", Answer(Silent, $"<iq type='get' {Header}><query xmlns='{XmppNames.DiscoInfo}' node='{ours.DiscoNode}'/></iq>"));
    }

    [Theory]
    [InlineData("", "block", "result")]
    [InlineData("from='alice@example.org'", "unblock", "result")]
    [InlineData("from='alice@example.org/other'", "block", "error")]
    [InlineData("from='example.org'", "block", "error")]
    [InlineData("from='mallory@example.org'", "block", "error")]
    [InlineData("from='@'", "block", "error")]
    [InlineData("from='alice@example.org'", "blocklist", "error")]
    public void Only_the_own_account_tells_of_blocked_addresses(string from, string name, string type) =>
        Assert.StartsWith($"<iq type='{type}'", Answer(Silent, $"<iq type='set' id='7' to='alice@example.org/desk' {from}><{name} xmlns='urn:xmpp:blocking'><item jid='x@y'/></{name}></iq>"));

    [Fact]
    public void A_component_is_answered_in_its_namespace()
    {
        var request = new Iq(new Xmpp.Xml.XmppElement("iq", "jabber:component:accept").Set("type", "odd").Set("id", "1"));
        Assert.Equal("jabber:component:accept", new IqServices(Silent, TimeProvider.System).Answer(request)!.Element.Children[0].Namespace);
    }

    private static string? Answer(XmppEntity entity, string request) =>
        new IqServices(entity, new IndianTime()).Answer(new Iq(Nodes.Element(request))) is { } answer ? XmppWriterTests.Write(answer.Element) : null;

    private sealed class IndianTime : TimeProvider
    {
        private readonly ManualTimeProvider _time = new();

        public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("test", new(5, 30, 0), null, null);

        public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();
    }
}
