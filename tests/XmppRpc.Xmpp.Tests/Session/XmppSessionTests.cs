using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using XmppRpc.TestKit;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Session;

public sealed class XmppSessionTests : IAsyncDisposable
{
    private readonly FakeServer _server = new();

    [Fact]
    public async Task Stanzas_are_received_in_order_and_nonzas_are_not()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<message from='bob@example.org/x' id='1'/><r xmlns='urn:xmpp:sm:3'/> \n<presence id='2'/><iq type='get' id='3'/>");
        Assert.Equal("1", Assert.IsType<Message>(await connection.ReceiveAsync()).Id);
        Assert.Equal("2", Assert.IsType<Presence>(await connection.ReceiveAsync()).Id);
        Assert.Equal("3", Assert.IsType<Iq>(await connection.ReceiveAsync()).Id);
    }

    [Fact]
    public async Task Request_gets_its_answer_and_the_puller_does_not()
    {
        var connection = await _server.AcceptAsync();
        var request = connection.RequestAsync(Ping("bob@example.org/x"));
        var receiving = connection.ReceiveAsync().AsTask();
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        await _server.SendAsync($"<iq type='result' from='bob@example.org/x' id='{id}'/><message id='next'/>");
        Assert.Equal(id, (await request).Id);
        Assert.Equal("next", (await receiving)!.Id);
    }

    [Fact]
    public async Task Answer_from_another_address_is_ignored_T01()
    {
        var connection = await _server.AcceptAsync();
        var request = connection.RequestAsync(Ping("bob@example.org/x"));
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        string[] forgeries = ["from='mallory@example.org/x'", "from='bob@example.org/y'", "from='bob@example.org'", "from='example.org'", "from='@@'", ""];
        foreach (var from in forgeries)
        {
            await _server.SendAsync($"<iq type='result' {from} id='{id}'><forged xmlns='x'/></iq>");
            Assert.Equal(id, (await connection.ReceiveAsync())!.Id);
            Assert.False(request.IsCompleted);
        }

        await _server.SendAsync($"<iq type='result' from='bob@example.org/x' id='{id}'/><message id='next'/>");
        await connection.ReceiveAsync();
        Assert.Null((await request).Payload);
    }

    [Fact]
    public async Task Error_answer_is_a_stanza_exception_even_when_it_says_nothing()
    {
        var connection = await _server.AcceptAsync();
        foreach (var (body, condition) in new[] { ("<error type='auth'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", "forbidden"), ("", "undefined-condition") })
        {
            var request = connection.RequestAsync(Ping("example.org"));
            var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
            await _server.SendAsync($"<iq type='error' from='example.org' id='{id}'>{body}</iq><message/>");
            await connection.ReceiveAsync();
            Assert.Equal(condition, (await Assert.ThrowsAsync<XmppStanzaException>(() => request)).Error.Condition);
        }
    }

    // XEP-0191 §3.4
    [Fact]
    public async Task Blocked_addressee_is_named_with_the_remedy()
    {
        var connection = await _server.AcceptAsync();
        var request = connection.RequestAsync(Ping("bob@example.org/x"));
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        await _server.SendAsync($"<iq type='error' from='bob@example.org/x' id='{id}'><error type='cancel'><not-acceptable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><blocked xmlns='urn:xmpp:blocking:errors'/></error></iq>");
        var e = await Assert.ThrowsAsync<XmppStanzaException>(() => request);
        Assert.True(e.Error.IsBlocked);
        Assert.Contains("bob@example.org/x is blocked by this account", e.Message);
        Assert.Contains("UnblockAsync", e.Message);
    }

    [Fact]
    public async Task Request_without_an_answer_times_out_by_name()
    {
        var time = new ManualTimeProvider();
        _server.Options = _server.Options with { Time = time, RequestTimeout = TimeSpan.FromSeconds(3) };
        var connection = await _server.AcceptAsync();
        var request = connection.RequestAsync(Ping("bob@example.org/x"));
        await time.TimerAsync(TimeSpan.FromSeconds(3));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Contains("bob@example.org/x", (await Assert.ThrowsAsync<TimeoutException>(() => request)).Message);
    }

    [Fact]
    public async Task Iq_that_is_no_request_is_refused()
    {
        var connection = await _server.AcceptAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => connection.RequestAsync(new Iq("result")));
    }

    [Fact]
    public async Task Lost_connection_tells_everybody_the_same()
    {
        var connection = await _server.AcceptAsync();
        var request = connection.RequestAsync(Ping("bob@example.org/x"));
        await _server.ExpectAsync("</iq>");
        _server.Break();
        var lost = await Assert.ThrowsAsync<XmppConnectionException>(async () => await connection.ReceiveAsync());
        Assert.Same(lost, await Assert.ThrowsAsync<XmppConnectionException>(() => request));
        Assert.Same(lost, await Assert.ThrowsAsync<XmppConnectionException>(async () => await connection.ReceiveAsync()));
        Assert.Same(lost, await Assert.ThrowsAsync<XmppConnectionException>(async () => await connection.SendAsync(new Message())));
        Assert.Same(lost, await Assert.ThrowsAsync<XmppConnectionException>(() => connection.RequestAsync(Ping("example.org"))));
    }

    [Fact]
    public async Task Server_that_hangs_up_without_closing_is_a_loss()
    {
        var connection = await _server.AcceptAsync();
        await _server.HangUpAsync();
        Assert.Contains("without closing", (await Assert.ThrowsAsync<XmppConnectionException>(async () => await connection.ReceiveAsync())).Message);
    }

    [Fact]
    public async Task Stream_error_is_passed_on_and_answered_with_the_closing_tag()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<message id='before'/><stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>Replaced by new connection.</text></stream:error></stream:stream>");
        Assert.Equal("before", (await connection.ReceiveAsync())!.Id);
        var error = await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.ReceiveAsync());
        Assert.Equal("conflict", error.Condition);
        Assert.True(error.SentByPeer);
        Assert.Contains(": Replaced by new connection.", error.Message);
        Assert.Equal(FakeServer.StreamEnd, await _server.ExpectEndAsync());
    }

    [Fact]
    public async Task Stream_error_is_what_is_told_although_a_write_failed_before_it_was_read()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>");
        _server.StopReading();
        // by the write itself, or already by the reader
        await Assert.ThrowsAnyAsync<XmppException>(async () => await connection.SendAsync(new Message()));
        Assert.Equal("policy-violation", (await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.ReceiveAsync())).Condition);
        Assert.Equal("policy-violation", (await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.SendAsync(new Message()))).Condition);
    }

    [Theory]
    [InlineData("<message><a></b></message>", "not-well-formed")]
    [InlineData("<!-- hello --><message/>", "restricted-xml")]
    public async Task Ill_formed_input_is_answered_with_the_stream_error(string input, string condition)
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync(input);
        var error = await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.ReceiveAsync());
        Assert.Equal(condition, error.Condition);
        Assert.False(error.SentByPeer);
        var last = await _server.ExpectEndAsync();
        Assert.StartsWith($"<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", last);
        Assert.EndsWith(FakeServer.StreamEnd, last);
    }

    [Fact]
    public async Task Element_over_a_cap_is_counted_and_the_connection_lives_on()
    {
        var log = new LogRecorder();
        _server.Options = _server.Options with { LoggerFactory = log, Limits = new() { MaxStanzaBytes = 1000 } };
        var connection = await _server.AcceptAsync();
        var large = $"<message from='mallory@example.org/r'><body>{new string('x', 2000)}</body></message>";
        await _server.SendAsync(large + large + "<message id='next'/>");
        Assert.Equal("next", (await connection.ReceiveAsync())!.Id);
        Assert.Equal(2, connection.SkippedStanzas);
        Assert.Single(log.Lines, l => l.Contains("mallory@example.org"));
    }

    [Fact]
    public async Task Oversize_stanza_is_refused_and_the_connection_lives_on()
    {
        _server.Options = _server.Options with { MaxSentStanzaBytes = 1000 };
        var connection = await _server.AcceptAsync();
        var refused = await Assert.ThrowsAsync<ArgumentException>(async () => await connection.SendAsync(new Message(new XmppElement("message", XmppNames.Client).Add(new XmppElement("body", XmppNames.Client).WithText(new string('"', 1000))))));
        Assert.Contains("1000", refused.Message);
        Assert.Contains("MaxSentStanzaBytes", refused.Message);
        await Assert.ThrowsAsync<ArgumentException>(async () => await connection.SendAsync(new Message { Id = "\0" }));
        await connection.SendAsync(new Message { Id = "after" });
        Assert.Equal("<message id='after'/>", await _server.ExpectAsync("/>"));
    }

    [Fact]
    public async Task Close_from_here_waits_for_the_closing_tag_and_ends_receiving()
    {
        var connection = await _server.AcceptAsync();
        var receiving = connection.ReceiveAsync().AsTask();
        var request = connection.RequestAsync(Ping("bob@example.org/x"));
        var closing = connection.CloseAsync();
        await _server.ExpectAsync(FakeServer.StreamEnd);
        await _server.SendAsync("<message id='late'/>");
        Assert.Equal("late", (await receiving)!.Id);
        Assert.False(closing.IsCompleted);
        await _server.SendAsync(FakeServer.StreamEnd);
        await closing;
        Assert.Null(await connection.ReceiveAsync());
        await Assert.ThrowsAsync<XmppConnectionException>(() => request);
        await Assert.ThrowsAsync<XmppConnectionException>(async () => await connection.SendAsync(new Message()));
        Assert.Equal("", await _server.ExpectEndAsync());
    }

    [Fact]
    public async Task Close_from_the_server_is_answered_and_ends_receiving()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync(FakeServer.StreamEnd);
        Assert.Null(await connection.ReceiveAsync());
        Assert.Equal(FakeServer.StreamEnd, await _server.ExpectEndAsync());
        Assert.Null(await connection.ReceiveAsync());
    }

    [Fact]
    public async Task Close_gives_up_a_server_that_does_not_answer()
    {
        var time = new ManualTimeProvider();
        _server.Options = _server.Options with { Time = time };
        var connection = await _server.AcceptAsync();
        var receiving = connection.ReceiveAsync().AsTask();
        var disposing = connection.DisposeAsync().AsTask();
        await _server.ExpectAsync(FakeServer.StreamEnd);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(disposing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        await disposing;
        Assert.Null(await receiving);
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Cancelled_receive_loses_nothing()
    {
        var connection = await _server.AcceptAsync();
        using var cancel = new CancellationTokenSource();
        await _server.SendAsync("<message id='cut");
        var receiving = connection.ReceiveAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        await _server.SendAsync(" in two'/>");
        Assert.Equal("cut in two", (await connection.ReceiveAsync())!.Id);
    }

    [Fact]
    public async Task Log_tells_the_life_cycle_and_no_secret_and_no_payload_T21()
    {
        var log = new LogRecorder();
        _server.Options = _server.Options with { LoggerFactory = log };
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<message from='bob@example.org/x'><body>p4yl0ad</body></message>");
        await connection.ReceiveAsync();
        await EndAsync(connection);
        Assert.Contains(log.Lines, l => l.Contains("Connected as alice@example.org/desk"));
        Assert.Contains(log.Lines, l => l.Contains("Disconnected alice@example.org/desk"));
        Assert.DoesNotContain(log.Lines, l => l.Contains("s3cret") || l.Contains("p4yl0ad"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task EndAsync(XmppConnection connection)
    {
        var closing = connection.CloseAsync();
        await _server.ExpectAsync(FakeServer.StreamEnd);
        await _server.SendAsync(FakeServer.StreamEnd);
        await closing;
    }

    private static Iq Ping(string to) => new("get", new XmppElement("ping", XmppNames.Ping)) { To = Jid.Parse(to) };

    private sealed class LogRecorder : ILoggerFactory, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;
        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public bool IsEnabled(LogLevel logLevel) => true;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception));
        public void Dispose()
        {
        }
    }
}
