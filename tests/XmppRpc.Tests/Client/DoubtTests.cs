using XmppRpc.Client;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Timing;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

/// <summary>A peer that seems gone: its calls wait for the same process, are sent again to it, and end when it does not come back.</summary>
public sealed class DoubtTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();
    private readonly TaskCompletionSource<PeerInfo> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DoubtTests()
    {
        _caller.Connect();
        _caller.Discover = (_, _) => _found.Task;
    }

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task Same_process_that_is_found_again_gets_its_open_calls_again()
    {
        var call = _caller.Call();
        var first = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Links.Doubt(Peer, "gone");
        _found.SetResult(Info("x7Kd0w"));
        var again = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal((first.Id, 0, 1), (again.Id, first.Attempt, again.Attempt));
        _caller.Receive(new ReplyFrame(first.Id, Utf8("\"once\"")));
        Assert.Equal("once", await call);
        _caller.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Frame_of_the_link_shows_that_the_process_lives()
    {
        var (answered, open) = (_caller.Call(), _caller.Call());
        var first = await _caller.Sent.NextFrameAsync<CallFrame>();
        var second = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Links.Doubt(Peer, "gone");
        Assert.Null(_caller.Links.Current(Peer));
        _caller.Receive(new ReplyFrame(first.Id, Utf8("\"1\"")));
        Assert.Equal("1", await answered);
        Assert.NotNull(_caller.Links.Current(Peer));
        CallFrame again;
        do
            again = await _caller.Sent.NextFrameAsync<CallFrame>();
        while (again.Id != second.Id);
        Assert.False(open.IsCompleted);
    }

    [Fact]
    public async Task Another_process_under_the_address_ends_the_calls_at_once()
    {
        var call = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Links.Doubt(Peer, "gone");
        _found.SetResult(Info("yyyyyy"));
        var error = await FailsAsync<RpcException>(call);
        Assert.Equal((RpcStatus.Unavailable, RpcOutcome.Unknown), (error.Status, error.Outcome));
        Assert.Contains("restarted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_that_still_waits_to_be_sent_is_sent_once_only()
    {
        _caller.Batcher.Hold();
        var call = _caller.Call();
        _caller.Links.Doubt(Peer, "gone");
        _caller.Links.Learn(Peer, Info("x7Kd0w"));
        _caller.Batcher.Release();
        Assert.Equal(0, (await _caller.Sent.NextFrameAsync<CallFrame>()).Attempt);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        Assert.False(call.IsCompleted);
    }

    [Fact]
    public async Task Stream_that_has_begun_is_resumed_where_it_is()
    {
        var invoker = _caller.Invoker();
        var items = invoker.StreamAsync(Listing, invoker.Begin(), Type<int>(), default).GetAsyncEnumerator();
        var move = items.MoveNextAsync().AsTask();
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        _caller.Receive(ItemsOf(id, isUpload: false, 1, Utf8("[1,2]")));
        Assert.True(await move);
        _caller.Links.Doubt(Peer, "gone");
        _found.SetResult(Info("x7Kd0w"));
        Assert.Equal((id, 3), (await _caller.Sent.NextFrameAsync<ResumeFrame>()) is var resume ? (resume.Id, resume.From) : default);
        _caller.Receive(ItemsOf(id, isUpload: false, 3, Utf8("[3]")));
        _caller.Receive(new EndFrame(id, isUpload: false, 3));
        Assert.True(await items.MoveNextAsync());
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(3, items.Current);
        Assert.False(await items.MoveNextAsync());
    }

    [Fact]
    public async Task New_session_of_our_own_puts_every_peer_in_doubt_and_asks()
    {
        var call = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Links.DoubtAll("our connection was lost");
        _found.SetResult(Info("x7Kd0w"));
        Assert.Equal(1, (await _caller.Sent.NextFrameAsync<CallFrame>()).Attempt);
        Assert.False(call.IsCompleted);
    }

    [Fact]
    public async Task Process_is_asked_for_as_long_as_it_is_in_doubt()
    {
        await using var caller = new CallerSide(NewOptions(_caller.Time) with { PeerGrace = TimeSpan.FromMinutes(1) });
        var asked = new SemaphoreSlim(0);
        var there = false;
        caller.Discover = (jid, _) =>
        {
            asked.Release();
            return there ? Task.FromResult(Info("x7Kd0w")) : Task.FromException<PeerInfo>(new RpcException(RpcStatus.Unavailable, "nobody") { Remote = jid });
        };
        var link = caller.Connect();
        _ = caller.Call(Timeout.InfiniteTimeSpan);
        await caller.Sent.NextFrameAsync<CallFrame>();
        caller.Links.Doubt(Peer, "gone");
        foreach (var pause in new[] { 1, 2, 5, 5, 5 })
        {
            Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(30)));
            await caller.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(pause));
        }
        Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, asked.CurrentCount);
        there = true;
        await caller.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(1, (await caller.Sent.NextFrameAsync<CallFrame>()).Attempt);
        Assert.False(link.IsInDoubt);
    }

    [Fact]
    public async Task Peer_that_shows_us_nothing_is_not_taken_for_another_process()
    {
        var call = _caller.Call();
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Discover = (_, _) => Task.FromResult(new PeerInfo("zzzzzz", [], 65536));
        var refused = await FailsAsync<RpcException>(Call(_caller.Invoker(Jid.Parse("orders@example.org/other"))));
        Assert.Equal((RpcStatus.Unimplemented, RpcOutcome.NotExecuted), (refused.Status, refused.Outcome));
        Assert.Contains("It serves nothing that this account may call", refused.Message, StringComparison.Ordinal);
        _caller.Links.Doubt(Peer, "gone");
        Assert.Equal(RpcStatus.Unimplemented, (await FailsAsync<RpcException>(_caller.Call())).Status);
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"ok\"")));
        Assert.Equal("ok", await call);
    }

    [Fact]
    public void Grace_that_was_over_just_when_the_peer_was_heard_ends_nothing()
    {
        var ended = new List<string>();
        var wheel = new DeadlineWheel(_caller.Time);
        Link? link = null;
        // The one before in the same tick brings the peer back: the grace is out of the wheel by then.
        var peerIsHeard = new Callback(() => Assert.True(link!.Heard()));
        link = new Link(Peer, Info("x7Kd0w"), _caller.Batcher, wheel, (_, reason, _) => ended.Add(reason));
        Assert.True(link.Doubt("gone", TimeSpan.FromSeconds(3)));
        wheel.Set(new Deadline(peerIsHeard), TimeSpan.FromSeconds(3));
        _caller.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Empty(ended);
        Assert.True(link.Doubt("gone again", TimeSpan.FromSeconds(3)));
        _caller.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(["gone again"], ended);
        Assert.True(link.IsWorn);
        wheel.Dispose();
    }

    [Fact]
    public async Task Peer_that_bounces_all_though_it_can_be_found_is_given_up()
    {
        var call = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        _found.SetResult(Info("x7Kd0w"));
        for (var attempt = 1; attempt <= 3; attempt++)
        {
            _caller.Links.Doubt(Peer, "bounced");
            Assert.Equal(attempt, (await _caller.Sent.NextFrameAsync<CallFrame>()).Attempt);
        }
        _caller.Links.Doubt(Peer, "bounced");
        Assert.Equal(RpcOutcome.Unknown, (await FailsAsync<RpcException>(call)).Outcome);
    }

    [Fact]
    public async Task Peer_that_answers_after_a_silence_gets_again_what_it_has_not_shown_to_have()
    {
        var calls = new[] { _caller.Call(), _caller.Call() };
        var heard = await _caller.Sent.NextFrameAsync<CallFrame>();
        var unheard = await _caller.Sent.NextFrameAsync<CallFrame>();
        await _caller.Batcher.FlushAsync();
        _caller.Time.Advance(TimeSpan.FromSeconds(1));
        _caller.Receive(new AckFrame(heard.Id, false, null));
        Assert.Empty(_caller.Links.Silent(TimeSpan.FromSeconds(4)));
        _caller.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal([Peer], _caller.Links.Silent(TimeSpan.FromSeconds(4)));
        Assert.True(_caller.Links.Answered(Peer, 100_000));
        Assert.Equal(unheard.Id, (await _caller.Sent.NextFrameAsync<CallFrame>()).Id);
        Assert.Equal(1, (await _caller.Sent.NextFrameAsync<LowFrame>()).Below);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        Assert.Empty(_caller.Links.Silent(TimeSpan.FromSeconds(5)));
        Assert.All(calls, call => Assert.False(call.IsCompleted));
    }

    [Fact]
    public async Task Call_that_timed_out_or_was_cancelled_in_doubt_is_not_sent_again()
    {
        using var source = new CancellationTokenSource();
        var timed = _caller.Call(TimeSpan.FromSeconds(1));
        var canceled = _caller.Call(token: source.Token);
        await _caller.Sent.NextFrameAsync<CallFrame>();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Links.Doubt(Peer, "gone");
        _caller.Time.Advance(TimeSpan.FromSeconds(2));
        await source.CancelAsync();
        Assert.Equal(RpcOutcome.Unknown, (await FailsAsync<RpcTimeoutException>(timed)).Outcome);
        await FailsAsync<OperationCanceledException>(canceled);
        await _caller.Sent.NextFrameAsync<CancelFrame>();
        await _caller.Sent.NextFrameAsync<CancelFrame>();
        _found.SetResult(Info("x7Kd0w"));
        _caller.Links.Learn(Peer, Info("x7Kd0w"));
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    private sealed class Callback(Action action) : IExpires
    {
        public void Expire() => action();
    }
}
