using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>A program that takes nothing of what was received: the stream stands still, nothing is lost by it, and memory stays bounded.</summary>
public sealed class SlowProgramTests : IAsyncDisposable
{
    private const string Ping = "<iq type='get' from='bob@example.org/x' id='p'><ping xmlns='urn:xmpp:ping'/></iq>";

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <summary>The line that says that the reader stands still while the program waits for what lies behind.</summary>
    private readonly AwaitedLog _stuck = new(eventId: 12);
    private readonly ManualTimeProvider _time = new();
    private readonly FakeServer _server = new();

    public SlowProgramTests() => _server.Options = _server.Options with
    {
        Reconnect = true,
        Time = _time,
        MinReconnectDelay = Delay,
        MaxReconnectDelay = Delay,
        RequestTimeout = TimeSpan.FromHours(1),
        LoggerFactory = _stuck,
        Entity = new(),
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stream_that_is_not_read_for_lack_of_room_is_not_given_up(bool isManaged)
    {
        _server.Options = _server.Options with { MaxReceivedStanzas = 2, MaxReceivedStanzasWhileAwaited = 2 };
        var connection = isManaged ? await _server.AcceptManagedAsync() : await _server.AcceptAsync();
        await _time.TimerAsync(TimeSpan.FromSeconds(5));
        var asking = connection.RequestAsync(new Iq("get", new("ping", XmppNames.Ping)));
        await _server.SendAsync(Messages(0, 5) + $"<iq type='result' id='{FakeServer.IdOf(await _server.ExpectAsync("</iq>"))}'/>");
        await _stuck.SeenAsync();
        for (var i = 0; i < 100; i++)
            _time.Advance(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 5; i++)
            Assert.Equal($"m{i}", Assert.IsType<Message>(await connection.ReceiveEventAsync()).Id);
        await asking;
        await connection.SendAsync(new Message { Id = "alive" });
        await _server.ExpectAsync("id='alive'");
    }

    [Fact]
    public async Task Loss_is_found_by_a_write_although_the_reader_has_no_room_and_the_session_comes_back()
    {
        _server.Options = _server.Options with { MaxReceivedStanzas = 2, MaxReceivedStanzasWhileAwaited = 2 };
        var connection = await _server.AcceptManagedAsync();
        await _time.TimerAsync(TimeSpan.FromSeconds(5));
        var asking = connection.RequestAsync(new Iq("get", new("ping", XmppNames.Ping)));
        await _server.SendAsync(Messages(0, 5));
        await _stuck.SeenAsync();
        _server.StopReading();
        await connection.SendAsync(new Message { Id = "finds" });
        _time.Advance(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        await BackOffAsync();
        Assert.Equal("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='2'/>", await _server.ExpectResumeAsync());
        await _server.SendAsync("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>" + Messages(2, 3));
        await _server.ExpectAsync("id='finds'");
        Assert.Equal("m0", Assert.IsType<Message>(await connection.ReceiveEventAsync()).Id);
        Assert.Equal("m1", Assert.IsType<Message>(await connection.ReceiveEventAsync()).Id);
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
        for (var i = 2; i < 5; i++)
            Assert.Equal($"m{i}", Assert.IsType<Message>(await connection.ReceiveEventAsync()).Id);
        Assert.False(asking.IsCompleted);
    }

    [Fact]
    public async Task Reconnecting_waits_for_no_program_and_what_was_not_seen_of_it_is_told_as_one()
    {
        _server.Options = _server.Options with { MaxReceivedStanzas = 2 };
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync("<message id='before'/>" + Ping);
        await _server.ExpectAsync("id='p'");
        for (var i = 0; i < 4; i++)
        {
            await connection.SendAsync(new Message { Id = "out" + i });
            await _server.ExpectAsync($"id='out{i}'");
            _server.Break();
            await BackOffAsync();
            await _server.NextConnectionAsync();
            await _server.AuthenticateAsync();
            await _server.OpenAsync(FakeServer.ManagedFeatures);
            await _server.ExpectAsync("<resume ");
            await _server.ExpectAsync("/>");
            await _server.SendAsync($"<failed xmlns='urn:xmpp:sm:3' h='{(i == 0 ? 1 : 0)}'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
            await _server.AnswerBindAsync();
            await _server.EnableAsync("sm-" + i);
        }
        await _server.SendAsync(Ping);
        await _server.ExpectAsync("id='p'");
        await _server.SendAsync("<message id='after'/>");
        Assert.Equal("before", Assert.IsType<Message>(await connection.ReceiveEventAsync()).Id);
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        var started = Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        Assert.False(started.IsResumed);
        Assert.Equal(["out0", "out1", "out2", "out3"], started.Unacknowledged.Select(u => u.Stanza.Id));
        Assert.Equal("after", Assert.IsType<Message>(await connection.ReceiveEventAsync()).Id);
    }

    [Fact]
    public async Task What_came_before_enabled_is_bounded_in_bytes()
    {
        _server.Options = _server.Options with { Reconnect = false, MaxReceivedBytes = 1000 };
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: FakeServer.ManagedFeatures);
        await _server.ExpectAsync("/>");
        await _server.SendAsync($"<message><body>{new string('x', 600)}</body></message><message><body>{new string('y', 600)}</body></message>");
        Assert.Contains("MaxReceivedBytes", (await Assert.ThrowsAsync<XmppStreamException>(() => connecting)).Message);
        Assert.Contains("<policy-violation ", await _server.ExpectEndAsync());
    }

    [Fact]
    public async Task Bytes_of_what_came_before_enabled_count_until_it_is_taken()
    {
        _server.Options = _server.Options with { MaxReceivedBytes = 1000, MaxReceivedBytesWhileAwaited = 1000 };
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: FakeServer.ManagedFeatures);
        await _server.ExpectAsync("/>");
        await _server.SendAsync($"<message id='early'><body>{new string('x', 800)}</body></message><enabled xmlns='urn:xmpp:sm:3' id='sm-1' resume='true'/>");
        var connection = await connecting;
        var asking = connection.RequestAsync(new Iq("get", new("ping", XmppNames.Ping)));
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        await _server.SendAsync($"<message id='late'><body>{new string('x', 150)}</body></message><iq type='result' id='{id}'/>");
        await _stuck.SeenAsync();
        Assert.False(asking.IsCompleted);
        Assert.Equal("early", (await connection.ReceiveAsync())!.Id);
        await asking;
    }

    // the closing tag lies behind it
    [Fact]
    public async Task Close_reads_on_to_the_closing_tag_and_keeps_no_more_than_the_wider_bound()
    {
        _server.Options = _server.Options with { MaxReceivedStanzas = 2, MaxReceivedStanzasWhileAwaited = 5 };
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync(Messages(0, 100));
        var closing = connection.CloseAsync();
        await _server.ExpectAsync(FakeServer.StreamEnd);
        await _server.SendAsync(Messages(100, 100) + FakeServer.StreamEnd);
        await closing;
        for (var i = 0; i < 5; i++)
            Assert.Equal($"m{i}", (await connection.ReceiveAsync())!.Id);
        Assert.Null(await connection.ReceiveAsync());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static string Messages(int first, int count) => string.Concat(Enumerable.Range(first, count).Select(i => $"<message id='m{i}'/>"));

    private async Task BackOffAsync()
    {
        await _time.TimerAsync(Delay);
        _time.Advance(Delay);
    }
}
