using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Session;

namespace XmppRpc.Xmpp.Tests.Services;

/// <summary>The questions as they go over the wire, and answers that are none.</summary>
public sealed class XmppServicesTests : IAsyncDisposable
{
    private static readonly Jid Bob = Jid.Parse("bob@example.org/x");

    private readonly FakeServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Questions_are_answered()
    {
        var connection = await _server.AcceptAsync();
        await AskAsync(connection, c => Nothing(c.PingAsync(Bob)), "<ping xmlns='urn:xmpp:ping'/>", "");
        Assert.Equal(["urn:a"], (await AskAsync(connection, c => c.DiscoverAsync(Bob, "n"), "<query xmlns='http://jabber.org/protocol/disco#info' node='n'/>", "<query xmlns='http://jabber.org/protocol/disco#info'><feature var='urn:a'/></query>")).Features);
        Assert.Equal([new(Bob)], await AskAsync(connection, c => c.ItemsAsync(Bob), "<query xmlns='http://jabber.org/protocol/disco#items'/>", $"<query xmlns='http://jabber.org/protocol/disco#items'><item jid='{Bob}'/></query>"));
        Assert.Equal(new("a", "1"), await AskAsync(connection, c => c.GetVersionAsync(Bob), "<query xmlns='jabber:iq:version'/>", "<query xmlns='jabber:iq:version'><name>a</name><version>1</version></query>"));
        Assert.Equal(2006, (await AskAsync(connection, c => c.GetTimeAsync(Bob), "<time xmlns='urn:xmpp:time'/>", "<time xmlns='urn:xmpp:time'><tzo>Z</tzo><utc>2006-12-19T17:58:35Z</utc></time>")).Year);
        Assert.Equal([Bob], await AskAsync(connection, c => c.GetBlockListAsync(), "<blocklist xmlns='urn:xmpp:blocking'/>", $"<blocklist xmlns='urn:xmpp:blocking'><item jid='{Bob}'/></blocklist>", ""));
        await AskAsync(connection, c => Nothing(c.BlockAsync([Bob, Bob.Bare])), "<block xmlns='urn:xmpp:blocking'><item jid='bob@example.org/x'/><item jid='bob@example.org'/></block>", "", "");
        await AskAsync(connection, c => Nothing(c.UnblockAsync([Bob])), "<unblock xmlns='urn:xmpp:blocking'><item jid='bob@example.org/x'/></unblock>", "", "");
        await AskAsync(connection, c => Nothing(c.UnblockAllAsync()), "<unblock xmlns='urn:xmpp:blocking'/>", "", "");
        await Assert.ThrowsAsync<ArgumentException>(() => connection.BlockAsync([]));
        await Assert.ThrowsAsync<ArgumentException>(() => connection.UnblockAsync([]));
    }

    public static TheoryData<Func<XmppConnection, Task>, string> Questions => new()
    {
        { c => c.DiscoverAsync(Bob), "disco#info" },
        { c => c.ItemsAsync(Bob), "disco#items" },
        { c => c.GetVersionAsync(Bob), "jabber:iq:version" },
        { c => c.GetTimeAsync(Bob), "urn:xmpp:time" },
    };

