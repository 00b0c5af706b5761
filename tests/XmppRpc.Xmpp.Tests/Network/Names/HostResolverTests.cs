using System.Globalization;
using System.Net;
using XmppRpc.TestKit.Names;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Network.Names;

namespace XmppRpc.Xmpp.Tests.Network.Names;

/// <summary>RFC 6120 §3.2 and XEP-0368 against a DNS server of our own.</summary>
public sealed class HostResolverTests : IAsyncDisposable
{
    private const string StartTls = "_xmpp-client._tcp.example.org", Direct = "_xmpps-client._tcp.example.org";

    private readonly FakeDnsServer _dns = new();
    private readonly ManualTimeProvider _time = new();
    private readonly XmppConnectionOptions _options;

    public HostResolverTests() => _options = new() { Jid = Jid.Parse("alice@example.org"), Password = "s3cret-pw", NameServers = [_dns.EndPoint], Time = _time };

    [Theory]
    [InlineData(XmppTlsMode.Required, "d1:5223+tls@1 s5:5222@5 d9:443+tls@9", Direct + " " + StartTls)]
    [InlineData(XmppTlsMode.StartTls, "s5:5222@5", StartTls)]
    [InlineData(XmppTlsMode.Direct, "d1:5223+tls@1 d9:443+tls@9", Direct)]
    [InlineData(XmppTlsMode.None, "s5:5222@5", StartTls)]
    public async Task Both_services_are_merged_by_priority_and_the_tls_option_limits_them(XmppTlsMode tls, string candidates, string asked)
    {
        _dns.SetSrv(StartTls, (5, 0, 5222, "s5"));
        _dns.SetSrv(Direct, (9, 0, 443, "d9"), (1, 0, 5223, "d1"));
        Assert.Equal(candidates, await FindAsync(_options with { Tls = tls }));
        Assert.Equal(asked.Split(' ').Order(StringComparer.Ordinal), _dns.AskedForSrv);
    }

    [Fact]
    public async Task Weights_of_one_priority_draw_among_both_services()
    {
        _dns.SetSrv(StartTls, (1, 0, 5222, "s"));
        _dns.SetSrv(Direct, (1, 100, 5223, "d"));
        Assert.StartsWith("d:5223+tls", await FindAsync(_options, new Last()));
    }

    [Theory]
    [InlineData(XmppTlsMode.Required, "example.org:5222@0")]
    [InlineData(XmppTlsMode.StartTls, "example.org:5222@0")]
    [InlineData(XmppTlsMode.Direct, "example.org:5223+tls@0")]
    [InlineData(XmppTlsMode.None, "example.org:5222@0")]
    public async Task Without_srv_records_the_domain_itself_is_tried(XmppTlsMode tls, string candidates) =>
        Assert.Equal(candidates, await FindAsync(_options with { Tls = tls }));

    [Theory]
    [InlineData(XmppTlsMode.Required, true, true)]
    [InlineData(XmppTlsMode.Required, true, false)]
    [InlineData(XmppTlsMode.Required, false, true)]
    [InlineData(XmppTlsMode.StartTls, true, false)]
    [InlineData(XmppTlsMode.Direct, false, true)]
    public async Task Target_of_a_dot_forbids_to_try_the_domain_itself(XmppTlsMode tls, bool startTlsIsDot, bool directIsDot)
    {
        if (startTlsIsDot)
            _dns.SetSrv(StartTls, (0, 0, 0, "."));
        if (directIsDot)
            _dns.SetSrv(Direct, (0, 0, 0, "."));
        var refused = await Assert.ThrowsAsync<XmppConnectionException>(() => FindAsync(_options with { Tls = tls }));
        Assert.Contains("example.org says in its SRV records that it offers no XMPP service", refused.Message);
        Assert.Contains("set Host", refused.Message);
    }

