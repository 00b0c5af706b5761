using static XmppRpc.Xmpp.Tests.LocalServer.ManagedServer;

namespace XmppRpc.Xmpp.Tests.LocalServer;

/// <summary>XEP-0114.</summary>
public sealed class ComponentTests : IAsyncLifetime
{
    private const string End = "</stream:stream>";
    private const string Domain = "svc.localhost";
    private const string Header = "<stream:stream to='svc.localhost' xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>";
    private const string Unavailable = "<error type='wait'><remote-server-timeout xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>Component unavailable</text></error>";

    private ManagedServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Header_is_that_of_a_component()
    {
        await using var component = RawClient.Connect(await _server.Server.OpenComponentInMemoryAsync());
        await component.SendAsync(Header);
        Assert.Matches("^<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' from='svc.localhost' id='[0-9a-f]{32}'>$", await component.ReadToAsync("id='") + await component.ReadToAsync(">"));
    }

    [Theory]
    [InlineData("<stream:stream to='svc.localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", "invalid-namespace")]
    [InlineData("<stream:stream to='localhost' xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>", "host-unknown")]
    [InlineData("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>", "host-unknown")]
    [InlineData(Header + "<handshake>wrong</handshake>", "not-authorized")]
    [InlineData(Header + "<handshake/>", "not-authorized")]
    [InlineData(Header + "<handshake><x/></handshake>", "not-authorized")]
    [InlineData(Header + "<message from='svc.localhost' to='alice@localhost'/>", "not-authorized")]
    public async Task Component_that_does_not_prove_itself_is_refused(string sent, string condition)
    {
        await using var component = RawClient.Connect(await _server.Server.OpenComponentInMemoryAsync());
        await component.SendAsync(sent);
        Assert.Contains($"<stream:error><{condition} ", await component.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Component_is_no_client()
    {
        await using var client = await RawClient.ConnectAsync(_server.Server);
        await client.SendAsync(Header);
        Assert.Contains("<invalid-namespace ", await client.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Second_connection_for_a_domain_is_refused_until_the_first_is_gone()
    {
        var first = await ConnectAsync();
        var (second, id) = await RawClient.OpenComponentAsync(_server.Server, Domain);
        await second.SendAsync(RawClient.Handshake(id, "s3cret"));
        var answer = await second.ReadToAsync(End);
        Assert.Contains("<stream:error><conflict ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("handshake", answer, StringComparison.Ordinal);
        await second.DisposeAsync();

        await first.SendAsync(End);
        await first.ReadToAsync(End);
        await first.DisposeAsync();
        await using var third = await ConnectAsync();
    }

    [Theory]
    [InlineData("<message id='1' to='svc.localhost'><x xmlns='urn:x'/></message>", "<message id='1' to='svc.localhost' from='alice@localhost/a'><x xmlns='urn:x'/></message>")]
    [InlineData("<message id='1' type='headline' to='any@svc.localhost/thing'/>", "<message id='1' type='headline' to='any@svc.localhost/thing' from='alice@localhost/a'/>")]
    [InlineData("<iq id='1' type='get' to='svc.localhost'><ping xmlns='urn:xmpp:ping'/></iq>", "<iq id='1' type='get' to='svc.localhost' from='alice@localhost/a'><ping xmlns='urn:xmpp:ping'/></iq>")]
    [InlineData("<presence to='svc.localhost'/>", "<presence to='svc.localhost' from='alice@localhost/a'/>")]
    [InlineData("<presence type='subscribe' to='svc.localhost'/>", "<presence type='subscribe' to='svc.localhost' from='alice@localhost'/>")]
    [InlineData("<presence type='probe' to='a@svc.localhost'/>", "<presence type='probe' to='a@svc.localhost' from='alice@localhost/a'/>")]
    public async Task Stanza_to_any_address_of_the_domain_goes_to_the_component(string sent, string heard)
    {
        await using var component = await ConnectAsync();
        await using var alice = await _server.BindAsync("alice", "a");
        await alice.SendAsync(sent);
        Assert.Equal(heard, (await component.ReadToAsync(heard[heard.LastIndexOf('<')..])).Trim());
    }

    [Theory]
    [InlineData("<message id='1' to='svc.localhost'/>", "message")]
    [InlineData("<iq id='1' type='get' to='svc.localhost'><ping xmlns='urn:xmpp:ping'/></iq>", "iq")]
    [InlineData("<presence id='1' to='svc.localhost'/>", "presence")]
    public async Task Stanza_to_a_component_that_is_not_connected_comes_back(string sent, string name)
    {
        await using var alice = await _server.BindAsync("alice", "a");
        await alice.SendAsync(sent);
        Assert.Equal($"<{name} type='error' id='1' to='alice@localhost/a' from='svc.localhost'>{Unavailable}</{name}>", (await alice.ReadToAsync($"</{name}>")).Trim());
    }

    [Fact]
    public async Task Component_speaks_for_any_address_of_its_domain()
    {
        await using var component = await ConnectAsync();
        await using var alice = await _server.BindAsync("alice", "a");
        await component.SendAsync("<message from='svc.localhost' to='alice@localhost/a' id='1'><body>x</body></message><iq from='bot@svc.localhost/1' to='alice@localhost/a' id='2' type='get'><ping xmlns='urn:xmpp:ping'/></iq><presence from='svc.localhost' to='alice@localhost/a'/>");
        await alice.ReadToAsync("<message from='svc.localhost' to='alice@localhost/a' id='1'><body>x</body></message>");
        await alice.ReadToAsync("<iq from='bot@svc.localhost/1' to='alice@localhost/a' id='2' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
        await alice.ReadToAsync("<presence from='svc.localhost' to='alice@localhost/a'/>");
    }

    [Theory]
    [InlineData("<iq from='a@svc.localhost' to='localhost' id='1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>", "<iq type='result' id='1' to='a@svc.localhost' from='localhost'/>")]
    [InlineData("<iq from='svc.localhost' to='alice@localhost' id='1' type='get'><ping xmlns='urn:xmpp:ping'/></iq>", "<service-unavailable ")]
    [InlineData("<message from='svc.localhost' to='nobody@localhost' id='1'/>", "<service-unavailable ")]
    [InlineData("<message from='svc.localhost' to='a@example.org' id='1'/>", "<remote-server-not-found ")]
    [InlineData("<message from='svc.localhost' id='1'/>", "<bad-request ")]
    [InlineData("<message from='svc.localhost' to='@' id='1'/>", "<jid-malformed ")]
    [InlineData("<message from='svc.localhost' to='me@svc.localhost' id='1'/>", "<message from='svc.localhost' to='me@svc.localhost' id='1'/>")]
    public async Task Component_gets_the_answer_to_what_it_sends(string sent, string answer)
    {
        await using var component = await ConnectAsync();
        await component.SendAsync(sent);
        await component.ReadToAsync(answer);
    }

    [Theory]
    [InlineData("<message from='alice@localhost/a' to='bob@localhost'/>", "invalid-from")]
    [InlineData("<message from='other.localhost' to='bob@localhost'/>", "invalid-from")]
    [InlineData("<message from='@' to='bob@localhost'/>", "invalid-from")]
    [InlineData("<message to='bob@localhost'/>", "invalid-from")]
    [InlineData("<enable xmlns='urn:xmpp:sm:3'/>", "unsupported-stanza-type")]
    [InlineData("<message xmlns='jabber:server' from='svc.localhost' to='bob@localhost'/>", "unsupported-stanza-type")]
    public async Task Component_that_speaks_for_others_or_not_in_stanzas_is_ended(string sent, string condition)
    {
        await using var component = await ConnectAsync();
        await component.SendAsync(sent);
        Assert.Contains($"<stream:error><{condition} ", await component.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stanza_may_be_larger_than_a_client_s()
    {
        await using var component = await ConnectAsync();
        await component.SendAsync($"<message from='svc.localhost' to='svc.localhost' id='1'><body>{new string('x', 400_000)}</body></message>");
        await component.ReadToAsync("</message>");
        await component.SendAsync($"<message from='svc.localhost' to='svc.localhost' id='1'><body>{new string('x', 600_000)}</body></message>");
        Assert.Contains("<stanza-too-big ", await component.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Component_that_had_a_client_s_presence_hears_of_its_end_at_once_or_when_its_stream_ends()
    {
        await using var component = await ConnectAsync();
        await using var plain = await _server.BindAsync("alice", "plain");
        var (managed, _) = await _server.ManageAsync("alice", "managed");
        await plain.SendAsync("<presence to='svc.localhost'/>");
        await component.ReadToAsync("from='alice@localhost/plain'/>");
        await managed.SendAsync("<presence to='x@svc.localhost/y'/>");
        await component.ReadToAsync("from='alice@localhost/managed'/>");
        await plain.DisposeAsync();
        Assert.Equal("<presence type='unavailable' from='alice@localhost/plain' to='svc.localhost'/>", (await component.ReadToAsync("/>")).Trim());
        await _server.LoseAsync(managed);
        _server.Time.Advance(ResumeTimeout);
        Assert.Equal("<presence type='unavailable' from='alice@localhost/managed' to='x@svc.localhost/y'/>", (await component.ReadToAsync("/>")).Trim());
    }

    [Fact]
    public async Task Error_for_a_stream_that_is_never_resumed_goes_to_the_component()
    {
        await using var component = await ConnectAsync();
        var (alice, _) = await _server.ManageAsync("alice", "a");
        await _server.LoseAsync(alice);
        await component.SendAsync("<message from='x@svc.localhost' to='alice@localhost/a' type='headline' id='1'/><iq from='svc.localhost' to='localhost' id='2' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
        await component.ReadToAsync("id='2'");
        _server.Time.Advance(ResumeTimeout);
        await component.ReadToAsync("<message type='error' id='1' to='x@svc.localhost' from='alice@localhost/a'><error type='cancel'><recipient-unavailable ");
    }

    [Fact]
    public void Connection_string_names_all_that_a_component_needs() =>
        Assert.Equal($"Component=true;Jid=other.localhost;Password=\"p;w\";Host=127.0.0.1:{_server.Server.ComponentPort};Tls=None", _server.Server.AddComponent("other.localhost", "p;w"), ignoreCase: true);

    [Theory]
    [InlineData("svc.localhost")]
    [InlineData("SVC.localhost")]
    [InlineData("localhost")]
    [InlineData("a@svc.localhost")]
    [InlineData("svc.localhost/x")]
    [InlineData("")]
    public void Domain_that_is_taken_or_none_is_refused(string domain) => Assert.ThrowsAny<ArgumentException>(() => _server.Server.AddComponent(domain, "secret"));

    [Fact]
    public void Connection_string_of_an_unknown_component_is_refused() =>
        Assert.Contains("AddComponent", Assert.Throws<ArgumentException>(() => _server.Server.ComponentConnectionString("x.localhost")).Message, StringComparison.Ordinal);

    private Task<RawClient> ConnectAsync() => RawClient.ConnectComponentAsync(_server.Server, Domain, "s3cret");
}
