using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>XEP-0198 1.6.3, against a scripted server: one test a rule.</summary>
public sealed class ManagedStreamTests : IAsyncDisposable
{
    private const string Request = "<r xmlns='urn:xmpp:sm:3'/>";

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeServer _server = new();

    public ManagedStreamTests() => _server.Options = _server.Options with { Reconnect = true, Time = _time, MinReconnectDelay = Delay, MaxReconnectDelay = Delay };

    // §3: enable comes after binding, before anything else; it asks for resumption
    [Fact]
    public async Task Stream_is_managed_before_the_first_stanza_is_sent()
    {
        _server.Options = _server.Options with { ResumeTimeout = TimeSpan.FromSeconds(77) };
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: FakeServer.ManagedFeatures);
        Assert.Equal("<enable xmlns='urn:xmpp:sm:3' resume='true' max='77'/>", await _server.EnableAsync());
        await connecting;
    }

    [Fact]
    public async Task Server_without_stream_management_and_option_off_are_served_without_it()
    {
        _server.Options = _server.Options with { StreamManagement = false };
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: FakeServer.ManagedFeatures);
        var connection = await connecting;
        await connection.SendAsync(new Message { Id = "first" });
        Assert.Equal("<message id='first'/>", await _server.ExpectAsync("/>"));
    }

    [Fact]
    public async Task Refused_management_is_done_without()
    {
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: FakeServer.ManagedFeatures);
        await _server.ExpectAsync("/>");
        await _server.SendAsync("<failed xmlns='urn:xmpp:sm:3'><unexpected-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
        var connection = await connecting;
        await connection.SendAsync(new Message { Id = "first" });
        Assert.Equal("<message id='first'/>", await _server.ExpectAsync("/>"));
    }

    // §4: the inbound counter starts with <enabled/>; §4: an <r/> is always answered
    [Fact]
    public async Task Stanzas_before_enabled_are_received_and_not_counted()
    {
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: FakeServer.ManagedFeatures);
        await _server.ExpectAsync("/>");
        await _server.SendAsync("<message id='early'/><enabled xmlns='urn:xmpp:sm:3' id='sm-1' resume='true'/><message id='late'/><r xmlns='urn:xmpp:sm:3'/>");
        var connection = await connecting;
        Assert.Equal("early", (await connection.ReceiveAsync())!.Id);
        Assert.Equal("late", (await connection.ReceiveAsync())!.Id);
        await AnswerTimeAsync();
        Assert.Equal("<a xmlns='urn:xmpp:sm:3' h='1'/>", await _server.ExpectAsync("/>"));
    }

    // §4: only stanzas count; a skipped one does, or it would come again for ever (T-06)
    [Fact]
    public async Task Messages_presences_iqs_and_skipped_ones_count_and_nothing_else_does()
    {
        _server.Options = _server.Options with { Limits = new() { MaxStanzaBytes = 1000 } };
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync($"<message/> <presence/>{Request}<iq type='result' id='x'/><foo xmlns='bar'/><message>{new string('x', 2000)}</message><message id='last'/>\n{Request}");
        for (var i = 0; i < 4; i++)
            await connection.ReceiveAsync();
        await AnswerTimeAsync();
        await _server.ExpectAsync("h='5'/>");
        Assert.Equal(1, connection.SkippedStanzas);
    }

    [Fact]
    public async Task Answer_to_a_request_goes_with_the_stanza_that_is_sent_next()
    {
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync($"<message/>{Request}<message/>{Request}<message id='last'/>");
        for (var i = 0; i < 3; i++)
            await connection.ReceiveAsync();
        await connection.SendAsync(new Message { Id = "out" });
        Assert.Equal("<message id='out'/><a xmlns='urn:xmpp:sm:3' h='3'/>", await _server.ExpectAsync("h='3'/>"));
        _time.Advance(TimeSpan.FromMilliseconds(5));
        await connection.SendAsync(new Message { Id = "next" });
        Assert.Equal("<message id='next'/>", (await _server.ExpectAsync("'next'/>")).Trim());
    }

    // §4 and §8: acknowledgements are asked for in time, not for each stanza
    [Fact]
    public async Task Acknowledgement_is_asked_for_after_fifty_stanzas_and_after_a_fifth_of_a_second()
    {
        var connection = await _server.AcceptManagedAsync();
        for (var i = 1; i < 50; i++)
            await connection.SendAsync(new Message { Id = "m" + i });
        Assert.DoesNotContain(Request, await _server.ExpectAsync("'m49'/>"));
        await connection.SendAsync(new Message { Id = "m50" });
        Assert.Equal("<message id='m50'/>" + Request, await _server.ExpectAsync(Request));
        await connection.SendAsync(new Message { Id = "m51" });
        await _server.ExpectAsync("'m51'/>");
        _time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.DoesNotContain("<r", _server.Pending);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(Request, await _server.ExpectAsync(Request));
    }

    [Fact]
    public async Task Acknowledgement_is_asked_for_behind_much()
    {
        var connection = await _server.AcceptManagedAsync();
        await connection.SendAsync(Large("big", 33_000));
        Assert.EndsWith("</message>" + Request, await _server.ExpectAsync(Request));
    }

    // §4: an acknowledgement beyond what was sent
    [Fact]
    public async Task Handled_count_that_is_too_high_ends_the_stream_and_the_session()
    {
        var connection = await _server.AcceptManagedAsync();
        await connection.SendAsync(new Message { Id = "m1" });
        await _server.ExpectAsync("/>");
        await _server.SendAsync("<a xmlns='urn:xmpp:sm:3' h='2'/>");
        Assert.Contains("<stream:error><undefined-condition xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><handled-count-too-high xmlns='urn:xmpp:sm:3' h='2' send-count='1'/></stream:error>", await _server.ExpectEndAsync());
        var lost = Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        Assert.Equal("handled-count-too-high", Assert.IsType<XmppStreamException>(lost.Reason).ApplicationCondition);
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: FakeServer.ManagedFeatures);
        await _server.EnableAsync("sm-2");
        var started = Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        Assert.False(started.IsResumed);
        Assert.Equal("m1", Assert.Single(started.Unacknowledged).Stanza.Id);
    }

    // §5: resumption before binding, with our count; the rest is sent again, in order and unchanged
    [Fact]
    public async Task Lost_stream_is_resumed_and_what_was_not_handled_is_sent_again()
    {
        var connection = await _server.AcceptManagedAsync();
        foreach (var id in new[] { "m1", "m2", "m3" })
            await connection.SendAsync(new Message { Id = id });
        await _server.ExpectAsync("'m3'/>");
        await _server.SendAsync("<message id='in1'/>");
        Assert.Equal("in1", (await connection.ReceiveAsync())!.Id);
        _server.Break();
        Assert.IsType<XmppConnectionException>(Assert.IsType<SessionLost>(await connection.ReceiveEventAsync()).Reason);
        var waiting = connection.SendAsync(new Message { Id = "m4" }).AsTask();
        Assert.False(waiting.IsCompleted);
        await BackOffAsync();

        Assert.Equal("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='1'/>", await _server.ExpectResumeAsync());
        await _server.SendAsync("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='1'/><message id='in2'/>");

        var started = Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        Assert.True(started.IsResumed);
        Assert.Empty(started.Unacknowledged);
        Assert.Equal("in2", Assert.IsType<Message>(await connection.ReceiveEventAsync()).Id);
        await waiting;
        Assert.Equal("<message id='m2'/><message id='m3'/>" + Request, (await _server.ExpectAsync(Request)).Trim());
        Assert.Equal("<message id='m4'/>", await _server.ExpectAsync("'m4'/>"));
        // the counters go on
        await _server.SendAsync("<a xmlns='urn:xmpp:sm:3' h='4'/><r xmlns='urn:xmpp:sm:3'/>");
        await AnswerTimeAsync();
        await _server.ExpectAsync("<a xmlns='urn:xmpp:sm:3' h='2'/>");
    }

    [Fact]
    public async Task Open_request_gets_its_answer_after_a_resumption()
    {
        var connection = await _server.AcceptManagedAsync();
        var request = connection.RequestAsync(new Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = Jid.Parse("bob@example.org/x") });
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        _server.Break();
        await connection.ReceiveEventAsync();
        await BackOffAsync();
        await _server.ExpectResumeAsync();
        await _server.SendAsync($"<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='1'/><iq type='result' from='bob@example.org/x' id='{id}'/>");
        Assert.Equal(id, (await request).Id);
    }

    // §5: a <failed/> with h tells what was handled, without h nothing; binding follows on the same stream
    [Theory]
    [InlineData(" h='1'", "m2")]
    [InlineData("", "m1 m2")]
    [InlineData(" h='9'", "m1 m2")]
    public async Task Failed_resumption_hands_up_what_is_uncertain_and_binds_the_same_resource(string handled, string uncertain)
    {
        var connection = await _server.AcceptManagedAsync();
        await connection.SendAsync(new Message { Id = "m1", Type = "headline" });
        await connection.SendAsync(new Message { Id = "m2", Type = "chat" });
        var request = connection.RequestAsync(new Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = Jid.Parse("bob@example.org/x") });
        await _server.ExpectAsync("</iq>");
        _server.Break();
        await connection.ReceiveEventAsync();
        await BackOffAsync();
        await _server.ExpectResumeAsync();
        await _server.SendAsync($"<failed xmlns='urn:xmpp:sm:3'{handled}><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
        Assert.Contains("<resource>desk</resource>", await AnswerBindAsync());
        await _server.EnableAsync("sm-2");

        var started = Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        Assert.False(started.IsResumed);
        Assert.Equal(uncertain, string.Join(' ', started.Unacknowledged.Where(u => u.Stanza is Message).Select(u => u.Stanza.Id)));
        Assert.All(started.Unacknowledged, stanza => Assert.False(stanza.IsSuspect));
        Assert.Contains("not known", (await Assert.ThrowsAsync<XmppConnectionException>(() => request)).Message);
        // nothing of the old session is sent on the new one
        await connection.SendAsync(new Message { Id = "m3" });
        Assert.Equal("<message id='m3'/>", await _server.ExpectAsync("/>"));
    }

    [Fact]
    public async Task Resource_that_was_random_stays_the_same_in_the_next_session()
    {
        _server.Options = _server.Options with { Jid = Jid.Parse("alice@example.org") };
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync("alice@example.org/chosen-by-server");
        var connection = await connecting;
        _server.Break();
        await connection.ReceiveEventAsync();
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeServer.BindFeatures);
        Assert.Contains("<resource>chosen-by-server</resource>", await AnswerBindAsync());
        Assert.Equal("alice@example.org/desk", Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).Jid.ToString());
        Assert.Equal("alice@example.org/desk", connection.Jid.ToString());
    }

    // §4: without the last <a/> an XMPP server bounces what was delivered (F-04); closed in order, the session is not resumed
    [Fact]
    public async Task Close_tells_the_last_count_before_the_closing_tag()
    {
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync("<message id='1'/><message id='2'/>");
        await connection.ReceiveAsync();
        await connection.ReceiveAsync();
        var closing = connection.CloseAsync();
        Assert.Equal("<a xmlns='urn:xmpp:sm:3' h='2'/>" + FakeServer.StreamEnd, (await _server.ExpectAsync(FakeServer.StreamEnd)).Trim());
        await _server.SendAsync(FakeServer.StreamEnd);
        await closing;
        Assert.Null(await connection.ReceiveEventAsync());
    }

    [Fact]
    public async Task Stream_that_the_server_closed_in_order_is_not_resumed()
    {
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync(FakeServer.StreamEnd);
        await _server.ExpectEndAsync();
        await connection.ReceiveEventAsync();
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeServer.ManagedFeatures);
        await AnswerBindAsync();
        await _server.EnableAsync("sm-2");
        Assert.False(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
    }

    // T-06: what our reader dies of comes again with each resumption
    [Fact]
    public async Task Session_is_given_up_when_its_resumption_ends_at_the_same_stanza_again()
    {
        const string Poison = "<message><a></b></message>";
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync("<message id='good'/>" + Poison);
        await connection.ReceiveAsync();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await _server.ExpectResumeAsync();
        await _server.SendAsync("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>" + Poison);
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeServer.ManagedFeatures);
        Assert.Contains("<bind", await AnswerBindAsync());
        await _server.EnableAsync("sm-2");
        Assert.False(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
    }

    // what Prosody 0.12 resumes may never be heard again; without end it would be resumed, and dead, again
    [Fact]
    public async Task Resumed_session_that_is_not_heard_is_not_resumed_again()
    {
        var connection = await _server.AcceptManagedAsync();
        await connection.SendAsync(new Message { Id = "unheard" });
        await _server.ExpectAsync("'unheard'/>");
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await _server.ExpectResumeAsync();
        await _server.SendAsync("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
        await _time.TimerAsync(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 6; i++)
            _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("silent", Assert.IsType<SessionLost>(await connection.ReceiveEventAsync()).Reason.Message);
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeServer.ManagedFeatures);
        Assert.Contains("<bind", await AnswerBindAsync());
        await _server.EnableAsync("sm-2");
        var started = Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        Assert.Equal("unheard", Assert.Single(started.Unacknowledged).Stanza.Id);
    }

    // it would end each time: a session is worth less than the connection
    [Theory]
    [InlineData("<stream:error><invalid-xml xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")]
    [InlineData("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")]
    [InlineData("<resumed xmlns='urn:xmpp:sm:3' previd='another' h='0'/>")]
    [InlineData("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='9'/>")]
    [InlineData("<message><a></b></message>")]
    public async Task Session_whose_resumption_ends_the_stream_is_dropped_at_once(string answer)
    {
        var connection = await _server.AcceptManagedAsync();
        await connection.SendAsync(new Message { Id = "m1" });
        await _server.ExpectAsync("'m1'/>");
        // what makes the connection give up the fourth time: none of it may be counted already
        for (var i = 0; i < 3; i++)
        {
            await _server.SendAsync("<stream:error><invalid-xml xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
            Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
            await BackOffAsync();
            await _server.ExpectResumeAsync();
            await _server.SendAsync("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
            Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        }
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await _server.ExpectResumeAsync();
        await _server.SendAsync(answer);
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeServer.ManagedFeatures);
        Assert.Contains("<bind", await AnswerBindAsync());
        await _server.EnableAsync("sm-2");
        Assert.Equal("m1", Assert.Single(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).Unacknowledged).Stanza.Id);
    }

    // neither says anything about the session
    [Theory]
    [InlineData(true, "<stream:error><system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")]
    [InlineData(false, "<stream:error><invalid-xml xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>")]
    public async Task Session_outlives_an_attempt_that_fails_for_another_reason(bool isAsked, string error)
    {
        var connection = await _server.AcceptManagedAsync();
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        if (isAsked)
            await _server.ExpectResumeAsync();
        else
            await _server.NextConnectionAsync();
        await _server.SendAsync((isAsked ? "" : FakeServer.Header) + error);
        await BackOffAsync();
        Assert.Contains("previd='sm-1'", await _server.ExpectResumeAsync());
    }

    // it shrinks for a server that was overrun, and that may have been long ago
    [Theory]
    [InlineData(58, 2)]
    [InlineData(61, 4)]
    public async Task Halved_window_is_whole_again_after_a_session_that_was_stable(int seconds, int window)
    {
        _server.Options = _server.Options with { MaxUnackedStanzas = 4, IdleTimeout = TimeSpan.FromHours(1) };
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync("<stream:error><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
        await NextSessionAsync(connection, "sm-2");
        await ExpectWindowAsync(connection, 2, acknowledged: 2);
        _time.Advance(TimeSpan.FromSeconds(seconds));
        await _server.SendAsync(FakeServer.StreamEnd);
        await NextSessionAsync(connection, "sm-3");
        await ExpectWindowAsync(connection, window, acknowledged: 1);
    }

    [Theory]
    [InlineData(3, int.MaxValue)]
    [InlineData(int.MaxValue, 3000)]
    public async Task Senders_wait_while_too_much_is_unacknowledged(int maxStanzas, int maxBytes)
    {
        _server.Options = _server.Options with { MaxUnackedStanzas = maxStanzas, MaxUnackedBytes = maxBytes };
        var connection = await _server.AcceptManagedAsync();
        for (var i = 0; i < 3; i++)
            await connection.SendAsync(Large("m" + i, 1000));
        var fourth = connection.SendAsync(Large("m3", 1000)).AsTask();
        using var cancel = new CancellationTokenSource();
        var canceled = connection.SendAsync(Large("never", 1000), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        Assert.False(fourth.IsCompleted);
        await _server.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/>");
        await fourth;
        Assert.DoesNotContain("never", await _server.ExpectAsync("id='m3'"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task NextSessionAsync(XmppConnection connection, string id)
    {
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeServer.ManagedFeatures);
        await AnswerBindAsync();
        await _server.EnableAsync(id);
        Assert.False(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
    }

    /// <summary>So many stanzas leave, and one more when as many as told are acknowledged.</summary>
    private async Task ExpectWindowAsync(XmppConnection connection, int stanzas, int acknowledged)
    {
        for (var i = 0; i < stanzas; i++)
            await connection.SendAsync(new Message());
        var next = connection.SendAsync(new Message { Id = "next" }).AsTask();
        Assert.False(next.IsCompleted);
        await _server.SendAsync($"<a xmlns='urn:xmpp:sm:3' h='{acknowledged}'/>");
        await next;
        await _server.ExpectAsync("'next'/>");
        await _server.SendAsync($"<a xmlns='urn:xmpp:sm:3' h='{stanzas + 1}'/><message id='taken'/>");
        Assert.Equal("taken", (await connection.ReceiveAsync())!.Id);
    }

    private static Message Large(string id, int bytes)
    {
        var message = new Message { Id = id };
        message.Element.Add(new XmppElement("body", XmppNames.Client).WithText(new string('x', bytes)));
        return message;
    }

    private async Task<string> AnswerBindAsync()
    {
        var request = await _server.ExpectAsync("</iq>");
        await _server.SendAsync($"<iq type='result' id='{FakeServer.IdOf(request)}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/desk</jid></bind></iq>");
        return request;
    }

    private async Task AnswerTimeAsync()
    {
        await _time.TimerAsync(TimeSpan.FromMilliseconds(5));
        _time.Advance(TimeSpan.FromMilliseconds(5));
    }

    private async Task BackOffAsync()
    {
        await _time.TimerAsync(Delay);
        _time.Advance(Delay);
    }
}
