using XmppRpc.LocalServer.Routing;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.LocalServer;

public sealed class AckWindowTests
{
    [Fact]
    public void Acknowledged_stanzas_are_forgotten_and_the_others_kept_in_order()
    {
        var window = Fill(new(10), 5);
        Assert.Equal(AckOutcome.Taken, window.Acknowledge(2));
        Assert.Equal(["3", "4", "5"], Names(window));
        Assert.Equal(AckOutcome.Taken, window.Acknowledge(2));
        Assert.Equal(3u, window.Unacknowledged);
        Assert.Equal(AckOutcome.Taken, window.Acknowledge(5));
        Assert.Empty(Names(window));
    }

    [Theory]
    [InlineData(6u, "TooHigh")]
    [InlineData(1_000_000u, "TooHigh")]
    [InlineData(1u, "TooLow")]
    [InlineData(0u, "TooLow")]
    [InlineData(uint.MaxValue, "TooLow")]
    public void Count_that_cannot_be_changes_nothing(uint handled, string outcome)
    {
        var window = Fill(new(10), 5);
        window.Acknowledge(2);
        Assert.Equal(outcome, window.Acknowledge(handled).ToString());
        Assert.Equal(["3", "4", "5"], Names(window));
    }

    [Fact]
    public void Counts_go_on_from_zero_behind_the_largest_number()
    {
        var window = Fill(new(10, start: uint.MaxValue - 1), 4);
        Assert.Equal(2u, window.Sent);
        Assert.Equal(AckOutcome.Taken, window.Acknowledge(uint.MaxValue));
        Assert.Equal(["2", "3", "4"], Names(window));
        Assert.Equal(AckOutcome.TooHigh, window.Acknowledge(3));
        Assert.Equal(AckOutcome.TooLow, window.Acknowledge(uint.MaxValue - 1));
        Assert.Equal(AckOutcome.Taken, window.Acknowledge(1));
        Assert.Equal(["4"], Names(window));
    }

    [Fact]
    public void Window_above_its_capacity_loses_the_oldest_until_that_is_acknowledged()
    {
        var window = Fill(new(3), 5);
        Assert.False(window.IsComplete);
        Assert.Equal(["3", "4", "5"], Names(window));
        Assert.Equal(5u, window.Unacknowledged);
        window.Acknowledge(1);
        Assert.False(window.IsComplete);
        window.Acknowledge(2);
        Assert.True(window.IsComplete);
        Assert.Equal(["3", "4", "5"], Names(window));
    }

    [Fact]
    public void All_that_is_taken_is_forgotten()
    {
        var window = Fill(new(3), 5);
        Assert.Equal(3, window.TakeAll().Length);
        Assert.Equal((0u, true), (window.Unacknowledged, window.IsComplete));
    }

    [Fact]
    public void Ended_streams_are_known_to_their_account_until_newer_ones_take_their_place()
    {
        var (alice, bob) = (Jid.Parse("alice@localhost"), Jid.Parse("bob@localhost"));
        var ended = new EndedStreams(2);
        ended.Add("1", alice, 7);
        ended.Add("2", bob, 8);
        Assert.Equal((7u, null, null), (ended.Find("1", alice), ended.Find("1", bob), ended.Find("x", alice)));
        ended.Add("3", alice, 9);
        Assert.Equal((null, 8u, 9u), (ended.Find("1", alice), ended.Find("2", bob), ended.Find("3", alice)));
        ended.Clear();
        Assert.Null(ended.Find("3", alice));
        var nothing = new EndedStreams(0);
        nothing.Add("1", alice, 7);
        Assert.Null(nothing.Find("1", alice));
    }

    private static AckWindow Fill(AckWindow window, int count)
    {
        for (var i = 1; i <= count; i++)
            window.Add(new(new XmppElement($"{i}", ""), default));
        return window;
    }

    private static string[] Names(AckWindow window) => [.. window.Kept.Select(sent => sent.Element.Name)];
}
