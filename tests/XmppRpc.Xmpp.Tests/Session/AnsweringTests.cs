using System.Collections.Frozen;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>What a connection answers by itself, and what it learns of its server's limits.</summary>
public sealed class AnsweringTests : IAsyncDisposable
{
    private readonly FakeServer _server = new();

    public AnsweringTests() => _server.Options = _server.Options with { Entity = new() };

    [Fact]
    public async Task Requests_are_answered_and_not_received()
    {
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<iq type='get' from='bob@example.org/x' id='p'><ping xmlns='urn:xmpp:ping'/></iq><iq type='set' from='bob@example.org/x' id='q'><query xmlns='jabber:iq:roster'/></iq><message id='in'/>");
        Assert.Equal("in", (await connection.ReceiveAsync())!.Id);
        Assert.Equal("<iq type='result' id='p' to='bob@example.org/x'/>", (await _server.ExpectAsync("/>")).Trim());
        Assert.Contains("<service-unavailable ", await _server.ExpectAsync("</iq>"));
    }

    [Fact]
    public async Task Answers_on_a_managed_stream_count_as_sent()
    {
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync("<iq type='get' from='bob@example.org/x' id='p'><ping xmlns='urn:xmpp:ping'/></iq><message/>");
        await connection.ReceiveAsync();
        await _server.ExpectAsync("id='p'");
        // one more than was sent would end the stream
        await _server.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/><message id='in'/>");
        Assert.Equal("in", (await connection.ReceiveAsync())!.Id);
    }

    [Fact]
    public async Task What_the_program_handles_is_received()
    {
        _server.Options = _server.Options with { Entity = new() { HandledNamespaces = FrozenSet.Create(StringComparer.Ordinal, "jabber:iq:last") } };
        var connection = await _server.AcceptAsync();
        await _server.SendAsync("<iq type='get' from='bob@example.org/x' id='l'><query xmlns='jabber:iq:last'/></iq>");
        var request = Assert.IsType<Iq>(await connection.ReceiveAsync());
        await connection.SendAsync(request.CreateResult());
        await _server.ExpectAsync("id='l'");
    }

    [Fact]
    public async Task Whoever_asks_too_much_is_not_answered_any_more()
    {
        _server.Options = _server.Options with { MaxUnackedStanzas = 12 };
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync(string.Concat(Enumerable.Range(0, 10).Select(i => $"<iq type='get' from='bob@example.org/x' id='p{i}'><ping xmlns='urn:xmpp:ping'/></iq>")) + "<message id='in'/>");
        Assert.Equal("in", (await connection.ReceiveAsync())!.Id);
        await _server.ExpectAsync("id='p2'");
        await _server.SendAsync("<a xmlns='urn:xmpp:sm:3' h='3'/><message id='more'/>");
        await connection.ReceiveAsync();
        await connection.SendAsync(new Message { Id = "out" });
        Assert.DoesNotContain("id='p3'", await _server.ExpectAsync("id='out'"));
    }

    [Fact]
    public async Task Answers_take_a_quarter_of_the_bytes_under_way_and_leave_the_rest_to_senders()
    {
        _server.Options = _server.Options with { MaxUnackedBytes = 4000 };
        var connection = await _server.AcceptManagedAsync();
        // 55 bytes each, with an id of four: 18 of them are below 1,000
        await _server.SendAsync(string.Concat(Enumerable.Range(1000, 100).Select(i => $"<iq type='get' from='bob@example.org/x' id='{i}'><ping xmlns='urn:xmpp:ping'/></iq>")) + "<message id='in'/>");
        await connection.ReceiveAsync();
        for (var i = 0; i < 3; i++)
            await connection.SendAsync(new Message { Id = "out" + i, Body = new string('x', 900) });
        var sent = await _server.ExpectAsync("id='out0'");
        Assert.Equal(1000 / "<iq type='result' id='1000' to='bob@example.org/x'/>".Length, sent.Split("<iq ").Length - 1);
        await _server.ExpectAsync("id='out2'");
    }

    [Fact]
    public async Task Sender_that_waits_comes_before_an_answer()
    {
        _server.Options = _server.Options with { MaxUnackedStanzas = 4 };
        var connection = await _server.AcceptManagedAsync();
        for (var i = 0; i < 4; i++)
            await connection.SendAsync(new Message { Id = "out" + i });
        var fifth = connection.SendAsync(new Message { Id = "out4" }).AsTask();
        await _server.SendAsync("<a xmlns='urn:xmpp:sm:3' h='1'/><iq type='get' from='bob@example.org/x' id='p'><ping xmlns='urn:xmpp:ping'/></iq><message id='in'/>");
        await connection.ReceiveAsync();
        await fifth;
        Assert.DoesNotContain("id='p'", await _server.ExpectAsync("id='out4'"));
    }

