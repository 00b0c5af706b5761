using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Xml;

namespace XmppRpc.Xmpp.Tests.Services;

/// <summary>XEP-0313 with XEP-0059, without a connection: pages, their ends, and results that others forge.</summary>
public sealed class ArchiveQueryTests
{
    private static readonly Jid Account = Jid.Parse("alice@example.org/desk");
    private static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_page_begins_behind_the_id()
    {
        var query = new ArchiveQuery(Account, after: "id-9", start: Noon, with: Jid.Parse("bob@example.org"), pageSize: 20);
        var request = query.OpenPage();
        Assert.Equal(("set", null), (request.Type, request.To));
        Assert.Equal($"<query xmlns='urn:xmpp:mam:2' queryid='{Id(request)}'><x xmlns='jabber:x:data' type='submit'><field type='hidden' var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field>" +
            "<field var='with'><value>bob@example.org</value></field></x><set xmlns='http://jabber.org/protocol/rsm'><max>20</max><after>id-9</after></set></query>", XmppWriterTests.Write(request.Payload!));
    }

    [Fact]
    public void Without_an_id_it_begins_at_the_time()
    {
        var written = XmppWriterTests.Write(new ArchiveQuery(Account, start: Noon).OpenPage().Payload!);
        Assert.Contains("<field var='start'><value>2026-02-03T12:00:00Z</value></field>", written, StringComparison.Ordinal);
        Assert.Contains("<max>50</max></set>", written, StringComparison.Ordinal);
        Assert.DoesNotContain("start", XmppWriterTests.Write(new ArchiveQuery(Account).OpenPage().Payload!), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("alice@example.org")]
    [InlineData("ALICE@example.org")]
    public void A_result_of_the_own_archive_is_taken(string? from)
    {
        var query = new ArchiveQuery(Account);
        var id = Id(query.OpenPage());
        Assert.True(query.TryTake(Result(id, "1", from)));
        var archived = Assert.Single(query.ClosePage(Fin("1")));
        Assert.Equal(("1", Noon, "bob@example.org/x", 0), (archived.Id, archived.Stamp, archived.Message.From!.ToString(), query.Missing));
    }

    [Theory]
    [InlineData("alice@example.org/desk")]
    [InlineData("alice@example.org/other")]
    [InlineData("example.org")]
    [InlineData("mallory@example.net")]
    [InlineData("@")]
    [InlineData("")]
    public void A_result_from_anybody_else_stays_an_ordinary_message(string from)
    {
        var query = new ArchiveQuery(Account);
        var id = Id(query.OpenPage());
        Assert.False(query.TryTake(Result(id, "1", from)));
        Assert.Empty(query.ClosePage(Fin(null)));
        Assert.Equal(0, query.Missing);
    }

    [Fact]
    public void A_result_without_an_open_query_stays_an_ordinary_message()
    {
        var query = new ArchiveQuery(Account);
        var other = new ArchiveQuery(Account);
        Assert.False(query.TryTake(Result("", "1")));
        var id = Id(query.OpenPage());
        Assert.NotEqual(id, Id(other.OpenPage()));
        Assert.False(other.TryTake(Result(id, "1")));
        Assert.False(query.TryTake(Result("guessed", "1")));
        Assert.False(query.TryTake(new Message()));
        var bounce = Result(id, "1");
        bounce.Type = "error";
        Assert.False(query.TryTake(bounce));
        query.ClosePage(Fin(null));
        Assert.False(query.TryTake(Result(id, "1")));
    }

    [Theory]
    [InlineData("<result xmlns='urn:xmpp:mam:2' queryid='Q'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-02-03T12:00:00Z'/><message xmlns='jabber:client'/></forwarded></result>")]
    [InlineData("<result xmlns='urn:xmpp:mam:2' queryid='Q' id='1'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='jabber:client'/></forwarded></result>")]
    [InlineData("<result xmlns='urn:xmpp:mam:2' queryid='Q' id='1'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-02-03T12:00:00Z'/></forwarded></result>")]
    [InlineData("<result xmlns='urn:xmpp:mam:2' queryid='Q' id='1'/>")]
    public void A_result_that_lacks_something_is_counted(string result)
    {
        var query = new ArchiveQuery(Account);
        var id = Id(query.OpenPage());
        Assert.True(query.TryTake(new Message(Nodes.Element($"<message>{result.Replace("'Q'", $"'{id}'", StringComparison.Ordinal)}</message>"))));
        Assert.Empty(query.ClosePage(Fin(null)));
        Assert.Equal(1, query.Missing);
    }

    [Fact]
    public void A_page_holds_no_more_than_was_asked_for()
    {
        var query = new ArchiveQuery(Account, pageSize: 2);
        var id = Id(query.OpenPage());
        for (var i = 0; i < 5; i++)
            Assert.True(query.TryTake(Result(id, $"{i}")));
        Assert.Equal(["0", "1"], query.ClosePage(Fin("1")).Select(message => message.Id));
        Assert.Equal(3, query.Missing);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArchiveQuery(Account, pageSize: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ArchiveQuery(Account, pageSize: 1001));
    }

    [Fact]
    public void Pages_follow_each_other_until_the_archive_is_complete()
    {
        var query = new ArchiveQuery(Account, pageSize: 1);
        Assert.DoesNotContain("<after>", XmppWriterTests.Write(query.OpenPage().Payload!), StringComparison.Ordinal);
        query.ClosePage(Fin("1"));
        Assert.False(query.IsComplete);
        Assert.Contains("<after>1</after>", XmppWriterTests.Write(query.OpenPage().Payload!), StringComparison.Ordinal);
        query.ClosePage(Fin("2", complete: true));
        Assert.True(query.IsComplete);
    }

    [Fact]
    public void An_empty_page_ends_the_run_and_one_that_leads_nowhere_fails_it()
    {
        var empty = new ArchiveQuery(Account, after: "1");
        empty.OpenPage();
        Assert.Empty(empty.ClosePage(Fin(null)));
        Assert.True(empty.IsComplete);

        var stuck = new ArchiveQuery(Account, after: "1");
        stuck.OpenPage();
        Assert.Throws<XmppAnswerException>(() => stuck.ClosePage(Fin("1")));
    }

    [Fact]
    public async Task A_page_is_filled_when_its_last_message_was_taken_though_the_answer_was_sooner()
    {
        var query = new ArchiveQuery(Account);
        var id = Id(query.OpenPage());
        query.TryTake(Result(id, "1"));
        var filled = query.PageFilled(Fin("2"));
        Assert.False(filled.IsCompleted);
        query.TryTake(Result(id, "2"));
        await filled;
        Assert.Equal(["1", "2"], query.ClosePage(Fin("2")).Select(message => message.Id));
        query.OpenPage();
        Assert.True(query.PageFilled(Fin(null)).IsCompleted);
        query.ClosePage(Fin("3"));
        Assert.Equal(1, query.Missing);
    }

    [Fact]
    public void A_forgotten_id_falls_back_to_the_time_of_the_newest_message_once()
    {
        var query = new ArchiveQuery(Account, after: "gone", start: Noon.AddDays(-1));
        var id = Id(query.OpenPage());
        Assert.True(query.TryFallBack());
        Assert.Contains("<value>2026-02-02T12:00:00Z</value>", XmppWriterTests.Write(query.OpenPage().Payload!), StringComparison.Ordinal);
        query.TryTake(Result(id, "5"));
        query.ClosePage(Fin("5"));
        query.OpenPage();
        Assert.True(query.TryFallBack());
        Assert.Contains("<value>2026-02-03T12:00:00Z</value>", XmppWriterTests.Write(query.OpenPage().Payload!), StringComparison.Ordinal);
        Assert.False(query.TryFallBack());
    }

    [Theory]
    [InlineData("<iq type='result'/>")]
    [InlineData("<iq type='result'><fin xmlns='urn:xmpp:mam:1'/></iq>")]
    public void An_answer_without_fin_is_none(string answer)
    {
        var query = new ArchiveQuery(Account);
        query.OpenPage();
        Assert.Throws<XmppAnswerException>(() => query.ClosePage(new Iq(Nodes.Element(answer))));
    }

    internal static string ResultXml(string queryId, string id, string? from = null) =>
        $"<message {(from is null ? "" : $"from='{from}'")}><result xmlns='urn:xmpp:mam:2' queryid='{queryId}' id='{id}'><forwarded xmlns='urn:xmpp:forward:0'><delay xmlns='urn:xmpp:delay' stamp='2026-02-03T12:00:00Z'/>" +
        $"<message xmlns='jabber:client' from='bob@example.org/x'><body>{id}</body></message></forwarded></result></message>";

    internal static string FinXml(string? last, bool complete = false) =>
        $"<fin xmlns='urn:xmpp:mam:2' {(complete ? "complete='true'" : "")}><set xmlns='http://jabber.org/protocol/rsm'>{(last is null ? "<count>0</count>" : $"<first>0</first><last>{last}</last>")}</set></fin>";

    private static Message Result(string queryId, string id, string? from = null) => new(Nodes.Element(ResultXml(queryId, id, from)));

    private static Iq Fin(string? last, bool complete = false) => new(Nodes.Element($"<iq type='result'>{FinXml(last, complete)}</iq>"));

    private static string Id(Iq request) => request.Payload!.Attribute("queryid")!;
}
