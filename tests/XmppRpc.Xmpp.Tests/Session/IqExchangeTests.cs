using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Tests.Session;

public sealed class IqExchangeTests
{
    // RFC 6120 §8.1.2.1, §10.3
    [Theory]
    [InlineData(null, null, true)]
    [InlineData(null, "alice@example.org", true)]
    [InlineData(null, "example.org", true)]
    [InlineData(null, "alice@example.org/phone", false)]
    [InlineData(null, "bob@example.org", false)]
    [InlineData("alice@example.org", null, true)]
    [InlineData("alice@example.org", "alice@example.org", true)]
    [InlineData("alice@example.org", "example.org", false)]
    [InlineData("example.org", null, true)]
    [InlineData("example.org", "example.org", true)]
    [InlineData("example.org", "alice@example.org", false)]
    [InlineData("example.org", "sub.example.org", false)]
    [InlineData("bob@example.org/x", "bob@example.org/x", true)]
    [InlineData("bob@example.org/x", "BOB@EXAMPLE.ORG/x", true)]
    [InlineData("bob@example.org/x", "bob@example.org/X", false)]
    [InlineData("bob@example.org/x", "bob@example.org", false)]
    [InlineData("bob@example.org/x", null, false)]
    [InlineData("bob@example.org/x", "", false)]
    [InlineData("bob@example.org", "bob@example.org/x", false)]
    [InlineData(null, "", false)]
    [InlineData("example.org", "not a@@jid", false)]
    public void Answer_counts_only_from_the_address_asked(string? to, string? from, bool counts)
    {
        var exchange = new IqExchange(Jid.Parse("alice@example.org/desk"));
        var open = exchange.Open("1", to is null ? null : Jid.Parse(to));
        var answer = new Iq("result") { Id = "1" };
        answer.Element.Set("from", from);
        Assert.Equal(counts, exchange.TryComplete(answer));
        Assert.Equal(counts, open.IsCompleted);
    }

    [Theory]
    [InlineData("get", "1")]
    [InlineData("set", "1")]
    [InlineData("granted", "1")]
    [InlineData(null, "1")]
    [InlineData("result", "2")]
    [InlineData("result", null)]
    public void Other_iq_is_no_answer(string? type, string? id)
    {
        var exchange = new IqExchange(Jid.Parse("alice@example.org/desk"));
        _ = exchange.Open("1", null);
        Assert.False(exchange.TryComplete(new Iq("result") { Id = id, Type = type }));
    }

    [Fact]
    public void Second_answer_and_answer_after_closing_are_not_taken()
    {
        var exchange = new IqExchange(Jid.Parse("alice@example.org/desk"));
        _ = exchange.Open("1", null);
        Assert.True(exchange.TryComplete(new Iq("result") { Id = "1" }));
        Assert.False(exchange.TryComplete(new Iq("result") { Id = "1" }));
        exchange.Close("1");
        Assert.False(exchange.TryComplete(new Iq("result") { Id = "1" }));
    }
}