    [Fact]
    public async Task Component_s_answers_wait_behind_no_more_than_a_quarter_of_what_may_be_queued()
    {
        await using var server = new FakeServer(window: 1024);
        server.Options = server.Options with { Entity = new(), MaxQueuedBytes = 4000 };
        var connection = await server.AcceptAsync();
        await server.SendAsync(string.Concat(Enumerable.Range(1000, 100).Select(i => $"<iq type='get' from='bob@example.org/x' id='{i}'><ping xmlns='urn:xmpp:ping'/></iq>")) + "<message id='in'/>");
        await connection.ReceiveAsync();
        await connection.SendAsync(new Message { Id = "out" });
        var sent = await server.ExpectAsync("id='out'");
        // the pipe holds the first kilobyte, what one write takes along may be as much
        Assert.InRange(sent.Split("<iq ").Length - 1, 1, 60);
    }

    // an answer would have to say it again
    [Theory]
    [InlineData(256, true)]
    [InlineData(257, false)]
    public async Task Request_under_a_very_long_id_is_neither_answered_nor_received(int bytes, bool isAnswered)
    {
        var connection = await _server.AcceptAsync();
        var id = "é" + new string('i', bytes - 2);
        await _server.SendAsync($"<iq type='get' from='bob@example.org/x' id='{id}'><ping xmlns='urn:xmpp:ping'/></iq><message id='in'/>");
        Assert.Equal("in", (await connection.ReceiveAsync())!.Id);
        await connection.SendAsync(new Message { Id = "out" });
        Assert.Equal(isAnswered, (await _server.ExpectAsync("id='out'")).Contains(id, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(FakeServer.BindFeatures)]
    [InlineData(FakeServer.ManagedFeatures)]
    public async Task Answer_that_the_server_would_not_bear_is_not_given(string features)
    {
        _server.Options = _server.Options with { MaxSentStanzaBytes = 600, Entity = new() { Features = [new string('f', 1000)] } };
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: features);
        if (features == FakeServer.ManagedFeatures)
            await _server.EnableAsync();
        var connection = await connecting;
        await _server.SendAsync("<iq type='get' from='bob@example.org/x' id='d'><query xmlns='http://jabber.org/protocol/disco#info'/></iq><iq type='get' from='bob@example.org/x' id='p'><ping xmlns='urn:xmpp:ping'/></iq><message id='in'/>");
        Assert.Equal("in", (await connection.ReceiveAsync())!.Id);
        Assert.StartsWith("<iq type='result' id='p'", (await _server.ExpectAsync("id='p'")).Trim());
    }

    [Fact]
    public async Task Request_that_comes_before_enabled_is_answered()
    {
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: FakeServer.ManagedFeatures);
        await _server.ExpectAsync("/>");
        await _server.SendAsync("<iq type='get' from='bob@example.org/x' id='p'><ping xmlns='urn:xmpp:ping'/></iq><enabled xmlns='urn:xmpp:sm:3' id='sm-1' resume='true'/>");
        await connecting;
        await _server.ExpectAsync("<iq type='result' id='p'");
    }

    [Fact]
    public async Task Entity_that_cannot_be_described_is_refused_before_anything_is_opened() =>
        await Assert.ThrowsAsync<ArgumentException>(() => XmppConnection.ConnectAsync(_server.Options with { Entity = new() { Features = ["a", "a"] }, OpenStream = _ => throw new InvalidOperationException("opened") }));

    // XEP-0478
    [Theory]
    [InlineData(FakeServer.BindFeatures)]
    [InlineData(FakeServer.ManagedFeatures)]
    public async Task Stanza_above_what_the_server_says_it_bears_is_refused_here(string features)
    {
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(features: features.Replace("</stream:features>", "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>2000</max-bytes><idle-seconds>40</idle-seconds></limits></stream:features>", StringComparison.Ordinal));
        if (features == FakeServer.ManagedFeatures)
            await _server.EnableAsync();
        var connection = await connecting;
        Assert.Contains("2000", (await Assert.ThrowsAsync<ArgumentException>(async () => await connection.SendAsync(new Message { Body = new string('x', 2000) }))).Message);
        await connection.SendAsync(new Message { Id = "small" });
        await _server.ExpectAsync("id='small'");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