    [Theory]
    [MemberData(nameof(Questions), DisableDiscoveryEnumeration = true)]
    public async Task An_answer_of_another_shape_is_named(Func<XmppConnection, Task> ask, string ns)
    {
        var connection = await _server.AcceptAsync();
        foreach (var payload in new[] { "", "<other xmlns='urn:x'/>" })
        {
            var failure = await Assert.ThrowsAsync<XmppAnswerException>(() => AskAsync(connection, c => Nothing(ask(c)), ns, payload));
            Assert.Contains(Bob.ToString(), failure.Message, StringComparison.Ordinal);
            Assert.Contains(ns, failure.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("service-unavailable", true, true)]
    [InlineData("feature-not-implemented", true, true)]
    [InlineData("service-unavailable", false, false)]
    [InlineData("feature-not-implemented", false, false)]
    [InlineData("remote-server-not-found", true, false)]
    public async Task Refused_pings_prove_only_that_the_own_server_is_there(string condition, bool own, bool isThere)
    {
        var connection = await _server.AcceptAsync();
        var ping = connection.PingAsync(own ? null : Bob);
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        await _server.SendAsync($"<iq type='error' id='{id}' from='{(own ? "example.org" : Bob)}'><error type='cancel'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq><message/>");
        await connection.ReceiveAsync();
        if (isThere)
            await ping;
        else
            Assert.Equal(condition, (await Assert.ThrowsAsync<XmppStanzaException>(() => ping)).Error.Condition);
    }

    [Fact]
    public async Task The_archive_is_read_page_by_page()
    {
        var connection = await _server.AcceptAsync();
        var query = new ArchiveQuery(connection.Jid, after: "0");
        var others = ReceiveAsync(connection, query);
        var catchingUp = ToListAsync(connection.CatchUpAsync(query));

        await AnswerPageAsync("<after>0</after>", ["1", "2"], ArchiveQueryTests.FinXml("2"));
        await AnswerPageAsync("<after>2</after>", ["3"], ArchiveQueryTests.FinXml("3", complete: true));

        Assert.Equal(["1", "2", "3"], (await catchingUp).Select(message => message.Id));
        Assert.Equal((true, 0), (query.IsComplete, query.Missing));
        await Assert.ThrowsAsync<InvalidOperationException>(() => ToListAsync(connection.CatchUpAsync(query)));
        await _server.SendAsync(FakeServer.StreamEnd);
        Assert.Equal(["forged", "forged"], await others);
    }

    [Fact]
    public async Task A_forgotten_id_is_replaced_by_the_time()
    {
        var connection = await _server.AcceptAsync();
        var query = new ArchiveQuery(connection.Jid, "gone", new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));
        _ = ReceiveAsync(connection, query);
        var catchingUp = ToListAsync(connection.CatchUpAsync(query));
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        await _server.SendAsync($"<iq type='error' id='{id}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
        await AnswerPageAsync("<value>2026-02-01T00:00:00Z</value>", ["1"], ArchiveQueryTests.FinXml("1", complete: true));
        Assert.Equal("1", Assert.Single(await catchingUp).Id);
    }

    [Fact]
    public async Task An_archive_that_is_refused_fails_the_run_and_takes_nothing_more()
    {
        var connection = await _server.AcceptAsync();
        var query = new ArchiveQuery(connection.Jid);
        var catchingUp = ToListAsync(connection.CatchUpAsync(query));
        var request = await _server.ExpectAsync("</iq>");
        await _server.SendAsync($"<iq type='error' id='{FakeServer.IdOf(request)}'><error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>{ArchiveQueryTests.ResultXml(QueryIdOf(request), "1")}");
        var late = Assert.IsType<Message>(await connection.ReceiveAsync());
        await Assert.ThrowsAsync<XmppStanzaException>(() => catchingUp);
        Assert.False(query.TryTake(late));
    }

    [Fact]
    public async Task A_message_that_never_comes_is_counted_and_passed_over()
    {
        var connection = await _server.AcceptAsync();
        var time = new ManualTimeProvider();
        var query = new ArchiveQuery(connection.Jid);
        _ = ReceiveAsync(connection, query);
        var catchingUp = ToListAsync(connection.CatchUpAsync(query, TimeSpan.FromSeconds(7), time));
        await AnswerPageAsync("<max>50</max>", ["1"], ArchiveQueryTests.FinXml("2", complete: true));
        await time.TimerAsync(TimeSpan.FromSeconds(7));
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal("1", Assert.Single(await catchingUp).Id);
        Assert.Equal(1, query.Missing);
    }

    [Fact]
    public async Task Cancelling_ends_the_waiting_for_a_page()
    {
        var connection = await _server.AcceptAsync();
        var time = new ManualTimeProvider();
        var query = new ArchiveQuery(connection.Jid);
        using var cancellation = new CancellationTokenSource();
        _ = ReceiveAsync(connection, query);
        var catchingUp = ToListAsync(connection.CatchUpAsync(query, TimeSpan.FromSeconds(7), time, cancellation.Token));
        await AnswerPageAsync("<max>50</max>", [], ArchiveQueryTests.FinXml("2"));
        await time.TimerAsync(TimeSpan.FromSeconds(7));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => catchingUp);
    }

    // What asks is sent, its answer read; the message behind the answer keeps the receiving from waiting.
    private async Task<T> AskAsync<T>(XmppConnection connection, Func<XmppConnection, Task<T>> ask, string expected, string answer, string from = "bob@example.org/x")
    {
        var asking = ask(connection);
        var request = await _server.ExpectAsync("</iq>");
        Assert.Contains(expected, request, StringComparison.Ordinal);
        await _server.SendAsync($"<iq type='result' {(from.Length == 0 ? "" : $"from='{from}'")} id='{FakeServer.IdOf(request)}'>{answer}</iq><message/>");
        await connection.ReceiveAsync();
        return await asking;
    }

    private async Task AnswerPageAsync(string expected, string[] ids, string fin)
    {
        var request = await _server.ExpectAsync("</iq>");
        Assert.Contains(expected, request, StringComparison.Ordinal);
        await _server.SendAsync(ArchiveQueryTests.ResultXml(QueryIdOf(request), "forged", "mallory@example.org"));
        foreach (var id in ids)
            await _server.SendAsync(ArchiveQueryTests.ResultXml(QueryIdOf(request), id, "alice@example.org"));
        await _server.SendAsync($"<iq type='result' id='{FakeServer.IdOf(request)}'>{fin}</iq>");
    }

    private static string QueryIdOf(string request) => request.Split("queryid='")[1].Split('\'')[0];

    /// <summary>Receives until the end, and returns the archive ids of results that the query did not take.</summary>
    private static async Task<List<string>> ReceiveAsync(XmppConnection connection, ArchiveQuery query)
    {
        var others = new List<string>();
        while (await connection.ReceiveAsync() is { } stanza)
            if (stanza is Message message && !query.TryTake(message))
                others.Add(message.Element.Child("result", XmppNames.Archive)!.Attribute("id")!);
        return others;
    }

    private static async Task<List<ArchivedMessage>> ToListAsync(IAsyncEnumerable<ArchivedMessage> messages)
    {
        var list = new List<ArchivedMessage>();
        await foreach (var message in messages)
            list.Add(message);
        return list;
    }

    private static async Task<bool> Nothing(Task task)
    {
        await task;
        return true;
    }
}
