using XmppRpc.Client;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

/// <summary>One frame is lost while others come through: the call that is quiet is sent again, at growing distances.</summary>
public sealed class QuietCallTests : IAsyncDisposable
{
    private const long Plenty = 256 * 1024;
    private readonly CallerSide _caller = new();
    private readonly Link _link;

    public QuietCallTests() => _link = _caller.Connect();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task Lost_call_is_sent_again_though_the_link_is_heard_all_the_time()
    {
        var lost = await OpenAsync();
        var times = await RepeatsAsync(lost.Id, seconds: 200, acks: false);
        Assert.Equal([5, 15, 35, 75, 135, 195], times);
    }

    [Fact]
    public async Task Call_that_the_callee_says_to_have_is_sent_again_more_and_more_seldom_as_its_answer_may_be_lost()
    {
        var call = _caller.Call(Timeout.InfiniteTimeSpan);
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        await _caller.Batcher.FlushAsync();
        Assert.Equal([5, 15, 35, 75, 135], await RepeatsAsync(frame.Id, seconds: 140, acks: true));
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"ok\"")));
        Assert.Equal("ok", await call);
    }

    [Fact]
    public async Task Longest_distance_is_a_quarter_of_what_the_callee_remembers_for()
    {
        await using var caller = new CallerSide(NewOptions(_caller.Time) with { LinkRetention = TimeSpan.FromSeconds(40) });
        Assert.Equal([5000, 10_000, 10_000], new[] { 0, 1, 40 }.Select(caller.Pending.PatienceAfter));
        Assert.Equal([5000, 10_000, 60_000], new[] { 0, 1, 40 }.Select(_caller.Pending.PatienceAfter));
    }

    [Fact]
    public async Task Call_on_a_link_that_is_silent_waits_until_its_peer_has_shown_that_it_lives()
    {
        await OpenAsync();
        _caller.Time.Advance(TimeSpan.FromSeconds(5));
        _caller.Links.SendQuietAgain(Plenty);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        Assert.False(_caller.Links.Answered(Peer, Plenty));
        Assert.Equal(1, (await _caller.Sent.NextFrameAsync<CallFrame>()).Attempt);
    }

    [Fact]
    public async Task Call_on_a_link_whose_callee_may_have_forgotten_it_is_not_sent_again()
    {
        var call = _caller.Call(Timeout.InfiniteTimeSpan);
        await _caller.Sent.NextFrameAsync<CallFrame>();
        await _caller.Batcher.FlushAsync();
        _caller.Time.Advance(_caller.Options.LinkRetention / 2);
        Assert.False(_caller.Links.Answered(Peer, Plenty));
        Assert.Equal(RpcOutcome.Unknown, (await FailsAsync<RpcException>(call)).Outcome);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public async Task Call_that_waits_to_be_sent_is_not_quiet()
    {
        _caller.Batcher.Hold();
        _ = _caller.Call(Timeout.InfiniteTimeSpan);
        _caller.Time.Advance(TimeSpan.FromSeconds(20));
        _link.Heard();
        _caller.Links.SendQuietAgain(Plenty);
        _caller.Batcher.Release();
        Assert.Equal(0, (await _caller.Sent.NextFrameAsync<CallFrame>()).Attempt);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public async Task Quiet_calls_are_sent_again_a_few_at_a_time_and_none_is_forgotten()
    {
        var ids = new List<CallId>();
        for (var i = 0; i < 10; i++)
            ids.Add((await OpenAsync()).Id);
        _caller.Time.Advance(TimeSpan.FromSeconds(5));
        var again = new List<CallId>();
        for (var round = 0; round < 5; round++)
        {
            _ = _caller.Wheel.Now;
            _link.Heard();
            _caller.Links.SendQuietAgain(2 * Frame.MaxOverhead);
            again.Add((await _caller.Sent.NextFrameAsync<CallFrame>()).Id);
            again.Add((await _caller.Sent.NextFrameAsync<CallFrame>()).Id);
            Assert.Equal(1, (await _caller.Sent.NextFrameAsync<LowFrame>()).Below);
            await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        }
        Assert.Equal(ids, again);
    }

    [Fact]
    public async Task One_look_covers_a_bounded_number_of_calls_and_the_next_goes_on()
    {
        await OpenAsync();
        await OpenAsync();
        await OpenAsync();
        _caller.Time.Advance(TimeSpan.FromSeconds(5));
        var numbers = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            var (looks, bytes, quiet) = (1, Plenty, new List<PendingCall>());
            _link.AddQuiet(quiet, ref looks, ref bytes);
            numbers.AddRange(quiet.Select(call => call.Id.Number));
        }
        Assert.Equal([1L, 2, 3], numbers);
    }

    [Fact]
    public async Task Link_that_was_idle_is_not_silent_as_soon_as_it_is_used_again()
    {
        _caller.Time.Advance(TimeSpan.FromMinutes(4));
        await OpenAsync();
        Assert.Empty(_caller.Links.Silent(_caller.Options.PeerSilence));
        _caller.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(_caller.Links.Silent(_caller.Options.PeerSilence));
        _caller.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([Peer], _caller.Links.Silent(_caller.Options.PeerSilence));
    }

    [Theory]
    [InlineData(FrameNames.Busy, RpcStatus.ResourceExhausted, RpcOutcome.Unknown)]
    [InlineData(FrameNames.Draining, RpcStatus.ResourceExhausted, RpcOutcome.Unknown)]
    [InlineData(FrameNames.TooLarge, RpcStatus.ResourceExhausted, RpcOutcome.Unknown)]
    [InlineData(null, RpcStatus.PermissionDenied, RpcOutcome.NotExecuted)]
    [InlineData(null, RpcStatus.Canceled, RpcOutcome.NotExecuted)]
    [InlineData(FrameNames.UnknownMethod, RpcStatus.Unimplemented, RpcOutcome.NotExecuted)]
    public async Task Refusal_of_one_copy_is_no_proof_that_no_other_has_run(string? code, RpcStatus status, RpcOutcome outcome)
    {
        var (once, again) = (_caller.Call(Timeout.InfiniteTimeSpan), _caller.Call(Timeout.InfiniteTimeSpan));
        var first = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        var second = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        _caller.Receive(new FaultFrame(first, status, null) { Code = code, Ran = false });
        Assert.Equal(RpcOutcome.NotExecuted, (await FailsAsync<RpcException>(once)).Outcome);
        await _caller.Batcher.FlushAsync();
        _caller.Time.Advance(_caller.Options.PeerSilence);
        _caller.Links.Answered(Peer, Plenty);
        _caller.Receive(new FaultFrame(second, status, null) { Code = code, Ran = false });
        Assert.Equal((status, outcome), await FailsAsync<RpcException>(again) is var error ? (error.Status, error.Outcome) : default);
    }

    private async Task<CallFrame> OpenAsync()
    {
        _ = _caller.Call(Timeout.InfiniteTimeSpan);
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        await _caller.Batcher.FlushAsync();
        return frame;
    }

    /// <summary>The seconds at which the call was sent again, while the link is heard each second.</summary>
    private async Task<List<int>> RepeatsAsync(CallId id, int seconds, bool acks)
    {
        var times = new List<int>();
        for (var second = 1; second <= seconds; second++)
        {
            _caller.Time.Advance(TimeSpan.FromSeconds(1));
            _ = _caller.Wheel.Now;
            _link.Heard();
            _caller.Links.SendQuietAgain(Plenty);
            await _caller.Batcher.FlushAsync();
            while (_caller.Sent.TryNextFrame(out var frame))
                if (frame is CallFrame call && call.Id == id)
                    times.Add(second);
            if (acks && times.LastOrDefault() == second)
                _caller.Receive(new AckFrame(id, deferred: false, null));
        }
        return times;
    }
}
