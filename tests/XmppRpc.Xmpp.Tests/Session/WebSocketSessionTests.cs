using System.Net.WebSockets;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Session;

public sealed class WebSocketSessionTests : IAsyncDisposable
{
    private readonly FakeWebSocketServer _server = new();

    [Fact]
    public async Task Login_opens_by_open_elements_and_without_STARTTLS()
    {
        var connecting = _server.ConnectAsync();
        await _server.AcceptSocketAsync();
        // in clear text nobody is told who we are
        Assert.Equal("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' to='example.org' version='1.0'/>", await _server.ExpectAsync());
        await _server.SendAsync(FakeWebSocketServer.Open);
        await _server.SendAsync(FakeWebSocketServer.ScramFeatures);
        Assert.StartsWith("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='SCRAM-SHA-256'>", await _server.ExpectAsync(), StringComparison.Ordinal);
        await _server.SendAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/></failure>");
        Assert.Equal("not-authorized", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
    }

    [Fact]
    public async Task Stream_begins_anew_by_a_second_open_element_after_SASL()
    {
        var connecting = _server.ConnectAsync();
        await _server.AcceptSocketAsync();
        await _server.AuthenticateAsync();
        Assert.StartsWith("<open ", await _server.OpenAsync(FakeWebSocketServer.BindFeatures), StringComparison.Ordinal);
        await _server.AnswerBindAsync();
        Assert.Equal("alice@example.org/desk", (await connecting).Jid.ToString());
    }

    [Fact]
    public async Task Stanzas_go_one_in_a_message_each_with_its_namespace()
    {
        var connection = await _server.AcceptAsync();
        for (var i = 0; i < 3; i++)
            await connection.SendAsync(new Message { To = Jid.Parse("bob@example.org"), Id = $"m{i}" });
        for (var i = 0; i < 3; i++)
            Assert.Equal($"<message xmlns='jabber:client' to='bob@example.org' id='m{i}'/>", await _server.ExpectAsync());
        await _server.SendAsync("<message xmlns='jabber:client' from='bob@example.org' id='1'><body>\u00e4\ud83d\ude00</body></message>");
        Assert.Equal("\u00e4\ud83d\ude00", (await connection.ReceiveAsync())!.Element.Child("body", XmppNames.Client)!.Text);
    }

    [Fact]
    public async Task Stanza_without_its_namespace_is_none()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<message from='bob@example.org' id='1'/>");
        await _server.SendAsync("<message xmlns='jabber:client' from='bob@example.org' id='2'/>");
        Assert.Equal("2", (await connection.ReceiveAsync())!.Id);
    }

    [Fact]
    public async Task Features_whose_prefix_is_not_declared_are_refused()
    {
        var connecting = _server.ConnectAsync();
        await _server.AcceptSocketAsync();
        await _server.ExpectAsync();
        await _server.SendAsync(FakeWebSocketServer.Open);
        await _server.SendAsync("<stream:features/>");
        await Assert.ThrowsAsync<XmppStreamException>(() => connecting);
        // RFC 7395: our own error declares it
        Assert.Contains("<stream:error xmlns:stream='http://etherx.jabber.org/streams'>", await _server.ExpectAsync(), StringComparison.Ordinal);
        Assert.Equal(FakeWebSocketServer.Close, await _server.ExpectAsync());
    }

    [Fact]
    public async Task Close_goes_both_ways_and_ends_with_the_closing_handshake()
    {
        var connection = await _server.AcceptAsync();
        var closing = connection.CloseAsync();
        Assert.Equal(FakeWebSocketServer.Close, await _server.ExpectAsync());
        await _server.SendAsync("<message xmlns='jabber:client' id='late'/>");
        await _server.SendAsync(FakeWebSocketServer.Close);
        Assert.Equal(WebSocketCloseStatus.NormalClosure, await _server.ExpectEndAsync());
        await closing;
        Assert.Equal("late", (await connection.ReceiveAsync())!.Id);
        Assert.Null(await connection.ReceiveAsync());
    }

