using XmppRpc.LocalServer.Routing;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Xml;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.LocalServer;

public sealed class RouterTests
{
    private const string Unavailable = "<error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";

    private readonly Router _router = new("localhost", maxOffline: 2, maxDirected: 2, new FixedTime("2030-01-02T03:04:05.678Z"));

    public RouterTests()
    {
        _router.AddAccount(Jid.Parse("alice@localhost"));
        _router.AddAccount(Jid.Parse("bob@localhost"));
    }

    [Fact]
    public void Message_with_a_forged_sender_arrives_with_the_true_one()
    {
        var (alice, _) = Bind("alice@localhost/a");
        var (_, bob) = Bind("bob@localhost/b");
        Send(alice, "<message id='1' from='eve@localhost/x' to='bob@localhost/b'><x xmlns='urn:x'/></message>");
        Assert.Equal(["<message id='1' to='bob@localhost/b' from='alice@localhost/a'><x xmlns='urn:x'/></message>"], bob.Take());
    }

    [Fact]
    public void Message_to_a_bare_jid_keeps_its_address_and_reaches_all_of_the_highest_priority()
    {
        var (alice, _) = Bind("alice@localhost/a");
        var (r1, out1) = Bind("bob@localhost/r1");
        var (r2, out2) = Bind("bob@localhost/r2");
        Send(r1, "<presence/>");
        Send(r2, "<presence/>");
        _ = out1.Take();
        _ = out2.Take();
        Send(alice, "<message to='BOB@localhost'/>");
        Assert.Equal(["<message to='BOB@localhost' from='alice@localhost/a'/>"], out1.Take());
        Assert.Equal(["<message to='BOB@localhost' from='alice@localhost/a'/>"], out2.Take());
    }

    [Fact]
    public void Message_without_an_addressee_is_for_the_own_account()
    {
        var (alice, heard) = Bind("alice@localhost/a");
        Send(alice, "<presence/>");
        _ = heard.Take();
        Send(alice, "<message id='1'/>");
        Assert.Equal(["<message id='1' from='alice@localhost/a'/>"], heard.Take());
    }

    [Theory]
    [InlineData("<message id='1' to='nobody@localhost'><body>x</body></message>", Unavailable)]
    [InlineData("<message id='1' to='localhost'/>", Unavailable)]
    [InlineData("<message id='1' type='groupchat' to='bob@localhost'/>", Unavailable)]
    [InlineData("<iq id='1' type='get' to='bob@localhost/gone'><x xmlns='urn:x'/></iq>", Unavailable)]
    [InlineData("<iq id='1' type='get' to='bob@localhost'><ping xmlns='urn:xmpp:ping'/></iq>", Unavailable)]
    [InlineData("<iq id='1' type='get' to='nobody@localhost/x'><x xmlns='urn:x'/></iq>", Unavailable)]
    [InlineData("<message id='1' to='@'/>", "<error type='modify'><jid-malformed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>")]
    public void Stanza_that_cannot_be_delivered_comes_back_without_its_payload(string stanza, string error)
    {
        var (alice, heard) = Bind("alice@localhost/a");
        var to = Nodes.Element(stanza).Attribute("to");
        var name = Nodes.Element(stanza).Name;
        Send(alice, stanza);
        Assert.Equal([$"<{name} type='error' id='1' to='alice@localhost/a' from='{to}'>{error}</{name}>"], heard.Take());
    }

