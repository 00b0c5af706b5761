using XmppRpc.LocalServer;

namespace XmppRpc.Xmpp.Tests.LocalServer;

public sealed class NegotiationTests : IAsyncLifetime
{
    private const string StreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";
    private const string End = "</stream:stream>";

    private LocalXmppServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LocalXmppServer.StartAsync(new()
    {
        Accounts = new Dictionary<string, string>(StringComparer.Ordinal) { ["alice"] = "secret" },
        CloseTimeout = TimeSpan.FromMilliseconds(200),
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("<stream:stream to='localhost' version='1.0' xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams'>", "invalid-namespace")]
    [InlineData("<stream:stream to='localhost' version='1.0' xmlns:stream='http://etherx.jabber.org/streams'>", "invalid-namespace")]
    [InlineData("<stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='urn:wrong'>", "invalid-namespace")]
    [InlineData("<s:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:s='http://etherx.jabber.org/streams'>", "bad-namespace-prefix")]
    [InlineData("<stream:stream to='example.org' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", "host-unknown")]
    [InlineData("<stream:stream version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", "host-unknown")]
    [InlineData("<stream:stream to='localhost' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", "unsupported-version")]
    [InlineData("<stream:stream to='localhost' version='0.9' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", "unsupported-version")]
    [InlineData("<!DOCTYPE x>", "restricted-xml")]
    [InlineData("<<", "not-well-formed")]
    public async Task Header_that_is_wrong_gets_ours_and_then_its_stream_error(string header, string condition)
    {
        await using var client = await RawClient.ConnectAsync(_server);
        await client.SendAsync(header);
        var answer = await client.ReadToAsync(End);
        Assert.StartsWith("<stream:stream xmlns='jabber:client'", answer, StringComparison.Ordinal);
        Assert.Contains(" from='localhost'", answer, StringComparison.Ordinal);
        Assert.Contains($"<stream:error><{condition} xmlns='{StreamErrors}'/>", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_of_a_higher_version_is_answered_with_1_0_and_features()
    {
        await using var client = await RawClient.ConnectAsync(_server);
        await client.SendAsync(RawClient.Header.Replace("to='localhost' version='1.0'", "to='localhost' version='2.0' from='alice@localhost'", StringComparison.Ordinal));
        var answer = await client.ReadToAsync("</stream:features>");
        Assert.Contains(" version='1.0'", answer, StringComparison.Ordinal);
        Assert.Contains(" to='alice@localhost'", answer, StringComparison.Ordinal);
        Assert.EndsWith("<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ids_differ()
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 3; i++)
        {
            await using var client = await RawClient.ConnectAsync(_server);
            await client.SendAsync(RawClient.Header);
            await client.ReadToAsync(" id='");
            var id = await client.ReadToAsync("'");
            Assert.True(id.Length > 16 && ids.Add(id));
        }
    }

    [Theory]
    [InlineData("<message to='bob@localhost'/>", "not-authorized")]
    [InlineData("<enable xmlns='urn:xmpp:sm:3'/>", "unsupported-stanza-type")]
    [InlineData("<!-- x -->", "restricted-xml")]
    [InlineData("<a></b>", "not-well-formed")]
    public async Task Element_before_TLS_that_has_no_place_there_ends_the_stream(string element, string condition)
    {
        await using var client = await RawClient.ConnectAsync(_server);
        await client.SendAsync(RawClient.Header + element);
        Assert.Contains($"<stream:error><{condition} xmlns='{StreamErrors}'/>", await client.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Login_before_TLS_is_refused()
    {
        await using var client = await RawClient.ConnectAsync(_server);
        await client.SendAsync($"{RawClient.Header}<auth xmlns='{RawClient.Sasl}' mechanism='SCRAM-SHA-1'>biws</auth>");
        await client.ReadToAsync($"<failure xmlns='{RawClient.Sasl}'><encryption-required/></failure>");
    }

    [Fact]
    public async Task Bytes_behind_starttls_are_not_taken_into_TLS()
    {
        await using var client = await RawClient.ConnectAsync(_server);
        await client.SendAsync($"{RawClient.Header}<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>{RawClient.Header}");
        Assert.EndsWith("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGFsaWNlAHNlY3JldA==</auth>", "invalid-mechanism")]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>?</auth>", "incorrect-encoding")]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>=</auth>", "malformed-request")]
    [InlineData("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'/><abort xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>", "aborted")]
    public async Task Login_that_is_wrong_fails_and_the_third_time_ends_the_stream(string auth, string condition)
    {
        await using var client = await RawClient.EncryptAsync(_server);
        for (var i = 0; i < 3; i++)
        {
            await client.SendAsync(auth);
            Assert.Contains($"<{condition}/>", await client.ReadToAsync("</failure>"), StringComparison.Ordinal);
        }

        Assert.Contains("<policy-violation ", await client.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stanza_instead_of_a_login_ends_the_stream()
    {
        await using var client = await RawClient.EncryptAsync(_server);
        await client.SendAsync("<presence/>");
        Assert.Contains("<not-authorized ", await client.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Binding_without_a_resource_gets_a_random_one()
    {
        await using var client = await RawClient.LogInAsync(_server, "alice", "secret");
        await client.SendAsync("<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        var answer = await client.ReadToAsync("</iq>");
        Assert.Matches("^<iq type='result' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@localhost/[0-9a-f]{16}</jid></bind></iq>$", answer);
    }

    [Fact]
    public async Task Binding_of_a_bad_resource_is_refused_and_may_be_tried_again()
    {
        await using var client = await RawClient.LogInAsync(_server, "alice", "secret");
        await client.SendAsync($"<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{new string('x', 1024)}</resource></bind></iq>");
        Assert.Contains("<bad-request ", await client.ReadToAsync("</iq>"), StringComparison.Ordinal);
        await client.SendAsync("<iq type='set' id='2'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>desk</resource></bind></iq>");
        Assert.Contains("<jid>alice@localhost/desk</jid>", await client.ReadToAsync("</iq>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stanza_before_binding_ends_the_stream()
    {
        await using var client = await RawClient.LogInAsync(_server, "alice", "secret");
        await client.SendAsync("<message to='alice@localhost'/>");
        Assert.Contains("<not-authorized ", await client.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<a/>", "unsupported-stanza-type")]
    [InlineData("<message xmlns='jabber:server'/>", "unsupported-stanza-type")]
    [InlineData("<message><body></message></body>", "not-well-formed")]
    [InlineData("<message>&nbsp;</message>", "restricted-xml")]
    [InlineData("<!-- x -->", "restricted-xml")]
    [InlineData("text", "bad-format")]
    public async Task Element_in_a_session_that_cannot_be_routed_ends_the_stream(string element, string condition)
    {
        await using var client = await RawClient.BindAsync(_server, "alice", "secret", "desk");
        await client.SendAsync(element);
        Assert.Contains($"<stream:error><{condition} xmlns='{StreamErrors}'/>", await client.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Legacy_session_request_and_white_space_are_tolerated()
    {
        await using var client = await RawClient.BindAsync(_server, "alice", "secret", "desk");
        await client.SendAsync(" \n <iq type='set' id='s'><session xmlns='urn:ietf:params:xml:ns:xmpp-session'/></iq>");
        Assert.Contains("type='result' id='s'", await client.ReadToAsync("/>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stanza_above_the_largest_size_is_a_policy_violation()
    {
        await using var client = await RawClient.BindAsync(_server, "alice", "secret", "desk");
        await client.SendAsync($"<message to='alice@localhost/desk'><body>{new string('x', 256 * 1024)}</body></message>");
        Assert.Contains("<policy-violation ", await client.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closing_tag_is_answered_behind_all_that_was_routed_before()
    {
        await using var client = await RawClient.BindAsync(_server, "alice", "secret", "desk");
        await client.SendAsync($"<message to='alice@localhost/desk' id='1'/>{End}");
        Assert.Contains("<message to='alice@localhost/desk' id='1' from='alice@localhost/desk'/>", await client.ReadToAsync(End), StringComparison.Ordinal);
    }
}