    [Fact]
    public async Task Dot_for_direct_tls_leaves_starttls()
    {
        _dns.SetSrv(Direct, (0, 0, 0, "."));
        _dns.SetSrv(StartTls, (7, 0, 5222, "s"));
        Assert.Equal("s:5222@7", await FindAsync(_options));
    }

    [Fact]
    public async Task Dot_for_the_service_that_was_not_asked_for_does_not_count()
    {
        _dns.SetSrv(Direct, (0, 0, 0, "."));
        Assert.Equal("example.org:5222@0", await FindAsync(_options with { Tls = XmppTlsMode.StartTls }));
    }

    [Fact]
    public async Task Dns_that_fails_leads_to_the_domain_itself_and_is_kept_for_the_message()
    {
        _dns.Respond = (query, _) => [DnsWire.Reply(query, DnsWire.ServerFailure)];
        var route = await new HostResolver(_options, new Random(1)).FindAsync(null, TestContext.Current.CancellationToken);
        Assert.Equal("example.org:5222@0", Text(route));
        Assert.Contains("error 2", route.Problem);
    }

    [Fact]
    public async Task Dns_that_is_silent_for_the_lookup_timeout_leads_to_the_domain_itself()
    {
        _dns.Respond = (_, _) => [];
        var finding = new HostResolver(_options with { NameLookupTimeout = TimeSpan.FromSeconds(8), Tls = XmppTlsMode.StartTls }, new Random(1)).FindAsync(null, TestContext.Current.CancellationToken);
        for (var i = 0; i < 2; i++)
        {
            await _time.TimerAsync(TimeSpan.FromSeconds(4));
            Assert.False(finding.IsCompleted);
            _time.Advance(TimeSpan.FromSeconds(4));
        }

        var route = await finding;
        Assert.Equal("example.org:5222@0", Text(route));
        Assert.Contains("no answer within 4 s", route.Problem);
    }

    [Fact]
    public async Task Dns_that_fails_for_one_service_leaves_the_other()
    {
        _dns.SetSrv(StartTls, (7, 0, 5222, "s"));
        _dns.Respond = (query, _) => [DnsWire.Question(query).Name == Direct ? DnsWire.Reply(query, DnsWire.ServerFailure) : _dns.FromRecords(query)];
        Assert.Equal("s:5222@7", await FindAsync(_options));
    }

    [Fact]
    public async Task Domain_with_other_letters_is_asked_for_in_ascii_form()
    {
        _dns.SetSrv("_xmpp-client._tcp.xn--bcher-kva.example", (1, 0, 5222, "chat.xn--bcher-kva.example"));
        Assert.Equal("chat.xn--bcher-kva.example:5222@1", await FindAsync(_options with { Jid = Jid.Parse("alice@bücher.example") }));
    }

    [Theory]
    [InlineData("alice@example.org", "chat.example.net", null, XmppTlsMode.Required, "chat.example.net:5222@0")]
    [InlineData("alice@example.org", "chat.example.net", 443, XmppTlsMode.Direct, "chat.example.net:443+tls@0")]
    [InlineData("alice@example.org", "chat.example.net", null, XmppTlsMode.Direct, "chat.example.net:5223+tls@0")]
    [InlineData("alice@example.org", "bücher.example", null, XmppTlsMode.Required, "xn--bcher-kva.example:5222@0")]
    [InlineData("alice@example.org", "::1", 1, XmppTlsMode.Required, "::1:1@0")]
    [InlineData("alice@example.org", null, 5299, XmppTlsMode.Required, "example.org:5299@0")]
    [InlineData("alice@192.0.2.1", null, null, XmppTlsMode.Required, "192.0.2.1:5222@0")]
    [InlineData("alice@[2001:db8::1]", null, null, XmppTlsMode.Direct, "2001:db8::1:5223+tls@0")]
    [InlineData("alice@localhost", null, null, XmppTlsMode.Required, "localhost:5222@0")]
    [InlineData("alice@chat.localhost", null, null, XmppTlsMode.Required, "chat.localhost:5222@0")]
    public async Task Host_port_address_and_this_machine_are_taken_without_asking_dns(string jid, string? host, int? port, XmppTlsMode tls, string candidates)
    {
        Assert.Equal(candidates, await FindAsync(_options with { Jid = Jid.Parse(jid), Host = host, Port = port, Tls = tls }));
        Assert.Empty(_dns.Asked);
    }

