using XmppRpc.Client;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;

namespace XmppRpc.Tests.Client;

public sealed class LinkTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();
    private readonly Link _link;

    public LinkTests() => _link = _caller.Connect();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public void Numbers_count_from_one_on_an_id_that_begins_with_the_instance()
    {
        Assert.Equal("x7Kd0w", _link.Id[..6]);
        Assert.Equal(20, _link.Id.Length);
        Assert.Equal([1L, 2, 3], Add(3).Select(id => id.Number));
        Assert.Equal(3, _link.OpenCalls);
        Assert.NotNull(_link.Find(2));
        Assert.Null(_link.Find(4));
        Assert.Null(_link.Find(-1));
    }

    [Fact]
    public async Task Low_leaves_with_every_64th_settled_call()
    {
        Add(200);
        for (var i = 1; i <= 63; i++)
            _link.Settle(i);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        _link.Settle(64);
        AssertLow(await _caller.Sent.NextFrameAsync(), 65);
        for (var i = 65; i <= 128; i++)
            _link.Settle(i);
        AssertLow(await _caller.Sent.NextFrameAsync(), 129);
    }

    [Fact]
    public async Task Low_leaves_a_second_after_the_first_settled_call_and_not_again_without_another()
    {
        Add(3);
        _link.Settle(1);
        _link.Settle(1);
        _caller.Time.Advance(TimeSpan.FromMilliseconds(900));
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        _caller.Time.Advance(TimeSpan.FromMilliseconds(150));
        AssertLow(await _caller.Sent.NextFrameAsync(), 2);
        _caller.Time.Advance(TimeSpan.FromSeconds(10));
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        _link.Settle(3);
        _caller.Time.Advance(TimeSpan.FromSeconds(2));
        AssertLow(await _caller.Sent.NextFrameAsync(), 2);
    }

    [Fact]
    public async Task Low_stops_at_an_open_call_until_the_span_is_wide_then_names_it()
    {
        Add(1100);
        var low = await SettleAsync(Enumerable.Range(2, 1099));
        AssertLow(low, 1101, 1);
        Assert.False(_link.IsWorn);
        _link.Settle(1);
        _caller.Time.Advance(TimeSpan.FromSeconds(2));
        AssertLow(await LastLowAsync(), 1101);
    }

    [Fact]
    public async Task Link_with_more_stragglers_than_a_low_can_name_is_worn()
    {
        Add(300 + 17 * 1024);
        var low = await SettleAsync(Enumerable.Range(301, 17 * 1024));
        Assert.Equal(LowFrame.MaxBut, low.But.Length);
        Assert.Equal(257, low.Below);
        Assert.True(_link.IsWorn);
        await SettleAsync(Enumerable.Range(1, 300));
        Assert.False(_link.IsWorn);
    }

    [Fact]
    public void Idle_time_counts_from_the_last_use_and_never_with_open_calls()
    {
        var minute = TimeSpan.FromMinutes(1);
        Add(1);
        _caller.Time.Advance(minute);
        Assert.False(_link.CloseIfIdle(minute));
        // As the stanza does that brought the reply.
        _ = _caller.Wheel.Now;
        _link.Settle(1);
        Assert.False(_link.CloseIfIdle(minute));
        Assert.False(_link.IsWorn);
        _caller.Time.Advance(minute);
        Assert.True(_link.CloseIfIdle(minute));
        Assert.True(_link.IsWorn);
    }

    [Fact]
    public void Closed_link_gives_its_open_calls_and_takes_no_more()
    {
        Add(2);
        Assert.Equal(2, _link.Close().Count);
        Assert.Null(_link.TryAdd(NewCall()));
        Assert.True(_link.IsWorn);
        Assert.Equal(2, _link.OpenCalls);
    }

    private List<CallId> Add(int count) => [.. Enumerable.Range(0, count).Select(_ => _link.TryAdd(NewCall())!.Value)];

    private OneWayCall NewCall() => new(_caller.Pending, new CallRequest(CallerSide.Peer, CallerSide.OneWay, default, TimeSpan.FromSeconds(1)));

    private async Task<LowFrame> SettleAsync(IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
            _link.Settle(number);
        _caller.Time.Advance(TimeSpan.FromSeconds(2));
        return await LastLowAsync();
    }

    private async Task<LowFrame> LastLowAsync()
    {
        var marker = new CancelFrame(new CallId("marker", 1));
        await _caller.Batcher.FlushAsync();
        _caller.Batcher.Append(CallerSide.Peer, marker);
        LowFrame? last = null;
        while (await _caller.Sent.NextFrameAsync() is LowFrame low)
            last = low;
        return last!;
    }

    private void AssertLow(Frame frame, long below, params long[] but)
    {
        var low = Assert.IsType<LowFrame>(frame);
        Assert.Equal((_link.Id, below), (low.Link, low.Below));
        Assert.Equal(but, low.But);
    }
}