    [Fact]
    public async Task Peer_that_closes_is_answered_and_the_end_is_in_order()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync(FakeWebSocketServer.Close);
        Assert.Equal(FakeWebSocketServer.Close, await _server.ExpectAsync());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, await _server.ExpectEndAsync());
        Assert.Null(await connection.ReceiveAsync());
    }

    [Fact]
    public async Task Closing_handshake_without_close_element_is_a_lost_connection()
    {
        var connection = await _server.AcceptAsync();
        await _server.Socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, "restarting", TestContext.Current.CancellationToken);
        Assert.Contains("without closing the XML stream", (await Assert.ThrowsAsync<XmppConnectionException>(async () => await connection.ReceiveAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pointer_elsewhere_is_told_and_not_followed()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing' see-other-uri='wss://evil.example/ws'/>");
        var told = await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.ReceiveAsync());
        Assert.Equal("see-other-host", told.Condition);
        Assert.Contains("wss://evil.example/ws", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_error_that_points_elsewhere_is_not_followed()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<stream:error xmlns:stream='http://etherx.jabber.org/streams'><see-other-host xmlns='urn:ietf:params:xml:ns:xmpp-streams'>evil.example</see-other-host></stream:error>");
        Assert.Null((await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.ReceiveAsync())).OtherHost);
    }

    [Fact]
    public async Task Second_open_element_ends_the_stream()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync(FakeWebSocketServer.Open);
        Assert.Equal("invalid-xml", (await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.ReceiveAsync())).Condition);
    }

    [Fact]
    public async Task Silence_is_broken_by_a_ping_and_never_by_white_space()
    {
        var time = new ManualTimeProvider();
        _server.Options = _server.Options with { Time = time, WhiteSpaceInterval = TimeSpan.FromSeconds(30), IdleTimeout = TimeSpan.FromSeconds(600) };
        await _server.AcceptAsync();
        // the watch looks every quarter of the shortest time; nobody else has to be waited for
        await time.TimerAsync(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 6; i++)
            time.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("<ping xmlns='urn:xmpp:ping'/>", await _server.ExpectAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_of_a_managed_stream_is_broken_by_a_request_to_acknowledge()
    {
        var time = new ManualTimeProvider();
        _server.Options = _server.Options with { Time = time, WhiteSpaceInterval = TimeSpan.FromSeconds(30), IdleTimeout = TimeSpan.FromSeconds(600) };
        await _server.AcceptManagedAsync();
        await time.TimerAsync(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 6; i++)
            time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("<r xmlns='urn:xmpp:sm:3'/>", await _server.ExpectAsync());
    }

    [Fact]
    public async Task Session_is_resumed_on_the_next_WebSocket_with_what_was_not_acknowledged()
    {
        _server.Options = _server.Options with { Reconnect = true, MinReconnectDelay = TimeSpan.FromMilliseconds(1), MaxReconnectDelay = TimeSpan.FromMilliseconds(2) };
        var connection = await _server.AcceptManagedAsync();
        await connection.SendAsync(new Message { To = Jid.Parse("bob@example.org"), Id = "m1" });
        Assert.Contains("id='m1'", await _server.ExpectAsync(), StringComparison.Ordinal);
        _server.Break();

        await _server.AcceptSocketAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeWebSocketServer.ManagedFeatures);
        Assert.Equal("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>", await _server.ExpectAsync());
        await _server.SendAsync("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
        Assert.Equal("<message xmlns='jabber:client' to='bob@example.org' id='m1'/>", await _server.ExpectAsync());
        Assert.Equal("<r xmlns='urn:xmpp:sm:3'/>", await _server.ExpectAsync());
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
    }

    [Fact]
    public async Task Session_that_is_not_resumed_tells_what_was_not_acknowledged()
    {
        _server.Options = _server.Options with { Reconnect = true, MinReconnectDelay = TimeSpan.FromMilliseconds(1), MaxReconnectDelay = TimeSpan.FromMilliseconds(2) };
        var connection = await _server.AcceptManagedAsync();
        await connection.SendAsync(new Message { To = Jid.Parse("bob@example.org"), Id = "m1" });
        await _server.ExpectAsync();
        _server.Break();

        await _server.AcceptSocketAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeWebSocketServer.ManagedFeatures);
        await _server.ExpectAsync();
        await _server.SendAsync("<failed xmlns='urn:xmpp:sm:3'/>");
        await _server.AnswerBindAsync();
        await _server.ExpectAsync();
        await _server.SendAsync("<enabled xmlns='urn:xmpp:sm:3' id='sm-2' resume='true'/>");
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        Assert.Equal("m1", Assert.Single(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).Unacknowledged).Stanza.Id);
    }

    [Fact]
    public async Task Request_to_acknowledge_behind_many_stanzas_is_a_message_of_its_own()
    {
        var connection = await _server.AcceptManagedAsync();
        for (var i = 0; i < 50; i++)
            await connection.SendAsync(new Message { Id = $"m{i}" });
        for (var i = 0; i < 50; i++)
            Assert.Contains($"id='m{i}'", await _server.ExpectAsync(), StringComparison.Ordinal);
        Assert.Equal("<r xmlns='urn:xmpp:sm:3'/>", await _server.ExpectAsync());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
