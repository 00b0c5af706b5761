using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Session;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Services;

/// <summary>RFC 6121 §2.</summary>
public sealed class RosterTests : IAsyncDisposable
{
    private static readonly Jid Self = Jid.Parse("orders@example.org/main");
    private readonly FakeServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Roster_is_asked_of_the_own_account_and_read()
    {
        var connection = await _server.AcceptAsync();
        var asked = connection.GetRosterAsync();
        var question = await _server.ExpectAsync("</iq>");
        Assert.Contains("<query xmlns='jabber:iq:roster'/>", question.Replace('"', '\''), StringComparison.Ordinal);
        Assert.DoesNotContain(" to=", question, StringComparison.Ordinal);
        await _server.SendAsync($"<iq type='result' id='{FakeServer.IdOf(question)}'><query xmlns='jabber:iq:roster' ver='7'>"
            + "<item jid='Ann@Example.org' name='Ann' subscription='both' approved='true'><group>admins</group><group>staff</group><group>admins</group><group/></item>"
            + "<item jid='bob@example.org' ask='subscribe' subscription='odd'/><item jid='not@@valid'/><item jid='gone@example.org' subscription='remove'/></query></iq><message/>");
        await connection.ReceiveAsync();
        var roster = await asked;
        Assert.Equal([Jid.Parse("ann@example.org"), Jid.Parse("bob@example.org")], roster.Select(item => item.Jid));
        Assert.Equal(("Ann", RosterSubscription.Both, true, false), (roster[0].Name, roster[0].Subscription, roster[0].IsApproved, roster[0].IsAsking));
        Assert.Equal(["admins", "staff"], roster[0].Groups);
        Assert.Equal((null, RosterSubscription.None, false, true), (roster[1].Name, roster[1].Subscription, roster[1].IsApproved, roster[1].IsAsking));
        Assert.Empty(roster[1].Groups);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("orders@example.org", true)]
    [InlineData("orders@example.org/main", false)]
    [InlineData("example.org", false)]
    [InlineData("mallory@evil.net", false)]
    [InlineData("not@@valid", false)]
    public void Push_counts_only_from_the_own_account(string? from, bool counts)
    {
        var push = Push("set", Item("ann@example.org"));
        push.Element.Set("from", from);
        Assert.Equal(counts, RosterItem.ReadPush(push, Self) is not null);
    }

    [Fact]
    public void Push_has_exactly_one_item_and_is_a_set()
    {
        Assert.Null(RosterItem.ReadPush(Push("get", Item("ann@example.org")), Self));
        Assert.Null(RosterItem.ReadPush(Push("set"), Self));
        Assert.Null(RosterItem.ReadPush(Push("set", Item("ann@example.org"), Item("bob@example.org")), Self));
        Assert.Null(RosterItem.ReadPush(Push("set", Item("not@@valid")), Self));
        Assert.Null(RosterItem.ReadPush(new Iq("set", new XmppElement("query", "urn:x").Add(Item("ann@example.org"))), Self));
        Assert.Equal(RosterSubscription.Removed, RosterItem.ReadPush(Push("set", Item("ann@example.org").Set("subscription", "remove")), Self)!.Subscription);
    }

    private static Iq Push(string type, params XmppElement[] items)
    {
        var query = new XmppElement("query", XmppNames.Roster);
        foreach (var item in items)
            query.Add(item);
        return new Iq(type, query) { Id = "p1" };
    }

    private static XmppElement Item(string jid) => new XmppElement("item", XmppNames.Roster).Set("jid", jid);
}
