using XmppRpc.TestKit.Time;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>What the connection says for itself is not a stanza of the program: no limit keeps it back.</summary>
public sealed class OwnWordsTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeServer _server = new();

    public OwnWordsTests() => _server.Options = _server.Options with { Time = _time, MaxSentStanzaBytes = 20 };

    [Fact]
    public async Task Ping_leaves_although_it_is_above_what_a_stanza_may_have()
    {
        await _server.AcceptAsync();
        await _time.TimerAsync(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 12; i++)
            _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Contains("<ping xmlns='urn:xmpp:ping'/>", await _server.ExpectAsync("</iq>"));
    }

    [Fact]
    public async Task Last_count_and_closing_tag_leave_too()
    {
        var connection = await _server.AcceptManagedAsync();
        var closing = connection.CloseAsync();
        Assert.Equal("<a xmlns='urn:xmpp:sm:3' h='0'/>" + FakeServer.StreamEnd, (await _server.ExpectAsync(FakeServer.StreamEnd)).Trim());
        await _server.SendAsync(FakeServer.StreamEnd);
        await closing;
    }

    [Fact]
    public async Task Stream_error_leaves_and_is_the_reason()
    {
        var connection = await _server.AcceptManagedAsync();
        await _server.SendAsync("<message><a></b></message>");
        Assert.Equal("not-well-formed", (await Assert.ThrowsAsync<XmppStreamException>(async () => await connection.ReceiveAsync())).Condition);
        Assert.Contains("<not-well-formed ", await _server.ExpectEndAsync());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
