using XmppRpc.Client;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

public sealed class DeferredPendingCallTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();
    private CallId _id;

    public DeferredPendingCallTests() => _caller.Connect();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task Answer_at_once_needs_no_acknowledgement()
    {
        var taken = await StartAsync();
        Reply("yes");
        var deferred = await taken;
        Assert.Equal("yes", await deferred);
        Assert.Equal(DeferredState.Completed, deferred.State);
        Assert.Equal(_id.ToString(), deferred.Id?.ToString());
    }

    [Fact]
    public async Task Acknowledgement_ends_deadline_and_token_and_the_answer_comes_later()
    {
        using var source = new CancellationTokenSource();
        var taken = await StartAsync(source.Token);
        Ack();
        var deferred = await taken;
        Assert.Equal(DeferredState.Pending, deferred.State);
        await source.CancelAsync();
        _caller.Time.Advance(TimeSpan.FromDays(3));
        Assert.Equal(DeferredState.Pending, deferred.State);
        Reply("yes");
        Assert.Equal("yes", await deferred.WaitAsync(default));
    }

    [Fact]
    public async Task Without_acknowledgement_deadline_and_token_count()
    {
        var late = await StartAsync();
        _caller.Receive(new AckFrame(_id, false, null));
        _caller.Time.Advance(TimeSpan.FromSeconds(31));
        await FailsAsync<RpcTimeoutException>(late);
        await _caller.Sent.NextFrameAsync<CancelFrame>();

        using var source = new CancellationTokenSource();
        var canceled = await StartAsync(source.Token);
        await source.CancelAsync();
        await FailsAsync<OperationCanceledException>(canceled);
    }

    [Fact]
    public async Task Fault_at_once_is_seen_by_who_waits_for_the_acknowledgement()
    {
        var taken = await StartAsync();
        _caller.Receive(new FaultFrame(_id, RpcStatus.NotFound, "no"));
        Assert.Equal(RpcStatus.NotFound, (await FailsAsync<RpcException>(taken)).Status);
    }

    [Fact]
    public async Task Fault_later_is_the_answer()
    {
        var taken = await StartAsync();
        Ack();
        var deferred = await taken;
        _caller.Receive(new FaultFrame(_id, RpcStatus.Fault, "no") { Code = "acme.refused" });
        Assert.Equal("acme.refused", (await FailsAsync<RpcException>(deferred.AsTask())).Code);
        Assert.Equal(DeferredState.Failed, deferred.State);
    }

    [Fact]
    public async Task Peer_that_is_gone_fails_the_answer()
    {
        var taken = await StartAsync();
        Ack();
        var deferred = await taken;
        _caller.Lose();
        Assert.Equal(RpcOutcome.Unknown, (await FailsAsync<RpcException>(deferred.AsTask())).Outcome);
    }

    [Fact]
    public async Task Cancel_asks_the_callee_and_takes_its_word()
    {
        var taken = await StartAsync();
        Ack();
        var deferred = await taken;
        await deferred.CancelAsync();
        Assert.Equal(_id, (await _caller.Sent.NextFrameAsync<CancelFrame>()).Id);
        Assert.Equal(DeferredState.Pending, deferred.State);
        Reply("was on its way");
        Assert.Equal("was on its way", await deferred);
        await deferred.CancelAsync();
        _caller.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.IsType<LowFrame>(await _caller.Sent.NextFrameAsync());
    }

    [Fact]
    public async Task Token_of_the_waiting_does_not_end_the_call()
    {
        var taken = await StartAsync();
        Ack();
        var deferred = await taken;
        using var source = new CancellationTokenSource();
        var waiting = deferred.WaitAsync(source.Token);
        await source.CancelAsync();
        await FailsAsync<OperationCanceledException>(waiting);
        Assert.Equal(DeferredState.Pending, deferred.State);
    }

    [Fact]
    public async Task Progress_is_told_to_every_watcher_the_latest_if_it_is_slow_and_ends_with_the_answer()
    {
        var taken = await StartAsync();
        Ack();
        var deferred = await taken;
        await using var first = deferred.ProgressAsync().GetAsyncEnumerator();
        await using var second = deferred.ProgressAsync().GetAsyncEnumerator();
        var (moveFirst, moveSecond) = (first.MoveNextAsync().AsTask(), second.MoveNextAsync().AsTask());
        Progress(0.1, "a\nb");
        Assert.True(await moveFirst && await moveSecond);
        Assert.Equal(new RpcProgress(0.1, @"a\u000ab"), first.Current);
        Assert.Equal(first.Current, second.Current);
        for (var i = 2; i <= 9; i++)
            Progress(i / 10.0, null);
        Assert.True(await first.MoveNextAsync());
        Assert.Equal(0.9, first.Current.Fraction);
        Reply("yes");
        await deferred;
        Assert.False(await first.MoveNextAsync());
        Assert.Empty(await deferred.ProgressAsync().ToListAsync());
    }

    [Fact]
    public async Task Progress_that_comes_after_the_answer_is_dropped()
    {
        var call = new DeferredPendingCall<string>(_caller.Pending, new(Peer, Later, default, TimeSpan.FromSeconds(30)), Type<string>());
        _caller.Pending.Start(call, _caller.Targets, default);
        _id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        Reply("yes");
        await await call.Taken;
        call.Note(new ProgressFrame(_id, new RpcProgress(1)));
    }

    private async Task<Task<Deferred<string>>> StartAsync(CancellationToken token = default)
    {
        var invoker = _caller.Invoker();
        var taken = invoker.DeferAsync(Later, invoker.Begin(), Type<string>(), token);
        _id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        return taken;
    }

    private void Ack() => _caller.Receive(new AckFrame(_id, true, null));

    private void Reply(string result) => _caller.Receive(new ReplyFrame(_id, Utf8($"\"{result}\"")));

    private void Progress(double fraction, string? text) => _caller.Receive(new ProgressFrame(_id, new RpcProgress(fraction, text)));
}
