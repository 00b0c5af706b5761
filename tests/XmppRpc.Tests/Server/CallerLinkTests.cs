using XmppRpc.Frames;
using XmppRpc.Server;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CalleeSide;

namespace XmppRpc.Tests.Server;

public sealed class CallerLinkTests : IAsyncDisposable
{
    private readonly CalleeSide _callee = new(options => options with { MaxRememberedCalls = 10, MaxRememberedReplyBytes = 1000 });
    private readonly CallerLink _link;

    public CallerLinkTests() => _link = new CallerLink(Caller, _callee.Limits.Of(Caller), _callee.Calls.Options);

    public ValueTask DisposeAsync() => _callee.DisposeAsync();

    [Fact]
    public void Low_forgets_what_is_below_and_keeps_what_it_names()
    {
        Add(1, 2, 3, 4, 5);
        _link.Low(new LowFrame(Link, 4, [2]));
        Assert.Equal([2L, 4, 5], Numbers());
        Assert.True(_link.IsOver(1));
        Assert.False(_link.IsOver(2));
        Assert.True(_link.IsOver(3));
        Assert.False(_link.IsOver(4));
        _link.Low(new LowFrame(Link, 5, []));
        Assert.Equal([5L], Numbers());
        Assert.True(_link.IsOver(2));
    }

    [Fact]
    public void Earlier_low_changes_nothing()
    {
        Add(1, 2, 3);
        _link.Low(new LowFrame(Link, 3, []));
        _link.Low(new LowFrame(Link, 2, [1]));
        Assert.True(_link.IsOver(1));
        Assert.True(_link.IsOver(2));
    }

    [Fact]
    public void Huge_low_costs_no_more_than_what_is_here()
    {
        Add(1, 2, 3);
        _link.Low(new LowFrame(Link, 1L << 53, [2]));
        Assert.Equal([2L], Numbers());
        _link.Low(new LowFrame(Link, 1L << 53, []));
        Assert.Empty(Numbers());
    }

    [Fact]
    public void Replies_are_kept_up_to_the_limit_and_make_room_when_forgotten()
    {
        var calls = Add(1, 2, 3);
        var large = new ReplyFrame(new CallId(Link, 1), new byte[600]);
        _link.Keep(calls[0], large);
        _link.Keep(calls[1], large);
        Assert.Same(large, calls[0].KeptReply);
        Assert.Null(calls[1].KeptReply);
        _link.Low(new LowFrame(Link, 2, []));
        _link.Keep(calls[2], large);
        Assert.Same(large, calls[2].KeptReply);
    }

    [Fact]
    public void Reply_of_a_forgotten_call_is_not_kept()
    {
        var call = Add(1)[0];
        _link.Low(new LowFrame(Link, 2, []));
        _link.Keep(call, new ReplyFrame(call.Id, default));
        Assert.Null(call.KeptReply);
    }

    [Fact]
    public void Link_is_full_at_its_limit()
    {
        Add([.. Enumerable.Range(1, 9).Select(i => (long)i)]);
        Assert.False(_link.IsFull);
        Add(10);
        Assert.True(_link.IsFull);
    }

    private ActiveCall[] Add(params long[] numbers) => [.. numbers.Select(number =>
    {
        var call = new ActiveCall(_callee.Calls, Caller, NewCall(number), _callee.Contracts.Find("acme.orders/place", 1)!, _callee.Limits.Of(Caller));
        _link.Add(call);
        return call;
    })];

    private IEnumerable<long> Numbers() => Enumerable.Range(0, 100).Select(number => (long)number).Where(number => _link.Find(number) is not null);
}
