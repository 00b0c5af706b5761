using Microsoft.Extensions.Logging;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CalleeSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Server;

public sealed class ActiveCallTests : IAsyncDisposable
{
    private readonly CalleeSide _callee = new();

    public ValueTask DisposeAsync() => _callee.DisposeAsync();

    [Fact]
    public async Task Context_tells_the_implementation_about_its_call()
    {
        RpcContext? seen = null;
        _callee.On = async (arguments, responder, token) =>
        {
            seen = RpcContext.Current;
            Assert.Equal(token, seen!.Cancellation);
            Assert.Equal(7, arguments.Int32("qty"u8));
            await responder.ReplyAsync(Task.CompletedTask);
        };
        var call = new CallFrame(new CallId(Link, 1), "acme.orders/place", 1, TextFrames.Utf8("{\"qty\":7}")) { TimeToLive = 5000 };
        Assert.True((await _callee.RepliedAsync(call)).Result.IsEmpty);
        Assert.Equal((Caller, Link + ".1", "acme.orders", "place"), (seen!.Caller, seen.CallId.ToString(), seen.Contract, seen.Method));
        Assert.Equal(_callee.Time.GetUtcNow().AddSeconds(5), seen.Deadline);
        Assert.Null(RpcContext.Current);
    }

    [Fact]
    public async Task Bad_arguments_are_refused_by_name_and_log_no_error()
    {
        _callee.On = (arguments, responder, _) => responder.ReplyAsync(Task.FromResult(arguments.Int32("qty"u8)), Json.TypeInfo<int>());
        foreach (var (number, arguments) in new[] { (1, "{}"), (2, "[]"), (3, """{"\ud800":1}"""), (4, """{"qty":"x"}""") })
        {
            var fault = await _callee.RefusedAsync(NewCall(number, arguments: arguments));
            Assert.Equal((RpcStatus.InvalidArgument, false), (fault.Status, fault.Ran));
        }
        Assert.DoesNotContain(_callee.Log.Lines, line => line.Level > LogLevel.Debug);
    }

