using System.Security.Cryptography;
using System.Text;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>XEP-0114, against a scripted server.</summary>
public sealed class ComponentConnectionTests : IAsyncDisposable
{
    private const string Header = "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='orders.example.org'>";

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeServer _server = new();

    public ComponentConnectionTests() =>
        _server.Options = _server.Options with { Jid = Jid.Parse("orders.example.org"), IsComponent = true, Time = _time, MinReconnectDelay = Delay, MaxReconnectDelay = Delay };

    // XEP-0114 §3
    [Fact]
    public async Task Secret_is_proved_by_its_hash_with_the_stream_id_T14()
    {
        var connecting = _server.ConnectAsync();
        Assert.Equal("<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='orders.example.org'>", await _server.ExpectAsync("to='orders.example.org'>"));
        await _server.SendAsync(Header);
        var hash = Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.SHA1, Encoding.UTF8.GetBytes("s1s3cret-pw")));
        Assert.Equal($"<handshake>{hash}</handshake>", await _server.ExpectAsync("</handshake>"));
        await _server.SendAsync("<handshake/>");
        var connection = await connecting;
        Assert.Equal("orders.example.org", connection.Jid.ToString());
    }

    [Fact]
    public async Task Wrong_secret_is_a_refused_login_and_not_tried_again()
    {
        var connecting = _server.ConnectAsync();
        await _server.ExpectAsync("to='orders.example.org'>");
        await _server.SendAsync(Header + "<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
        Assert.Equal("not-authorized", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
    }

    [Fact]
    public async Task Port_for_clients_is_named_before_the_secret_is_proved_there()
    {
        var connecting = _server.ConnectAsync();
        await _server.ExpectAsync("to='orders.example.org'>");
        await _server.SendAsync(FakeServer.Header + "<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
        var e = await Assert.ThrowsAsync<XmppStreamException>(() => connecting);
        Assert.Contains("port for clients", e.Message);
        Assert.DoesNotContain("<handshake", await _server.ExpectEndAsync());
    }

    [Fact]
    public async Task Stanzas_carry_both_addresses_and_none_from_outside_the_domain()
    {
        var connection = await AcceptAsync();
        await connection.SendAsync(new Message { To = Jid.Parse("alice@example.org"), Id = "1" });
        Assert.Equal("<message to='alice@example.org' id='1' from='orders.example.org'/>", (await _server.ExpectAsync("/>")).Trim());
        await connection.SendAsync(new Message { From = Jid.Parse("desk@orders.example.org/x"), To = Jid.Parse("alice@example.org"), Id = "2" });
        Assert.Contains("from='desk@orders.example.org/x'", await _server.ExpectAsync("/>"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await connection.SendAsync(new Message { To = Jid.Parse("alice@example.org"), From = Jid.Parse("evil.example.org") }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await connection.SendAsync(new Message { To = Jid.Parse("alice@example.org"), From = Jid.Parse("sub.orders.example.org") }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await connection.SendAsync(new Message()));
        await Assert.ThrowsAsync<ArgumentException>(() => connection.RequestAsync(new Iq("get", new("ping", XmppNames.Ping))));
    }

    [Fact]
    public async Task Request_of_a_component_gets_its_answer()
    {
        var connection = await AcceptAsync();
        var request = connection.RequestAsync(new Iq("get", new("ping", XmppNames.Ping)) { To = Jid.Parse("alice@example.org/x") });
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        await _server.SendAsync($"<iq type='result' from='alice@example.org/x' to='orders.example.org' id='{id}'/>");
        Assert.Equal(id, (await request).Id);
    }

    [Fact]
    public async Task Lost_component_comes_back_as_a_new_session()
    {
        _server.Options = _server.Options with { Reconnect = true };
        var connection = await AcceptAsync();
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await _time.TimerAsync(Delay);
        _time.Advance(Delay);
        await _server.NextConnectionAsync();
        await ShakeHandsAsync();
        Assert.False(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
    }

    // the XMPP server sends it back to us: the round trip is the sign of life
    [Fact]
    public async Task Silent_server_is_asked_by_way_of_the_own_address()
    {
        _server.Options = _server.Options with { Reconnect = true };
        var connection = await AcceptAsync();
        await _time.TimerAsync(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 12; i++)
            _time.Advance(TimeSpan.FromSeconds(5));
        var ping = (await _server.ExpectAsync("</iq>")).Trim();
        Assert.Contains("to='orders.example.org' from='orders.example.org'", ping);
        await _server.SendAsync(ping + "<message from='alice@example.org/x' id='in'/>");
        Assert.Equal("in", (await connection.ReceiveAsync())!.Id);
    }

    [Theory]
    [InlineData("Component=true;Jid=orders.example.org;Password=x;Tls=StartTls", "STARTTLS")]
    [InlineData("Component=true;Jid=bot@orders.example.org;Password=x", "domain alone")]
    [InlineData("Jid=orders.example.org;Password=x", "Component=true")]
    public void Options_that_cannot_work_are_refused(string text, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => XmppConnectionOptions.Parse(text)).Message);

    [Fact]
    public async Task Clear_text_beyond_loopback_is_refused_before_anything_is_dialled_T14() =>
        await Assert.ThrowsAsync<XmppTlsException>(() => XmppConnection.ConnectAsync(XmppConnectionOptions.Parse("Component=true;Jid=orders.example.org;Password=x;Host=192.0.2.1")));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task<XmppConnection> AcceptAsync()
    {
        var connecting = _server.ConnectAsync();
        await ShakeHandsAsync();
        return await connecting;
    }

    private async Task ShakeHandsAsync()
    {
        await _server.ExpectAsync("to='orders.example.org'>");
        await _server.SendAsync(Header);
        await _server.ExpectAsync("</handshake>");
        await _server.SendAsync("<handshake/>");
    }
}
