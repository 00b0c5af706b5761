using XmppRpc.Client;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

public sealed class PendingCallsTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task Call_is_sent_with_what_is_left_of_its_time_and_answered()
    {
        _caller.Connect();
        _caller.Batcher.Hold();
        var call = _caller.Call(TimeSpan.FromSeconds(30));
        _caller.Time.Advance(TimeSpan.FromSeconds(2));
        _caller.Batcher.Release();
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal(("acme.orders/place", 1, false), (frame.Path, frame.Version, frame.IsOneWay));
        Assert.Equal(28_000, frame.TimeToLive);
        Assert.Equal(1, _caller.Pending.Count);
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"done\"")));
        Assert.Equal("done", await call);
        Assert.Equal(0, _caller.Pending.Count);
        _caller.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<LowFrame>(await _caller.Sent.NextFrameAsync());
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public async Task Call_without_a_limit_says_no_time()
    {
        _caller.Connect();
        var call = _caller.Call(Timeout.InfiniteTimeSpan);
        Assert.Null((await _caller.Sent.NextFrameAsync<CallFrame>()).TimeToLive);
        _caller.Time.Advance(TimeSpan.FromDays(30));
        Assert.False(call.IsCompleted);
    }

    [Fact]
    public async Task Timeout_of_a_call_that_never_left_is_NotExecuted_and_it_never_leaves()
    {
        _caller.Connect();
        _caller.Batcher.Hold();
        var call = _caller.Call(TimeSpan.FromSeconds(5));
        _caller.Time.Advance(TimeSpan.FromSeconds(6));
        var error = await FailsAsync<RpcTimeoutException>(call);
        Assert.Equal((RpcStatus.DeadlineExceeded, RpcOutcome.NotExecuted, Peer), (error.Status, error.Outcome, error.Remote));
        _caller.Time.Advance(TimeSpan.FromSeconds(2));
        _caller.Batcher.Release();
        Assert.IsType<LowFrame>(await _caller.Sent.NextFrameAsync());
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public async Task Timeout_of_a_call_that_was_sent_is_Unknown_and_cancels_it()
    {
        _caller.Connect();
        var call = _caller.Call(TimeSpan.FromSeconds(5));
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(call.IsCompleted);
        _caller.Time.Advance(TimeSpan.FromSeconds(0.2));
        var error = await FailsAsync<RpcTimeoutException>(call);
        Assert.Equal((RpcOutcome.Unknown, Peer, frame.Id.ToString()), (error.Outcome, error.Remote, error.CallId?.ToString()));
        Assert.Equal(frame.Id, (await _caller.Sent.NextFrameAsync<CancelFrame>()).Id);
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Token_ends_the_waiting_and_cancels_a_call_that_was_sent()
    {
        _caller.Connect();
        using var source = new CancellationTokenSource();
        var call = _caller.Call(token: source.Token);
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        await source.CancelAsync();
        Assert.Equal(source.Token, (await FailsAsync<OperationCanceledException>(call)).CancellationToken);
        Assert.Equal(frame.Id, (await _caller.Sent.NextFrameAsync<CancelFrame>()).Id);
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"late\"")));
        Assert.True(call.IsCanceled);
    }

    [Fact]
    public async Task Token_that_has_fired_already_sends_nothing()
    {
        _caller.Connect();
        await FailsAsync<OperationCanceledException>(_caller.Call(token: new CancellationToken(canceled: true)));
        await FailsAsync<OperationCanceledException>(Call(_caller.Invoker(Jid.Parse("orders@example.org/unknown")), new CancellationToken(canceled: true)));
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Reply_counts_once_and_only_from_the_callee()
    {
        _caller.Connect();
        var call = _caller.Call();
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        foreach (var spoofer in new[] { "mallory@example.org/x", "orders@example.org/other", "orders@example.org", "example.org" })
            _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"forged\"")), Jid.Parse(spoofer));
        _caller.Receive(new ReplyFrame(frame.Id with { Number = 99 }, Utf8("\"other\"")));
        _caller.Receive(new ReplyFrame(Id("loan-17"), Utf8("\"other\"")));
        Assert.Equal(1, _caller.Pending.Count);
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"first\"")));
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"second\"")));
        _caller.Receive(new FaultFrame(frame.Id, RpcStatus.Internal, "third"));
        Assert.Equal("first", await call);
    }

    [Theory]
    [InlineData(true, RpcOutcome.Executed)]
    [InlineData(false, RpcOutcome.NotExecuted)]
    [InlineData(null, RpcOutcome.Unknown)]
    public async Task Fault_becomes_an_exception_with_all_it_says(bool? ran, RpcOutcome outcome)
    {
        _caller.Connect();
        var call = _caller.Call();
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Receive(new FaultFrame(frame.Id, RpcStatus.NotFound, "gone\r\n\u001b[31m\u202e") { Code = "acme.gone", Ran = ran, Detail = Utf8("{\"id\":7}") });
        var error = await FailsAsync<RpcException>(call);
        Assert.Equal((RpcStatus.NotFound, "acme.gone", Peer, outcome), (error.Status, error.Code, error.Remote, error.Outcome));
        Assert.Equal(frame.Id.ToString(), error.CallId?.ToString());
        Assert.Equal(7, error.Detail!.Value.GetProperty("id").GetInt32());
        Assert.Equal(@"gone\u000d\u000a\u001b[31m\u202e", error.Message);
    }

    [Fact]
    public async Task Fault_that_says_it_comes_after_items_ends_a_unary_call_too()
    {
        _caller.Connect();
        var call = _caller.Call();
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Receive(new FaultFrame(frame.Id, RpcStatus.NotFound, "no") { ItemsBefore = 0 });
        Assert.Equal(RpcStatus.NotFound, (await FailsAsync<RpcException>(call)).Status);
    }

    [Fact]
    public async Task Fault_of_the_callees_deadline_is_a_timeout()
    {
        _caller.Connect();
        var call = _caller.Call();
        _caller.Receive(new FaultFrame((await _caller.Sent.NextFrameAsync<CallFrame>()).Id, RpcStatus.DeadlineExceeded, null) { Ran = true });
        var error = await FailsAsync<RpcTimeoutException>(call);
        Assert.Equal(RpcOutcome.Executed, error.Outcome);
        Assert.Contains("acme.orders/place", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("")]
    public async Task Result_that_cannot_be_read_has_run(string result)
    {
        _caller.Connect();
        var call = _caller.Call();
        _caller.Receive(new ReplyFrame((await _caller.Sent.NextFrameAsync<CallFrame>()).Id, Utf8(result)));
        var error = await FailsAsync<RpcException>(call);
        Assert.Equal((RpcStatus.Internal, RpcOutcome.Executed), (error.Status, error.Outcome));
    }

    [Fact]
    public async Task Frames_that_end_nothing_leave_a_unary_call_alone()
    {
        _caller.Connect();
        var call = _caller.Call();
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        _caller.Receive(new AckFrame(id, true, null));
        _caller.Receive(ItemsOf(id, isUpload: false, 1, Utf8("[1]")));
        _caller.Receive(new EndFrame(id, isUpload: false, 0));
        _caller.Receive(new ProgressFrame(id, new RpcProgress(0.5)));
        _caller.Receive(new ReplyFrame(id, Utf8("\"ok\"")));
        Assert.Equal("ok", await call);
    }

    [Fact]
    public async Task Calls_above_the_limits_are_refused_and_leave_no_trace()
    {
        await using var total = new CallerSide(NewOptions() with { MaxPendingCalls = 3 });
        await using var perPeer = new CallerSide(NewOptions() with { MaxPendingCallsPerPeer = 3 });
        foreach (var caller in new[] { total, perPeer })
        {
            caller.Connect();
            var open = Enumerable.Range(0, 3).Select(_ => caller.Call()).ToList();
            var error = await FailsAsync<RpcException>(caller.Call());
            Assert.Equal((RpcStatus.ResourceExhausted, RpcOutcome.NotExecuted), (error.Status, error.Outcome));
            Assert.Contains("RpcEndpointOptions.MaxPendingCalls", error.Message, StringComparison.Ordinal);
            Assert.Equal(3, caller.Pending.Count);
            caller.Receive(new ReplyFrame((await caller.Sent.NextFrameAsync<CallFrame>()).Id, Utf8("\"ok\"")));
            await Task.WhenAny(open);
            Assert.False(caller.Call().IsCompleted);
        }
    }

    [Fact]
    public async Task Arguments_above_the_limit_are_refused()
    {
        _caller.Connect();
        var invoker = _caller.Invoker();
        var arguments = invoker.Begin();
        arguments.Write("text"u8, new string('x', 8 * 1024 * 1024 - 1024));
        var error = await FailsAsync<RpcException>(invoker.CallAsync(Unary, arguments, default));
        Assert.Equal((RpcStatus.ResourceExhausted, FrameNames.TooLarge, RpcOutcome.NotExecuted), (error.Status, error.Code, error.Outcome));
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Arguments_above_what_the_peer_takes_in_a_stanza_go_in_parts_that_it_takes()
    {
        _caller.Links.Learn(Peer, Info("x7Kd0w") with { MaxStanzaBytes = 2048 });
        var invoker = _caller.Invoker();
        var arguments = invoker.Begin();
        arguments.Write("text"u8, new string('x', 2000));
        var call = invoker.CallAsync(Unary, arguments, default);
        for (var number = 0; number < 2; number++)
        {
            var stanza = await _caller.Sent.NextAsync();
            Assert.InRange(stanza.Text.Length, 500, 2048);
            var part = Assert.IsType<PartFrame>(Assert.Single(stanza.Frames));
            Assert.Equal((2, number, number == 0 ? Unary.Path : null), (part.Of, part.Number, part.Path));
        }
        Assert.False(call.IsCompleted);
    }

    [Fact]
    public async Task Call_is_refused_while_too_much_waits_to_be_sent()
    {
        var caller = new CallerSide(NewOptions() with { MaxQueuedBytes = 2000 });
        await using var _ = caller;
        caller.Connect();
        caller.Batcher.Hold();
        var calls = new List<Task<string>>();
        while (calls.Count == caller.Pending.Count)
            calls.Add(caller.Call());
        var error = await FailsAsync<RpcException>(calls[^1]);
        Assert.Equal((RpcStatus.ResourceExhausted, RpcOutcome.NotExecuted), (error.Status, error.Outcome));
        Assert.Contains("MaxQueuedBytes", error.Message, StringComparison.Ordinal);
        Assert.InRange(calls.Count, 5, 20);
        caller.Batcher.Release();
        await caller.Sent.NextAsync();
        await caller.Batcher.FlushAsync();
        Assert.False(caller.Call().IsCompleted);
    }

    [Fact]
    public async Task Calls_that_time_out_while_nothing_can_be_sent_leave_nothing_behind()
    {
        const int count = 100_000;
        var caller = new CallerSide(NewOptions() with { MaxPendingCallsPerPeer = count, MaxQueuedBytes = long.MaxValue });
        await using var _ = caller;
        caller.Connect();
        var stuck = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        caller.Sent.Before = async _ =>
        {
            stuck.TrySetResult();
            await go.Task;
        };
        var first = caller.Call(Timeout.InfiniteTimeSpan);
        await stuck.Task;
        var calls = Enumerable.Range(0, count - 1).Select(_ => caller.Call(TimeSpan.FromSeconds(1))).ToList();
        Assert.InRange(caller.Batcher.QueuedBytes, 100L * count, 1000L * count);
        caller.Time.Advance(TimeSpan.FromSeconds(2));
        foreach (var call in calls)
            Assert.Equal(RpcOutcome.NotExecuted, (await FailsAsync<RpcTimeoutException>(call)).Outcome);
        caller.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.InRange(caller.Batcher.QueuedBytes, 0, 10_000);
        Assert.InRange(caller.Batcher.QueuedFrames, 0, 3);
        go.SetResult();
        await caller.Batcher.FlushAsync();
        Assert.Equal(0, caller.Batcher.QueuedBytes);
        Assert.False(first.IsCompleted);
    }

    [Fact]
    public async Task Stanza_that_is_refused_before_it_is_sent_has_run_nothing()
    {
        _caller.Connect();
        _caller.Sent.Before = _ => throw new ArgumentException("The stanza holds what XML forbids.");
        var error = await FailsAsync<RpcException>(_caller.Call());
        Assert.Equal((RpcStatus.Internal, RpcOutcome.NotExecuted), (error.Status, error.Outcome));
    }

    [Fact]
    public async Task Call_to_a_peer_that_has_just_gone_finds_it_anew()
    {
        var gone = _caller.Connect();
        PendingCalls.FailAll(gone, call => new RpcException(RpcStatus.Unavailable, "gone"));
        var call = _caller.Call();
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.NotEqual(gone.Id, frame.Id.Scope);
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"done\"")));
        Assert.Equal("done", await call);
    }

    [Fact]
    public async Task Call_after_the_connection_is_lost_fails_at_once()
    {
        _caller.Connect();
        _caller.Batcher.Close(new XmppConnectionException("reset"));
        foreach (var call in new[] { _caller.Call(Timeout.InfiniteTimeSpan), _caller.Invoker().SendAsync(OneWay, _caller.Invoker().Begin(), default) })
        {
            var error = await FailsAsync<RpcException>(call);
            Assert.Equal((RpcStatus.Unavailable, RpcOutcome.NotExecuted), (error.Status, error.Outcome));
        }
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Call_whose_stanza_was_lost_with_its_session_is_sent_again_on_the_next_one()
    {
        _caller.Connect();
        _caller.Sent.Before = _ => throw new XmppConnectionException("reset");
        var call = _caller.Call(Timeout.InfiniteTimeSpan);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        Assert.False(call.IsCompleted);

        _caller.Sent.Before = _ => ValueTask.CompletedTask;
        _caller.Links.DoubtAll("reset");
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal(1, frame.Attempt);
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"done\"")));
        Assert.Equal("done", await call);
    }

    [Fact]
    public async Task Call_whose_stanza_was_lost_with_the_connection_ends_with_outcome_unknown()
    {
        _caller.Connect();
        _caller.Sent.Before = _ => throw new XmppConnectionException("reset");
        var call = _caller.Call(Timeout.InfiniteTimeSpan);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);

        _caller.Links.FailAll(new XmppConnectionException("reset"));

        var error = await FailsAsync<RpcException>(call);
        Assert.Equal((RpcStatus.Unavailable, RpcOutcome.Unknown), (error.Status, error.Outcome));
    }

    [Fact]
    public async Task One_way_call_whose_stanza_was_lost_fails_with_outcome_unknown()
    {
        _caller.Connect();
        _caller.Sent.Before = _ => throw new XmppConnectionException("reset");
        var error = await FailsAsync<RpcException>(_caller.Invoker().SendAsync(OneWay, _caller.Invoker().Begin(), default));
        Assert.Equal((RpcStatus.Unavailable, RpcOutcome.Unknown), (error.Status, error.Outcome));
    }

    [Fact]
    public async Task One_way_call_ends_when_it_is_written_and_asks_for_nothing()
    {
        _caller.Connect();
        var sending = new TaskCompletionSource();
        _caller.Sent.Before = _ => new ValueTask(sending.Task);
        var call = _caller.Invoker().SendAsync(OneWay, _caller.Invoker().Begin(), default);
        Assert.False(call.IsCompleted);
        sending.SetResult();
        await call;
        Assert.True((await _caller.Sent.NextFrameAsync<CallFrame>()).IsOneWay);
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task One_way_call_that_never_left_times_out()
    {
        _caller.Connect();
        _caller.Batcher.Hold();
        var call = _caller.Invoker(timeout: TimeSpan.FromSeconds(1)).SendAsync(OneWay, _caller.Invoker().Begin(), default);
        _caller.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(RpcOutcome.NotExecuted, (await FailsAsync<RpcTimeoutException>(call)).Outcome);
        _caller.Time.Advance(TimeSpan.FromSeconds(2));
        _caller.Batcher.Release();
        Assert.IsType<LowFrame>(await _caller.Sent.NextFrameAsync());
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }
}