    [Theory]
    [InlineData("<message to='bob@example.org'/>", "remote-server-not-found")]
    [InlineData("<iq id='1' type='get' to='example.org'><x xmlns='urn:x'/></iq>", "remote-server-not-found")]
    [InlineData("<presence to='bob@example.org'/>", "remote-server-not-found")]
    [InlineData("<iq id='1' type='get' to='bob@localhost/b'/>", "bad-request")]
    [InlineData("<iq id='1' type='get'><a xmlns='urn:x'/><b xmlns='urn:x'/></iq>", "bad-request")]
    [InlineData("<iq id='1' type='ask'><a xmlns='urn:x'/></iq>", "bad-request")]
    [InlineData("<iq type='get'><a xmlns='urn:x'/></iq>", "bad-request")]
    public void Stanza_that_is_wrong_or_foreign_is_refused_with_its_condition(string stanza, string condition)
    {
        var (alice, heard) = Bind("alice@localhost/a");
        Bind("bob@localhost/b");
        Send(alice, stanza);
        Assert.Contains($"<{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>", Assert.Single(heard.Take()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<message type='error' to='nobody@localhost'/>")]
    [InlineData("<message type='error' to='bob@example.org'/>")]
    [InlineData("<message type='error' to='localhost'/>")]
    [InlineData("<message type='headline' to='nobody@localhost'/>")]
    [InlineData("<iq id='1' type='result' to='bob@localhost/gone'/>")]
    [InlineData("<iq id='1' type='error' to='localhost'/>")]
    [InlineData("<iq id='1' type='result'/>")]
    [InlineData("<iq type='result' to='@'/>")]
    [InlineData("<presence type='error' to='bob@example.org'/>")]
    [InlineData("<presence type='subscribe' to='bob@localhost'/>")]
    [InlineData("<presence to='nobody@localhost'/>")]
    public void Stanza_that_must_not_be_answered_is_dropped(string stanza)
    {
        var (alice, heard) = Bind("alice@localhost/a");
        var (_, bob) = Bind("bob@localhost/b");
        Send(alice, stanza);
        Assert.Empty(heard.Take());
        Assert.Empty(bob.Take());
    }

    [Fact]
    public void Offline_messages_come_with_their_time_to_the_first_resource_that_takes_them()
    {
        var (alice, heard) = Bind("alice@localhost/a");
        Send(alice, "<message id='1' to='bob@localhost'/>");
        Send(alice, "<message id='2' type='chat' to='bob@localhost/gone'/>");
        Send(alice, "<message id='3' type='headline' to='bob@localhost'/>");
        Assert.Empty(heard.Take());

        var (bob, out1) = Bind("bob@localhost/b");
        Send(bob, "<presence><priority>-1</priority></presence>");
        Assert.Empty(Messages(out1));
        Send(bob, "<presence><priority> 3 </priority></presence>");
        const string Delay = "<delay xmlns='urn:xmpp:delay' from='localhost' stamp='2030-01-02T03:04:05.678Z'/>";
        Assert.Equal(
            [$"<message id='1' to='bob@localhost' from='alice@localhost/a'>{Delay}</message>", $"<message id='2' type='chat' to='bob@localhost/gone' from='alice@localhost/a'>{Delay}</message>"],
            Messages(out1));

        var (second, out2) = Bind("bob@localhost/c");
        Send(second, "<presence/>");
        Assert.Empty(Messages(out2));
    }

    [Fact]
    public void Offline_store_above_its_limit_bounces()
    {
        var (alice, heard) = Bind("alice@localhost/a");
        for (var i = 1; i <= 3; i++)
            Send(alice, $"<message id='{i}' to='bob@localhost'/>");
        var bounce = Nodes.Element(Assert.Single(heard.Take()));
        Assert.Equal("3", bounce.Attribute("id"));
        Assert.Equal(("wait", "resource-constraint"), (StanzaError.Read(new Message(bounce))!.Type, StanzaError.Read(new Message(bounce))!.Condition));
    }

    [Fact]
    public void Presence_is_echoed_to_all_available_resources_of_the_account_and_theirs_to_the_new_one()
    {
        var (r1, out1) = Bind("alice@localhost/r1");
        var (r2, out2) = Bind("alice@localhost/r2");
        var (_, out3) = Bind("alice@localhost/r3");
        Send(r1, "<presence><show>away</show></presence>");
        Assert.Equal(["<presence from='alice@localhost/r1' to='alice@localhost/r1'><show>away</show></presence>"], out1.Take());
        Send(r2, "<presence/>");
        Assert.Equal(["<presence from='alice@localhost/r2' to='alice@localhost/r1'/>"], out1.Take());
        Assert.Equal(
            ["<presence from='alice@localhost/r2' to='alice@localhost/r2'/>", "<presence from='alice@localhost/r1' to='alice@localhost/r2'><show>away</show></presence>"],
            out2.Take());
        _router.Unbind(r1);
        Assert.Equal(["<presence type='unavailable' from='alice@localhost/r1' to='alice@localhost/r2'/>"], out2.Take());
        Assert.Empty(out3.Take());
    }

    [Fact]
    public void Directed_presence_is_taken_back_when_the_resource_ends_even_if_it_was_never_available()
    {
        var (alice, _) = Bind("alice@localhost/a");
        var (_, bob) = Bind("bob@localhost/b");
        Send(alice, "<presence to='bob@localhost/b'/>");
        Assert.Equal(["<presence to='bob@localhost/b' from='alice@localhost/a'/>"], bob.Take());
        _router.Unbind(alice);
        Assert.Equal(["<presence type='unavailable' from='alice@localhost/a' to='bob@localhost/b'/>"], bob.Take());
        _router.Unbind(alice);
        Assert.Empty(bob.Take());
    }

    [Fact]
    public void Directed_presence_that_was_taken_back_is_not_taken_back_again()
    {
        var (alice, _) = Bind("alice@localhost/a");
        var (_, bob) = Bind("bob@localhost/b");
        Send(alice, "<presence to='bob@localhost/b'/>");
        Send(alice, "<presence type='unavailable' to='bob@localhost/b'/>");
        Assert.Equal(2, bob.Take().Length);
        _router.Unbind(alice);
        Assert.Empty(bob.Take());
    }

    [Fact]
    public void Directed_presence_above_its_limit_bounces_and_is_not_delivered()
    {
        var (alice, heard) = Bind("alice@localhost/a");
        var (_, bob) = Bind("bob@localhost/b");
        Send(alice, "<presence to='bob@localhost/1'/>");
        Send(alice, "<presence to='bob@localhost/2'/>");
        Send(alice, "<presence to='bob@localhost/b'/>");
        Assert.Contains("<resource-constraint", Assert.Single(heard.Take()), StringComparison.Ordinal);
        Assert.Empty(bob.Take());
    }

    [Fact]
    public void Binding_a_full_jid_again_ends_who_had_it_and_what_that_one_still_sends_goes_nowhere()
    {
        var (old, ended) = Bind("alice@localhost/a");
        var (_, bob) = Bind("bob@localhost/b");
        Send(old, "<presence to='bob@localhost/b'/>");
        _ = bob.Take();
        Bind("alice@localhost/a");
        Assert.Equal("conflict", ended.Closed);
        Assert.Equal(["<presence type='unavailable' from='alice@localhost/a' to='bob@localhost/b'/>"], bob.Take());
        Send(old, "<message to='bob@localhost/b'/>");
        _router.Unbind(old);
        Assert.Empty(bob.Take());
    }

    [Theory]
    [InlineData("localhost", "<ping xmlns='urn:xmpp:ping'/>", "/>")]
    [InlineData(null, "<ping xmlns='urn:xmpp:ping'/>", "/>")]
    [InlineData("alice@localhost", "<query xmlns='jabber:iq:roster'/>", "><query xmlns='jabber:iq:roster'/></iq>")]
    [InlineData("localhost", "<query xmlns='http://jabber.org/protocol/disco#items'/>", "><query xmlns='http://jabber.org/protocol/disco#items'/></iq>")]
    public void Server_answers_for_itself_and_for_the_own_account(string? to, string query, string answer)
    {
        var (alice, heard) = Bind("alice@localhost/a");
        var addressed = to is null ? "" : $" to='{to}'";
        Send(alice, $"<iq id='1' type='get'{addressed}>{query}</iq>");
        Assert.Equal([$"<iq type='result' id='1' to='alice@localhost/a'{addressed.Replace(" to", " from", StringComparison.Ordinal)}{answer}"], heard.Take());
    }

    [Theory]
    [InlineData("localhost", "category='server' type='im'")]
    [InlineData("alice@localhost", "category='account' type='registered'")]
    public void Server_says_what_it_is(string to, string identity)
    {
        var (alice, heard) = Bind("alice@localhost/a");
        Send(alice, $"<iq id='1' type='get' to='{to}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>");
        var answer = Assert.Single(heard.Take());
        Assert.Contains($"<identity {identity}", answer, StringComparison.Ordinal);
        Assert.Contains("<feature var='urn:xmpp:ping'/>", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get", "<x xmlns='urn:unknown'/>", "service-unavailable")]
    [InlineData("set", "<query xmlns='jabber:iq:roster'/>", "service-unavailable")]
    [InlineData("get", "<query xmlns='http://jabber.org/protocol/disco#info' node='n'/>", "item-not-found")]
    public void Server_refuses_what_it_does_not_know(string type, string query, string condition)
    {
        var (alice, heard) = Bind("alice@localhost/a");
        Send(alice, $"<iq id='1' type='{type}'>{query}</iq>");
        Assert.Contains($"<{condition} ", Assert.Single(heard.Take()), StringComparison.Ordinal);
    }

    private (BoundResource Resource, RecordingOutbound Heard) Bind(string jid)
    {
        var heard = new RecordingOutbound();
        var resource = new BoundResource(Jid.Parse(jid), heard);
        _router.Bind(resource, new XmppElement("bound", "urn:test"));
        Assert.Equal(["<bound xmlns='urn:test'/>"], heard.Take());
        return (resource, heard);
    }

    private static string[] Messages(RecordingOutbound heard) => [.. heard.Take().Where(s => s.StartsWith("<message", StringComparison.Ordinal))];

    private void Send(BoundResource sender, string stanza) => _router.Route(sender, Stanza.Wrap(Nodes.Element(stanza))!);

    private sealed class FixedTime(string now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.Parse(now, null);
    }
}