    [Fact]
    public async Task Own_exception_is_carried_as_it_is()
    {
        _callee.On = (_, _, _) => throw new RpcException(RpcStatus.Fault, "out of stock") { Code = "acme.stock" };
        var fault = await _callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Fault, "out of stock", "acme.stock", true), (fault.Status, fault.Message, fault.Code, fault.Ran));
    }

    [Fact]
    public async Task Exception_of_a_nested_call_is_not_the_implementations_own_word()
    {
        _callee.On = (_, _, _) => throw new RpcException(RpcStatus.NotFound, "secret of another") { Remote = Jid.Parse("stock@example.org/x"), Outcome = RpcOutcome.NotExecuted };
        var fault = await _callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Internal, null, true), (fault.Status, fault.Code, fault.Ran));
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nested_call_that_never_left_does_not_say_that_this_one_did_not_run()
    {
        await using var nested = new CallerSide();
        nested.Discover = (_, _) => new TaskCompletionSource<PeerInfo>().Task;
        var waiting = nested.Call(TimeSpan.FromSeconds(1));
        nested.Time.Advance(TimeSpan.FromSeconds(2));
        var error = await CallerSide.FailsAsync<RpcException>(waiting);
        Assert.Equal(RpcOutcome.NotExecuted, error.Outcome);
        _callee.On = (_, _, _) => throw error;
        var fault = await _callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Internal, true), (fault.Status, fault.Ran));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unexpected_exception_shows_its_text_only_if_told_so(bool details)
    {
        await using var callee = new CalleeSide(options => options with { ExceptionDetails = details });
        callee.On = (_, _, _) => throw new InvalidOperationException("password is 123");
        var fault = await callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Internal, true), (fault.Status, fault.Ran));
        Assert.Equal(details ? "InvalidOperationException: password is 123" : $"The implementation of acme.orders/place failed. Its log has the reason under call id {Link}.1.", fault.Message);
        Assert.Contains(callee.Log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains(Link + ".1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Null_instead_of_a_task_is_an_unexpected_failure()
    {
        _callee.On = (_, responder, _) => responder.ReplyAsync((Task<string>)null!, Json.TypeInfo<string>());
        Assert.Equal(RpcStatus.Internal, (await _callee.RefusedAsync(NewCall(1))).Status);
    }

    [Fact]
    public async Task Cancellation_that_nobody_asked_for_is_an_unexpected_failure()
    {
        _callee.On = (_, _, _) => throw new OperationCanceledException();
        Assert.Equal(RpcStatus.Internal, (await _callee.RefusedAsync(NewCall(1))).Status);
    }

    [Fact]
    public async Task Result_above_the_limit_is_a_fault_that_has_run()
    {
        _callee.On = (_, responder, _) => responder.ReplyAsync(Task.FromResult(new string('x', 8 * 1024 * 1024)), Json.TypeInfo<string>());
        var fault = await _callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.ResourceExhausted, FrameNames.TooLarge, true), (fault.Status, fault.Code, fault.Ran));
    }

    [Fact]
    public async Task Cancel_of_a_running_call_fires_its_token()
    {
        await _callee.RunAsync(NewCall(1));
        var fault = await _callee.RefusedAsync(new CancelFrame(new CallId(Link, 1)));
        Assert.Equal((RpcStatus.Canceled, (bool?)null), (fault.Status, fault.Ran));
    }

    [Fact]
    public async Task Cancel_of_a_running_call_that_ends_all_the_same_sends_its_result()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var result = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _callee.On = async (_, responder, _) =>
        {
            started.SetResult();
            await responder.ReplyAsync(result.Task, Json.TypeInfo<string>());
        };
        _callee.Receive(NewCall(1));
        await started.Task;
        _callee.Receive(new CancelFrame(new CallId(Link, 1)));
        result.SetResult("done");
        Assert.Equal("\"done\"", Text((await _callee.Sent.NextFrameAsync<ReplyFrame>()).Result));
    }

    [Fact]
    public async Task Cancel_of_a_call_that_waits_for_its_turn_keeps_it_from_running()
    {
        await using var callee = new CalleeSide(options => options with { MaxConcurrentCalls = 1 });
        var first = await callee.RunAsync(NewCall(1));
        var ran = false;
        callee.On = (_, responder, _) =>
        {
            ran = true;
            return responder.ReplyAsync(Task.CompletedTask);
        };
        callee.Receive(NewCall(2));
        var fault = await callee.RefusedAsync(new CancelFrame(new CallId(Link, 2)));
        Assert.Equal((RpcStatus.Canceled, false), (fault.Status, fault.Ran));
        var drained = callee.Calls.DrainAsync();
        first.SetResult("1");
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(ran);
        Assert.Equal(0, callee.Calls.Load);
    }

    [Fact]
    public async Task Deadline_of_a_call_that_waits_keeps_it_from_running()
    {
        await using var callee = new CalleeSide(options => options with { MaxConcurrentCalls = 1 });
        var first = await callee.RunAsync(NewCall(1));
        callee.Receive(Timed(2));
        callee.Time.Advance(TimeSpan.FromSeconds(2));
        var fault = await callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.DeadlineExceeded, false), (fault.Status, fault.Ran));
        first.SetResult("1");
        await callee.Sent.NextFrameAsync<ReplyFrame>();
    }

    [Fact]
    public async Task Deadline_of_a_running_call_fires_its_token()
    {
        await _callee.RunAsync(Timed(1));
        _callee.Time.Advance(TimeSpan.FromSeconds(2));
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.DeadlineExceeded, (bool?)null), (fault.Status, fault.Ran));
    }

    [Fact]
    public async Task Caller_that_is_gone_has_its_calls_cancelled_and_nobody_elses()
    {
        var other = Jid.Parse("shop@example.org/2");
        await _callee.RunAsync(NewCall(1));
        _callee.Calls.CallerGone(other);
        _callee.Calls.CallerGone(Caller.Bare);
        _callee.Time.Advance(TimeSpan.FromSeconds(5));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        _callee.Lose(Caller);
        Assert.Equal(RpcStatus.Canceled, (await _callee.Sent.NextFrameAsync<FaultFrame>()).Status);
    }

    [Theory]
    // A process that has taken the caller's place cancels a stream that it does not know.
    [InlineData(true)]
    [InlineData(false)]
    public async Task Caller_in_doubt_is_back_with_any_frame_but_a_cancel(bool isCancel)
    {
        await _callee.RunAsync(NewCall(1));
        _callee.Calls.CallerGone(Caller);
        _callee.Receive(isCancel ? new CancelFrame(new CallId(Link, 2)) : NewCall(2));
        if (!isCancel)
            await _callee.Sent.NextFrameAsync<ReplyFrame>();

        _callee.Time.Advance(_callee.Calls.Options.PeerGrace + TimeSpan.FromSeconds(1));

        if (isCancel)
            Assert.Equal(RpcStatus.Canceled, (await _callee.Sent.NextFrameAsync<FaultFrame>()).Status);
        else
            await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Theory]
    [InlineData("tell")]
    [InlineData("place")]
    [InlineData("decide")]
    public async Task One_way_call_runs_and_sends_nothing_whatever_comes_of_it(string method)
    {
        Implementation[] ends =
        [
            (_, responder, _) => responder.ReplyAsync(Task.FromResult("ok"), Json.TypeInfo<string>()),
            (_, _, _) => throw new InvalidOperationException("failed"),
            (_, responder, _) =>
            {
                RpcContext.Current!.Report(new RpcProgress(0.5));
                return responder.DeferAsync(Task.FromResult<Deferred<string>>(Deferred.Later<string>()), Json.TypeInfo<string>());
            },
        ];
        for (var i = 0; i < ends.Length; i++)
        {
            var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var end = ends[i];
            _callee.On = (arguments, responder, token) =>
            {
                ran.SetResult();
                return end(arguments, responder, token);
            };
            var call = new CallFrame(new CallId(Link, i), "acme.orders/" + method, 1, default) { IsOneWay = true };
            _callee.Receive(call);
            await ran.Task.WaitAsync(TimeSpan.FromSeconds(30));
            _callee.Receive(call);
        }
        await _callee.Calls.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Progress_leaves_at_most_four_times_a_second_the_latest_and_none_after_the_reply()
    {
        RpcContext? context = null;
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var result = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        _callee.On = async (_, responder, _) =>
        {
            context = RpcContext.Current;
            started.SetResult();
            await responder.ReplyAsync(result.Task, Json.TypeInfo<string>());
        };
        _callee.Receive(NewCall(1));
        await started.Task;
        for (var i = 0; i < 100; i++)
        {
            context!.Report(new RpcProgress(i / 100.0));
            _callee.Time.Advance(TimeSpan.FromMilliseconds(10));
        }
        var sent = new List<double>();
        result.SetResult("done");
        for (Frame frame; (frame = await _callee.Sent.NextFrameAsync()) is not ReplyFrame;)
            sent.Add(((ProgressFrame)frame).Progress!.Fraction!.Value);
        Assert.InRange(sent.Count, 3, 5);
        Assert.Equal(0, sent[0]);
        Assert.Equal(sent.Order(), sent);
        Assert.InRange(sent[1], 0.24, 0.27);
        context!.Report(new RpcProgress(1));
        _callee.Time.Advance(TimeSpan.FromSeconds(1));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    private static CallFrame Timed(long number) => new(new CallId(Link, number), "acme.orders/place", 1, default) { TimeToLive = 1000 };
}