    [Theory]
    [InlineData("other.example:5299", XmppTlsMode.Required, false, "other.example:5299@0")]
    [InlineData("other.example:5299", XmppTlsMode.Required, true, "other.example:5299+tls@0")]
    [InlineData("other.example:5299", XmppTlsMode.StartTls, true, "other.example:5299@0")]
    [InlineData("other.example:5299", XmppTlsMode.Direct, false, "other.example:5299+tls@0")]
    [InlineData("[2001:db8::1]", XmppTlsMode.Required, false, "2001:db8::1:5222@0")]
    [InlineData("example.org", XmppTlsMode.Required, false, "s:5222@7")] // RFC 6120 §4.9.3.19: a name alone is looked up as a domain is
    public async Task Redirection_goes_before_the_options_host(string place, XmppTlsMode tls, bool cameByDirectTls, string candidates)
    {
        _dns.SetSrv(StartTls, (7, 0, 5222, "s"));
        Assert.True(ConnectTo.TryParse(place, out var elsewhere));
        var resolver = new HostResolver(_options with { Host = "first.example", Port = 1, Tls = tls }, new Random(1));
        Assert.Equal(candidates, Text(await resolver.FindAsync(elsewhere with { IsDirectTls = cameByDirectTls }, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Addresses_come_from_the_given_dns_servers_interleaved()
    {
        _dns.SetAddresses("chat.example.org", "192.0.2.1", "192.0.2.2", "2001:db8::1");
        var found = await new HostResolver(_options, new Random(1)).LookUpAsync("chat.example.org", TestContext.Current.CancellationToken);
        Assert.Equal(["2001:db8::1", "192.0.2.1", "192.0.2.2"], found.Addresses.Select(a => a.ToString()));
    }

    [Fact]
    public async Task Host_without_address_says_why()
    {
        _dns.SetSrv("chat.example.org");
        var resolver = new HostResolver(_options, new Random(1));
        Assert.Equal("there is none", (await resolver.LookUpAsync("chat.example.org", TestContext.Current.CancellationToken)).Problem);
        _dns.Respond = (query, _) => [DnsWire.Reply(query, DnsWire.ServerFailure)];
        Assert.Contains("error 2", (await resolver.LookUpAsync("chat.example.org", TestContext.Current.CancellationToken)).Problem);
    }

    [Fact]
    public async Task Localhost_is_answered_by_this_machine_and_never_asked_of_dns()
    {
        var found = await new HostResolver(_options, new Random(1)).LookUpAsync("localhost", TestContext.Current.CancellationToken);
        Assert.All(found.Addresses, address => Assert.True(IPAddress.IsLoopback(address)));
        Assert.NotEmpty(found.Addresses);
        Assert.Empty(_dns.Asked);
    }

    public ValueTask DisposeAsync() => _dns.DisposeAsync();

    private static async Task<string> FindAsync(XmppConnectionOptions options, Random? random = null) =>
        Text(await new HostResolver(options, random ?? new Random(1)).FindAsync(null, TestContext.Current.CancellationToken));

    private static string Text(ServerRoute route) =>
        string.Join(' ', route.Candidates.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Host}:{c.Port}{(c.IsDirectTls ? "+tls" : "")}@{c.Priority}")));

    /// <summary>Draws the largest number there is.</summary>
    private sealed class Last : Random
    {
        public override int Next(int maxValue) => maxValue - 1;

        public override int Next(int minValue, int maxValue) => minValue;
    }
}
