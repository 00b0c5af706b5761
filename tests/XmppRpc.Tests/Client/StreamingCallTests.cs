using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Timing;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

public sealed class StreamingCallTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();
    private CallId _id;

    public StreamingCallTests() => _caller.Connect();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task Items_come_in_order_and_the_end_ends_them()
    {
        await using var items = await StartAsync();
        Items(1, 10, 11);
        Items(3, 12);
        End(3);
        Assert.Equal([10, 11, 12], await RestAsync(items));
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Nothing_is_sent_before_the_first_move_and_each_enumeration_is_a_call_of_its_own()
    {
        var invoker = _caller.Invoker();
        var stream = invoker.StreamAsync(Listing, invoker.Begin(), Type<int>(), default);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        for (var round = 1; round <= 2; round++)
        {
            var items = stream.GetAsyncEnumerator();
            var move = items.MoveNextAsync().AsTask();
            var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
            Assert.Equal((new Credit(8, 1000), null, round), (frame.Credit!.Value, frame.TimeToLive, frame.Id.Number));
            _caller.Receive(new EndFrame(frame.Id, isUpload: false, 0));
            Assert.False(await move);
            await items.DisposeAsync();
        }
    }

    [Fact]
    public async Task Call_of_which_nothing_is_heard_is_repeated_and_once_it_is_its_stream_is_asked_for()
    {
        _caller.Connect();
        var invoker = _caller.Invoker(timeout: Timeout.InfiniteTimeSpan);
        await using var items = invoker.StreamAsync(Listing, invoker.Begin(), Type<int>(), default).GetAsyncEnumerator();
        var move = items.MoveNextAsync().AsTask();
        var first = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Time.Advance(_caller.Options.StreamProbeInterval + DeadlineWheel.Tick);
        var again = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal((first.Id, 1), (again.Id, again.Attempt));
        _caller.Receive(new AckFrame(first.Id, deferred: false, null));
        _caller.Time.Advance(_caller.Options.StreamProbeInterval + DeadlineWheel.Tick);
        Assert.Equal(1, (await _caller.Sent.NextFrameAsync<ResumeFrame>()).From);
        _caller.Receive(new EndFrame(first.Id, isUpload: false, 0));
        Assert.False(await move);
    }

    [Fact]
    public async Task Credit_is_granted_when_half_of_the_items_are_consumed()
    {
        await using var items = await StartAsync();
        Items(1, 0, 1, 2);
        Items(4, 3);
        Items(5, 4);
        for (var i = 0; i < 3; i++)
            Assert.True(await items.MoveNextAsync());
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        Assert.True(await items.MoveNextAsync());
        var credit = await _caller.Sent.NextFrameAsync<CreditFrame>();
        Assert.Equal((_id, 4, new Credit(12, 1000 + "[0,1,2][3]".Length)), (credit.Id, credit.Got, credit.Credit));
    }

    [Fact]
    public async Task Credit_is_granted_when_half_of_the_bytes_are_consumed()
    {
        await using var items = await StartAsync<string>();
        var text = new string('x', 496);
        _caller.Receive(ItemsOf(_id, isUpload: false, 1, Utf8($"[\"{text}\"]")));
        Assert.True(await items.MoveNextAsync());
        var credit = await _caller.Sent.NextFrameAsync<CreditFrame>();
        Assert.Equal((1, new Credit(9, 1500)), (credit.Got, credit.Credit));
    }

    [Fact]
    public async Task Items_that_came_twice_are_dropped()
    {
        await using var items = await StartAsync();
        Items(1, 0, 1);
        Items(1, 0, 1);
        Items(2, 1);
        Items(3, 2);
        End(3);
        Assert.Equal([0, 1, 2], await RestAsync(items));
    }

    [Fact]
    public async Task Missing_items_are_asked_for_once_and_taken_when_they_come_again()
    {
        await using var items = await StartAsync();
        Items(1, 0, 1);
        Items(4, 3);
        Items(5, 4);
        Assert.Equal((_id, 3), (await _caller.Sent.NextFrameAsync<ResumeFrame>()) is var resume ? (resume.Id, resume.From) : default);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        Items(2, 1, 2);
        Items(4, 3, 4);
        End(5);
        Assert.Equal([0, 1, 2, 3, 4], await RestAsync(items));
    }

    [Fact]
    public async Task End_before_the_last_items_asks_for_them_and_ends_when_they_have_come()
    {
        await using var items = await StartAsync();
        Items(1, 0, 1);
        End(3);
        Assert.Equal(3, (await _caller.Sent.NextFrameAsync<ResumeFrame>()).From);
        Items(3, 2);
        Assert.Equal([0, 1, 2], await RestAsync(items));
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task End_with_fewer_items_than_have_come_interrupts()
    {
        await using var items = await StartAsync();
        Items(1, 0, 1);
        End(1);
        Assert.Equal(2, (await InterruptedAsync(items, 0, 1)).LastSequence);
    }

    [Fact]
    public async Task More_items_than_the_credit_interrupt()
    {
        await using var items = await StartAsync();
        Items(1, 0, 1, 2, 3, 4, 5, 6, 7, 8);
        Assert.Equal(0, (await InterruptedAsync(items)).LastSequence);
    }

    [Fact]
    public async Task More_bytes_than_the_credit_interrupt()
    {
        await using var items = await StartAsync<string>();
        // The last item may begin just below the credit and end above it.
        _caller.Receive(ItemsOf(_id, isUpload: false, 1, Utf8($"[\"{new string('x', 995)}\"]")));
        _caller.Receive(ItemsOf(_id, isUpload: false, 2, Utf8($"[\"{new string('y', 995)}\"]")));
        _caller.Receive(ItemsOf(_id, isUpload: false, 3, Utf8("[\"z\"]")));
        Assert.True(await items.MoveNextAsync());
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(2, (await FailsAsync<RpcStreamInterruptedException>(items.MoveNextAsync().AsTask())).LastSequence);
    }

    [Fact]
    public async Task Empty_batch_is_nothing()
    {
        await using var items = await StartAsync();
        Items(1);
        Items(1, 5);
        End(1);
        Assert.Equal([5], await RestAsync(items));
    }

    [Fact]
    public async Task Fault_after_items_comes_after_them()
    {
        await using var items = await StartAsync();
        Items(1, 0, 1);
        _caller.Receive(new FaultFrame(_id, RpcStatus.NotFound, "no more") { Code = "acme.gone", ItemsBefore = 2, Ran = true });
        Assert.True(await items.MoveNextAsync());
        Assert.True(await items.MoveNextAsync());
        var error = await FailsAsync<RpcException>(items.MoveNextAsync().AsTask());
        Assert.Equal((RpcStatus.NotFound, "acme.gone", RpcOutcome.Executed), (error.Status, error.Code, error.Outcome));
    }

    [Fact]
    public async Task Fault_before_the_last_items_comes_after_them()
    {
        await using var items = await StartAsync();
        Items(1, 0);
        _caller.Receive(new FaultFrame(_id, RpcStatus.NotFound, "no more") { ItemsBefore = 2 });
        Assert.Equal(2, (await _caller.Sent.NextFrameAsync<ResumeFrame>()).From);
        Items(2, 1);
        Assert.True(await items.MoveNextAsync());
        Assert.True(await items.MoveNextAsync());
        Assert.Equal(RpcStatus.NotFound, (await FailsAsync<RpcException>(items.MoveNextAsync().AsTask())).Status);
    }

    [Fact]
    public async Task Fault_before_any_item_is_the_outcome()
    {
        await using var items = await StartAsync();
        _caller.Receive(new FaultFrame(_id, RpcStatus.PermissionDenied, "no") { Ran = false });
        var error = await FailsAsync<RpcException>(items.MoveNextAsync().AsTask());
        Assert.Equal((RpcStatus.PermissionDenied, RpcOutcome.NotExecuted), (error.Status, error.Outcome));
    }

    [Fact]
    public async Task Reply_is_no_end_of_a_stream()
    {
        await using var items = await StartAsync();
        Items(1, 0);
        _caller.Receive(new ReplyFrame(_id, Utf8("7")));
        await InterruptedAsync(items, 0);
    }

    [Fact]
    public async Task Unreadable_item_ends_the_stream_and_cancels_it()
    {
        await using var items = await StartAsync();
        Items(1, 0);
        _caller.Receive(ItemsOf(_id, isUpload: false, 2, Utf8("[\"text\"]")));
        Assert.True(await items.MoveNextAsync());
        var error = await FailsAsync<RpcException>(items.MoveNextAsync().AsTask());
        Assert.Equal((RpcStatus.Internal, RpcOutcome.Executed), (error.Status, error.Outcome));
        Assert.IsType<CancelFrame>(await _caller.Sent.NextFrameAsync());
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Consumer_that_stops_cancels_the_call()
    {
        var items = await StartAsync();
        Items(1, 0, 1);
        Assert.True(await items.MoveNextAsync());
        await items.DisposeAsync();
        Assert.Equal(_id, (await _caller.Sent.NextFrameAsync<CancelFrame>()).Id);
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Timeout_is_for_the_first_sign_of_life_only()
    {
        await using var items = await StartAsync();
        _caller.Receive(new AckFrame(_id, false, null));
        _caller.Time.Advance(TimeSpan.FromHours(1));
        Items(1, 0);
        Assert.True(await items.MoveNextAsync());

        var silent = Enumerate<int>(default);
        var move = silent.MoveNextAsync().AsTask();
        // Whether the first stream's callee still lives was asked meanwhile.
        while (await _caller.Sent.NextFrameAsync() is not CallFrame)
            continue;
        _caller.Time.Advance(TimeSpan.FromSeconds(31));
        await FailsAsync<RpcTimeoutException>(move);
        await silent.DisposeAsync();
    }

    [Fact]
    public async Task Token_ends_the_enumeration_before_the_next_item()
    {
        using var source = new CancellationTokenSource();
        var items = Enumerate<int>(source.Token);
        var move = items.MoveNextAsync().AsTask();
        _id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        Items(1, 0, 1, 2);
        Assert.True(await move);
        await source.CancelAsync();
        await FailsAsync<OperationCanceledException>(items.MoveNextAsync().AsTask());
        Assert.IsType<CancelFrame>(await _caller.Sent.NextFrameAsync());
        await items.DisposeAsync();
    }

    [Fact]
    public async Task Lost_peer_interrupts_after_what_came()
    {
        await using var items = await StartAsync();
        Items(1, 0);
        _caller.Lose();
        Assert.Equal((1, Peer), ((await InterruptedAsync(items, 0)).LastSequence, Peer));
    }

    private IAsyncEnumerator<T> Enumerate<T>(CancellationToken token)
    {
        var invoker = _caller.Invoker();
        return invoker.StreamAsync(Listing, invoker.Begin(), Type<T>(), token).GetAsyncEnumerator(default);
    }

    private Task<IAsyncEnumerator<int>> StartAsync() => StartAsync<int>();

    /// <summary>A stream whose call has been sent.</summary>
    private async Task<IAsyncEnumerator<T>> StartAsync<T>()
    {
        var items = new Started<T>(Enumerate<T>(default));
        _id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        return items;
    }

    private void Items(long first, params int[] items) => _caller.Receive(ItemsOf(_id, isUpload: false, first, Utf8($"[{string.Join(',', items)}]")));

    private void End(long total) => _caller.Receive(new EndFrame(_id, isUpload: false, total));

    private static async Task<List<T>> RestAsync<T>(IAsyncEnumerator<T> items)
    {
        var rest = new List<T>();
        while (await items.MoveNextAsync())
            rest.Add(items.Current);
        return rest;
    }

    private static async Task<RpcStreamInterruptedException> InterruptedAsync(IAsyncEnumerator<int> items, params int[] before)
    {
        foreach (var item in before)
        {
            Assert.True(await items.MoveNextAsync());
            Assert.Equal(item, items.Current);
        }
        return await FailsAsync<RpcStreamInterruptedException>(items.MoveNextAsync().AsTask());
    }

    /// <summary>An enumerator whose first move is under way already: only that sends the call.</summary>
    private sealed class Started<T>(IAsyncEnumerator<T> items) : IAsyncEnumerator<T>
    {
        private Task<bool>? _first = items.MoveNextAsync().AsTask();

        public T Current => items.Current;

        public ValueTask<bool> MoveNextAsync()
        {
            var first = _first;
            _first = null;
            return first is null ? items.MoveNextAsync() : new(first);
        }

        public async ValueTask DisposeAsync()
        {
            if (_first is Task first)
                await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await items.DisposeAsync();
        }
    }
}
