using static XmppRpc.Xmpp.Tests.LocalServer.ManagedServer;

namespace XmppRpc.Xmpp.Tests.LocalServer;

/// <summary>XEP-0198 on a connection that lasts; <see cref="ResumptionTests"/> has those that do not.</summary>
public sealed class StreamManagementTests : IAsyncLifetime
{
    private const string End = "</stream:stream>";
    private const string Message = "<message type='chat' to='alice@localhost/a'><body>x</body></message>";

    private ManagedServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Feature_is_offered_behind_the_login_unless_it_is_off(bool isOn)
    {
        await using var server = await StartAsync(options => options with { StreamManagement = isOn });
        await using var client = await RawClient.EncryptAsync(server.Server);
        await RawClient.AuthenticateAsync(client, "alice", "secret");
        await client.SendAsync(RawClient.Header);
        Assert.Equal(isOn, (await client.ReadToAsync("</stream:features>")).Contains($"<sm {Sm}><optional/></sm>", StringComparison.Ordinal));
        await client.SendAsync("<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        await client.ReadToAsync("</iq>");
        await client.SendAsync($"<enable {Sm}/>");
        await client.ReadToAsync(isOn ? $"<enabled {Sm}/>" : "<unsupported-stanza-type ");
    }

    [Theory]
    [InlineData("resume='true'", "^<enabled xmlns='urn:xmpp:sm:3' id='[0-9a-f]{32}' resume='true' max='77'/>$")]
    [InlineData("resume='1' max='20'", "^<enabled xmlns='urn:xmpp:sm:3' id='[0-9a-f]{32}' resume='true' max='20'/>$")]
    [InlineData("resume='true' max='500'", "max='77'/>$")]
    [InlineData("resume='true' max='x'", "max='77'/>$")]
    [InlineData("resume='false'", "^<enabled xmlns='urn:xmpp:sm:3'/>$")]
    [InlineData("", "^<enabled xmlns='urn:xmpp:sm:3'/>$")]
    public async Task Enabling_is_answered_as_it_was_asked(string wanted, string pattern)
    {
        await using var client = await _server.BindAsync("alice", "a");
        await client.SendAsync($"<enable {Sm} {wanted}/>");
        Assert.Matches(pattern, await client.ReadToAsync("/>"));
    }

    [Fact]
    public async Task Server_without_time_for_resuming_only_acknowledges()
    {
        await using var server = await StartAsync(options => options with { ResumeTimeout = TimeSpan.Zero });
        await using var client = await server.BindAsync("alice", "a");
        await client.SendAsync($"<enable {Sm} resume='true'/>");
        Assert.Equal($"<enabled {Sm}/>", await client.ReadToAsync("/>"));
    }

    [Fact]
    public async Task Enabling_before_binding_is_refused_and_binding_goes_on()
    {
        await using var client = await _server.LogInAsync("alice");
        await client.SendAsync($"<enable {Sm}/><iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
        Assert.StartsWith($"<failed {Sm}><unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>", await client.ReadToAsync("</iq>"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<enable xmlns='urn:xmpp:sm:3' resume='true'/>")]
    [InlineData("<resume xmlns='urn:xmpp:sm:3' previd='x' h='0'/>")]
    public async Task Enabling_twice_or_resuming_when_bound_is_refused(string nonza)
    {
        var (client, _) = await _server.ManageAsync("alice", "a");
        await client.SendAsync(nonza + $"<r {Sm}/>");
        Assert.EndsWith($"<failed {Sm}><unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed><a {Sm} h='0'/>", await client.ReadToAsync("h='0'/>"), StringComparison.Ordinal);
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Request_is_answered_with_the_stanzas_since_enabling_and_nothing_else()
    {
        await using var client = await _server.BindAsync("alice", "a");
        await client.SendAsync("<presence/>");
        await client.SendAsync($"<enable {Sm}/><r {Sm}/><message to='bob@localhost'/><r {Sm}/> <presence><show>away</show></presence><iq type='result' id='1' to='localhost'/><r {Sm}/>");
        await client.ReadToAsync($"<a {Sm} h='0'/>");
        await client.ReadToAsync($"<a {Sm} h='1'/>");
        await client.ReadToAsync($"<a {Sm} h='3'/>");
    }

    [Fact]
    public async Task Server_asks_behind_a_stanza_and_again_only_when_answered()
    {
        var (client, _) = await _server.ManageAsync("alice", "a");
        await using var bob = await _server.BindAsync("bob", "b");
        await bob.SendAsync(Message + Message);
        const string Heard = "<message type='chat' to='alice@localhost/a' from='bob@localhost/b'><body>x</body></message>";
        await PingAsync(bob);
        await client.SendAsync($"<a {Sm} h='1'/><r {Sm}/>");
        var came = (await client.ReadToAsync($"<a {Sm} h='0'/>")).Replace(" ", "", StringComparison.Ordinal);
        Assert.Equal($"{Heard}<r {Sm}/>{Heard}<r {Sm}/><a {Sm} h='0'/>".Replace(" ", "", StringComparison.Ordinal), came);
        // the same count again is no reason to ask again
        await client.SendAsync($"<a {Sm} h='1'/><r {Sm}/>");
        Assert.Equal($"<a {Sm} h='0'/>", (await client.ReadToAsync("h='0'/>")).Trim());
        await client.DisposeAsync();
    }

    [Theory]
    [InlineData("h='2'", "<undefined-condition ", "<handled-count-too-high xmlns='urn:xmpp:sm:3' h='2' send-count='1'/>")]
    [InlineData("h='0'", "<undefined-condition ", "less stanzas than already acknowledged")]
    [InlineData("h='-1'", "<invalid-xml ", "</text>")]
    [InlineData("h='4294967296'", "<invalid-xml ", "</text>")]
    [InlineData("", "<invalid-xml ", "</text>")]
    public async Task Count_that_cannot_be_ends_the_stream(string count, string condition, string detail)
    {
        var (client, id) = await _server.ManageAsync("alice", "a");
        await client.SendAsync($"<message to='alice@localhost/a'/>");
        await client.ReadToAsync("<message ");
        await client.SendAsync($"<a {Sm} h='1'/><a {Sm} {count}/>");
        var end = await client.ReadToAsync(End);
        // the last words: what was handled
        Assert.Contains($"<a {Sm} h='1'/><stream:error>{condition}", end, StringComparison.Ordinal);
        Assert.Contains(detail, end, StringComparison.Ordinal);
        await client.DisposeAsync();
        await using var again = await _server.AskAsync("alice", id, 0);
        Assert.Equal($"<failed {Sm}><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>", (await again.ReadToAsync("</failed>")).Trim());
    }

    [Theory]
    [InlineData("<r xmlns='urn:xmpp:sm:3'/>")]
    [InlineData("<a xmlns='urn:xmpp:sm:3' h='0'/>")]
    [InlineData("<x xmlns='urn:xmpp:sm:3'/>")]
    public async Task Nonza_that_was_not_enabled_ends_the_stream(string nonza)
    {
        await using var client = await _server.BindAsync("alice", "a");
        await client.SendAsync(nonza);
        Assert.Contains("<unsupported-stanza-type ", await client.ReadToAsync(End), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clean_end_says_the_last_count()
    {
        var (client, _) = await _server.ManageAsync("alice", "a");
        await client.SendAsync($"<message to='bob@localhost'/>{End}");
        Assert.Equal($"<a {Sm} h='1'/>{End}", (await client.ReadToAsync(End)).Trim());
        await client.DisposeAsync();
    }

    [Fact]
    public async Task Stanza_above_the_size_ends_the_stream_for_good()
    {
        var (client, id) = await _server.ManageAsync("alice", "a");
        await client.SendAsync($"<message to='bob@localhost/x'><body>{new string('x', 300_000)}</body></message>");
        Assert.Contains("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>", await client.ReadToAsync("<stanza-too-big xmlns='urn:xmpp:errors'/></stream:error>"), StringComparison.Ordinal);
        await client.DisposeAsync();
        await using var again = await _server.AskAsync("alice", id, 0);
        Assert.DoesNotContain(" h=", await again.ReadToAsync("</failed>"), StringComparison.Ordinal);
    }
}
