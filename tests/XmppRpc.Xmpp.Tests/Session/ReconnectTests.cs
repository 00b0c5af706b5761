using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Tests.Session;

public sealed class ReconnectTests : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeServer _server = new();

    public ReconnectTests() => _server.Options = _server.Options with { Reconnect = true, Time = _time, MinReconnectDelay = Delay, MaxReconnectDelay = Delay };

    [Fact]
    public async Task Lost_connection_is_opened_again_until_it_works_and_senders_wait_for_it()
    {
        var connection = await _server.AcceptAsync();
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        var sending = connection.SendAsync(new Message { Id = "waits" }).AsTask();
        var request = connection.RequestAsync(new Iq("get", new("ping", XmppNames.Ping)));
        for (var attempt = 0; attempt < 10; attempt++)
        {
            await BackOffAsync();
            await _server.NextConnectionAsync();
            _server.Break();
        }
        Assert.False(sending.IsCompleted);
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync();
        await sending;
        var sent = await _server.ExpectAsync("</iq>");
        await _server.SendAsync($"<iq type='result' id='{FakeServer.IdOf(sent[sent.IndexOf("<iq", StringComparison.Ordinal)..])}'/><message id='in'/>");
        if (!sent.Contains("<message id='waits'/>", StringComparison.Ordinal))
            await _server.ExpectAsync("<message id='waits'/>");
        await request;
        var started = Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        Assert.False(started.IsResumed);
        Assert.Equal("in", (await connection.ReceiveAsync())!.Id);
    }

    [Fact]
    public async Task Conflict_is_the_end_and_told_to_everybody()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        Assert.Equal("conflict", (await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.ReceiveAsync())).Condition);
        Assert.Equal("conflict", (await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.SendAsync(new Message()))).Condition);
        Assert.Equal("conflict", (await Assert.ThrowsAsync<XmppStreamException>(() => connection.RequestAsync(new Iq("get", new("ping", XmppNames.Ping))))).Condition);
    }

    [Fact]
    public async Task Password_that_is_refused_on_the_way_back_is_the_end()
    {
        var connection = await _server.AcceptAsync();
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.OpenAsync(FakeServer.ScramFeatures);
        await _server.ExpectAsync("</auth>");
        await _server.SendAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><account-disabled/></failure>");
        Assert.Equal("account-disabled", (await Assert.ThrowsAsync<XmppAuthenticationException>(async () => await connection.ReceiveAsync())).Condition);
    }

    [Fact]
    public async Task Stream_that_ends_for_a_bug_of_ours_is_tried_three_times_more()
    {
        var connection = await _server.AcceptAsync();
        for (var attempt = 0; ; attempt++)
        {
            await _server.SendAsync("<stream:error><invalid-xml xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
            Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
            if (attempt == 3)
                break;
            await BackOffAsync();
            await _server.NextConnectionAsync();
            await _server.AuthenticateAsync();
            await _server.BindAsync();
            Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        }
        Assert.Equal("invalid-xml", (await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.ReceiveAsync())).Condition);
    }

    // F-15: the largest is the likeliest; sent again it would end the next stream too
    [Fact]
    public async Task Policy_violation_drops_the_session_and_marks_the_largest_unacknowledged_stanza()
    {
        var connection = await _server.AcceptManagedAsync();
        await connection.SendAsync(new Message { Id = "small" });
        await connection.SendAsync(new Message { Id = new string('l', 500) });
        await connection.SendAsync(new Message { Id = "next" });
        await _server.ExpectAsync("'next'/>");
        await _server.SendAsync("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
        await _server.ExpectEndAsync();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: FakeServer.ManagedFeatures);
        await _server.EnableAsync("sm-2");
        var started = Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        Assert.Equal([("small", false), (new string('l', 500), true), ("next", false)], started.Unacknowledged.Select(u => (u.Stanza.Id!, u.IsSuspect)));
    }

    // RFC 6120 §4.9.3.19: who points on for ever is not followed for ever
    [Fact]
    public async Task Server_that_always_points_elsewhere_is_followed_three_times()
    {
        const string elsewhere = "<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>other.example.org:5222</see-other-host></stream:error></stream:stream>";
        var connecting = _server.ConnectAsync();
        for (var hop = 0; hop < 4; hop++)
        {
            if (hop > 0)
                await _server.NextConnectionAsync();
            await _server.ExpectAsync("<stream:stream ");
            await _server.SendAsync(FakeServer.Header + elsewhere);
        }
        Assert.Equal("see-other-host", (await Assert.ThrowsAsync<XmppStreamException>(() => connecting)).Condition);
    }

    [Fact]
    public async Task Redirection_of_a_session_is_followed_without_waiting()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<stream:error><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>other.example.org</see-other-host></stream:error></stream:stream>");
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync();
        Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
    }

    [Fact]
    public async Task Silent_server_is_asked_and_then_given_up()
    {
        var connection = await _server.AcceptAsync();
        await _time.TimerAsync(TimeSpan.FromSeconds(5));
        Tick(12);
        await _server.ExpectAsync("<iq type='get' ");
        Assert.Contains("<ping xmlns='urn:xmpp:ping'/>", await _server.ExpectAsync("</iq>"));
        Tick(3);
        var told = connection.ReceiveEventAsync().AsTask();
        Assert.False(told.IsCompleted);
        Tick(1);
        Assert.Contains("silent", Assert.IsType<SessionLost>(await told).Reason.Message);
        await BackOffAsync();
        await _server.NextConnectionAsync();
    }

    [Fact]
    public async Task Stream_that_can_be_read_and_no_longer_written_is_given_up()
    {
        var connection = await _server.AcceptAsync();
        await _time.TimerAsync(TimeSpan.FromSeconds(5));
        _server.StopReading();
        await Assert.ThrowsAnyAsync<XmppException>(async () => await connection.SendAsync(new Message()));
        var told = connection.ReceiveEventAsync().AsTask();
        Tick(1);
        Assert.False(told.IsCompleted);
        Tick(1);
        Assert.IsType<SessionLost>(await told);
    }

    [Fact]
    public async Task Answered_probe_keeps_the_connection_and_is_not_received()
    {
        var connection = await _server.AcceptAsync();
        await _time.TimerAsync(TimeSpan.FromSeconds(5));
        Tick(12);
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        await _server.SendAsync($"<iq type='error' from='example.org' id='{id}'/><message id='in'/>");
        Assert.Equal("in", (await connection.ReceiveEventAsync() as Message)!.Id);
        Tick(4);
        await connection.SendAsync(new Message { Id = "out" });
        await _server.ExpectAsync("'out'/>");
    }

    [Fact]
    public async Task Close_during_the_wait_ends_at_once()
    {
        var connection = await _server.AcceptAsync();
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        var sending = connection.SendAsync(new Message()).AsTask();
        await _time.TimerAsync(Delay);
        await connection.CloseAsync();
        Assert.Null(await connection.ReceiveEventAsync());
        await Assert.ThrowsAsync<XmppConnectionException>(() => sending);
    }

    [Fact]
    public async Task Close_during_an_attempt_ends_at_once()
    {
        var connection = await _server.AcceptAsync();
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.ExpectAsync("<stream:stream ");
        await connection.CloseAsync();
        Assert.Null(await connection.ReceiveEventAsync());
    }

    [Theory]
    [InlineData(2, long.MaxValue)]
    [InlineData(int.MaxValue, 600)]
    public async Task Receiver_that_does_not_take_stops_the_reading(int maxStanzas, long maxBytes)
    {
        await using var server = new FakeServer(window: 1024);
        server.Options = server.Options with { MaxReceivedStanzas = maxStanzas, MaxReceivedBytes = maxBytes };
        var connection = await server.AcceptAsync();
        var flood = server.SendAsync(string.Concat(Enumerable.Range(0, 100).Select(i => $"<message id='m{i}'><body>{new string('x', 300)}</body></message>")));
        Assert.False(flood.IsCompleted);
        for (var i = 0; i < 100; i++)
            Assert.Equal($"m{i}", (await connection.ReceiveAsync())!.Id);
        await flood;
    }

    // what it waits for lies behind what it has not taken yet
    [Fact]
    public async Task Program_that_sends_and_asks_from_its_receiving_loop_goes_on()
    {
        _server.Options = _server.Options with { MaxReceivedStanzas = 2, MaxUnackedStanzas = 3 };
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync(string.Concat(Enumerable.Range(0, 20).Select(i => $"<message id='m{i}'/>")));
        Assert.Equal("m0", (await connection.ReceiveAsync())!.Id);
        for (var i = 0; i < 3; i++)
            await connection.SendAsync(new Message { Id = "out" + i });
        var fourth = connection.SendAsync(new Message { Id = "out3" }).AsTask();
        await _server.ExpectAsync("'out2'/>");
        await _server.SendAsync("<a xmlns='urn:xmpp:sm:3' h='3'/>" + string.Concat(Enumerable.Range(20, 20).Select(i => $"<message id='m{i}'/>")));
        await fourth;
        var asking = connection.RequestAsync(new Iq("get", new("ping", XmppNames.Ping)));
        await _server.ExpectAsync("<iq ");
        var id = FakeServer.IdOf(" " + await _server.ExpectAsync("</iq>"));
        await _server.SendAsync($"<iq type='result' id='{id}'/>");
        await asking;
        for (var i = 1; i < 40; i++)
            Assert.Equal($"m{i}", (await connection.ReceiveAsync())!.Id);
    }

    [Fact]
    public async Task Second_receiver_at_a_time_is_refused()
    {
        var connection = await _server.AcceptAsync();
        var first = connection.ReceiveAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await connection.ReceiveAsync());
        await _server.SendAsync("<message id='in'/>");
        Assert.Equal("in", (await first)!.Id);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task BackOffAsync()
    {
        await _time.TimerAsync(Delay);
        _time.Advance(Delay);
    }

    /// <summary>So many looks at the silence, five seconds apart.</summary>
    private void Tick(int times)
    {
        for (var i = 0; i < times; i++)
            _time.Advance(TimeSpan.FromSeconds(5));
    }
}
