using Microsoft.Extensions.Logging;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CalleeSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Server;

public sealed class AdmissionTests : IAsyncDisposable
{
    private static readonly Jid Stranger = Jid.Parse("mallory@evil.net/x");
    private readonly CalleeSide _callee = new();

    public ValueTask DisposeAsync() => _callee.DisposeAsync();

    public static TheoryData<string> Refusals => new(RefusedCalls.Keys);

    private static readonly Dictionary<string, (CallFrame Call, RpcStatus Status, string? Code, bool? Ran)> RefusedCalls = new(StringComparer.Ordinal)
    {
        ["unknown method"] = (NewCall(1, "Place"), RpcStatus.Unimplemented, FrameNames.UnknownMethod, false),
        ["unknown contract"] = (new CallFrame(new CallId(Link, 1), "no/such", 1, default), RpcStatus.Unimplemented, FrameNames.UnknownMethod, false),
        ["other version"] = (new CallFrame(new CallId(Link, 1), "acme.orders/place", 2, default), RpcStatus.Unimplemented, FrameNames.UnknownMethod, false),
        ["durable id"] = (new CallFrame(Id("loan-17"), "acme.orders/place", 1, default), RpcStatus.Unimplemented, FrameNames.Unsupported, false),
        ["other instance"] = (NewCall(1, link: "aaaaaaZk3mPq8LtVw1cR"), RpcStatus.Unavailable, FrameNames.WrongInstance, null),
        ["instance in other letters"] = (NewCall(1, link: "X7kD0WZk3mPq8LtVw1cR"), RpcStatus.Unavailable, FrameNames.WrongInstance, null),
        ["stream without credit"] = (NewCall(1, "list"), RpcStatus.InvalidArgument, FrameNames.BadFrame, false),
        ["credit without stream"] = (new CallFrame(new CallId(Link, 1), "acme.orders/place", 1, default) { Credit = new Credit(1, 1) }, RpcStatus.InvalidArgument, FrameNames.BadFrame, false),
    };

    [Theory, MemberData(nameof(Refusals))]
    public async Task Call_is_refused_before_it_runs(string name)
    {
        _callee.On = (_, _, _) => throw new InvalidOperationException("must not run");
        var (call, status, code, ran) = RefusedCalls[name];
        var fault = await _callee.RefusedAsync(call);
        Assert.Equal((status, code, ran), (fault.Status, fault.Code, fault.Ran));
        Assert.Equal(0, _callee.Calls.Load);
        Assert.DoesNotContain(_callee.Log.Lines, line => line.Level > LogLevel.Debug);
    }

    [Theory]
    [InlineData("place")]
    [InlineData("no-such")]
    public async Task Stranger_learns_nothing(string method)
    {
        var fault = await _callee.RefusedAsync(NewCall(1, method), Stranger);
        Assert.Equal((RpcStatus.PermissionDenied, null, false), (fault.Status, fault.Code, fault.Ran));
        Assert.Equal($"mallory@evil.net may not call acme.orders/{method} here.", fault.Message);
        Assert.Equal(0, _callee.Calls.Load);
    }

    [Fact]
    public async Task Refused_call_of_a_stranger_cannot_write_lines_into_the_log()
    {
        await _callee.RefusedAsync(new CallFrame(new CallId(Link, 1), "a\r\n[ERR] forged\u001b[0m", 1, default), Stranger);
        Assert.All(_callee.Log.Lines, line => Assert.DoesNotContain(line.Text, char.IsControl));
    }

    [Fact]
    public async Task Refused_one_way_call_gets_no_answer()
    {
        _callee.Receive(new CallFrame(new CallId(Link, 1), "no/such", 1, default) { IsOneWay = true }, Stranger);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Call_that_comes_again_runs_once_and_gets_its_reply_again()
    {
        var runs = 0;
        _callee.On = (_, responder, _) => responder.ReplyAsync(Task.FromResult($"run {Interlocked.Increment(ref runs)}"), Json.TypeInfo<string>());
        Assert.Equal("\"run 1\"", Text((await _callee.RepliedAsync(NewCall(1))).Result));
        Assert.Equal("\"run 1\"", Text((await _callee.RepliedAsync(NewCall(1))).Result));
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Call_that_comes_again_while_it_runs_is_acknowledged_and_runs_once()
    {
        var result = await _callee.RunAsync(NewCall(1));
        _callee.Receive(NewCall(1));
        Assert.Equal((new CallId(Link, 1), false), ((await _callee.Sent.NextFrameAsync<AckFrame>()) is var ack ? (ack.Id, ack.IsDeferred) : default));
        result.SetResult("once");
        Assert.Equal("\"once\"", Text((await _callee.Sent.NextFrameAsync<ReplyFrame>()).Result));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Call_whose_reply_was_too_much_to_keep_is_told_that_it_has_run()
    {
        await using var callee = new CalleeSide(options => options with { MaxRememberedReplyBytes = 0 });
        await callee.RepliedAsync(NewCall(1));
        var fault = await callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.FailedPrecondition, FrameNames.ReplyExpired, true), (fault.Status, fault.Code, fault.Ran));
    }

    [Fact]
    public async Task Call_that_its_caller_has_settled_is_dropped_unread()
    {
        await _callee.RepliedAsync(NewCall(1));
        _callee.Calls.Low(Jid.Parse("shop@example.org/other"), new LowFrame(Link, 2, []));
        _callee.Receive(NewCall(1));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Other_callers_have_other_calls_under_the_same_id()
    {
        await _callee.RepliedAsync(NewCall(1));
        _callee.Calls.Low(Jid.Parse("eve@example.org/1"), new LowFrame(Link, 100, []));
        _callee.Receive(NewCall(1), Jid.Parse("eve@example.org/1"));
        Assert.Equal(Jid.Parse("eve@example.org/1"), (await _callee.Sent.NextAsync()).To);
        Assert.Equal("\"ok\"", Text((await _callee.RepliedAsync(NewCall(2))).Result));
    }

    [Fact]
    public async Task Cancel_of_another_account_does_nothing()
    {
        var result = await _callee.RunAsync(NewCall(1));
        _callee.Receive(new CancelFrame(new CallId(Link, 1)), Jid.Parse("eve@example.org/1"));
        _callee.Receive(new CancelFrame(new CallId(Link, 1)), Stranger);
        result.SetResult("done");
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
    }

    [Fact]
    public async Task Calls_above_the_limit_wait_and_those_above_that_are_refused()
    {
        await using var callee = new CalleeSide(options => options with { MaxConcurrentCalls = 1, MaxWaitingCalls = 2 });
        var first = await callee.RunAsync(NewCall(1));
        callee.Receive(NewCall(2));
        callee.Receive(NewCall(3));
        Assert.Equal(3, callee.Calls.Load);
        AssertBusy(await callee.RefusedAsync(NewCall(4)), FrameNames.Busy);
        first.SetResult("1");
        var order = new List<long>();
        for (var i = 0; i < 3; i++)
            order.Add((await callee.Sent.NextFrameAsync<ReplyFrame>()).Id.Number);
        Assert.Equal([1L, 2, 3], order);
        await callee.RepliedAsync(NewCall(5));
    }

    [Fact]
    public async Task Bytes_that_wait_are_limited()
    {
        await using var callee = new CalleeSide(options => options with { MaxConcurrentCalls = 1, MaxWaitingBytes = 20 });
        var first = await callee.RunAsync(NewCall(1));
        callee.Receive(NewCall(2, arguments: """{"x":"12345678"}"""));
        AssertBusy(await callee.RefusedAsync(NewCall(3, arguments: """{"x":"12345678"}""")), FrameNames.Busy);
        first.SetResult("1");
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        await callee.Sent.NextFrameAsync<ReplyFrame>();
    }

    [Fact]
    public async Task Calls_are_refused_and_then_not_answered_while_too_much_waits_to_be_sent()
    {
        await using var callee = new CalleeSide(options => options with { MaxQueuedBytes = 10_000 });
        var road = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        callee.Sent.Before = _ => new ValueTask(road.Task);
        callee.Batcher.Append(Caller, new ReplyFrame(new CallId(Link, 100), new byte[100]));
        callee.Batcher.Append(Caller, new ReplyFrame(new CallId(Link, 101), Enumerable.Repeat((byte)'1', 10_000).ToArray()));
        callee.Receive(NewCall(1));
        Assert.True(callee.Batcher.QueuedBytes > 10_000);
        callee.Batcher.Append(Caller, new ReplyFrame(new CallId(Link, 102), Enumerable.Repeat((byte)'1', 10_000).ToArray()));
        var before = callee.Batcher.QueuedBytes;
        callee.Receive(NewCall(2));
        Assert.Equal(before, callee.Batcher.QueuedBytes);

        road.SetResult();
        for (Frame frame; (frame = await callee.Sent.NextFrameAsync()) is not FaultFrame { Code: FrameNames.Busy };)
            Assert.IsType<ReplyFrame>(frame);
        await callee.Batcher.FlushAsync();
        Assert.Equal(0, callee.Batcher.QueuedBytes);
        callee.Sent.Before = _ => ValueTask.CompletedTask;
        callee.Receive(NewCall(3));
        while (await callee.Sent.NextFrameAsync() is ReplyFrame { Id.Number: not 3 })
        {
            // What waited before.
        }
    }

    [Fact]
    public async Task Remembered_calls_and_links_are_limited()
    {
        await using var calls = new CalleeSide(options => options with { MaxRememberedCalls = 1 });
        await calls.RepliedAsync(NewCall(1));
        AssertBusy(await calls.RefusedAsync(NewCall(2)), FrameNames.Busy);
        calls.Calls.Low(Caller, new LowFrame(Link, 2, []));
        await calls.RepliedAsync(NewCall(3));

        await using var links = new CalleeSide(options => options with { MaxCallerLinks = 1 });
        await links.RepliedAsync(NewCall(1));
        await links.RepliedAsync(NewCall(2));
        AssertBusy(await links.RefusedAsync(NewCall(1, link: Link + "2")), FrameNames.Busy);
        links.Time.Advance(TimeSpan.FromMinutes(10));
        links.Calls.Sweep(TimeSpan.FromMinutes(10));
        await links.RepliedAsync(NewCall(1, link: Link + "2"));

        await using var perCaller = new CalleeSide(options => options with { MaxLinksPerCaller = 1 });
        await perCaller.RepliedAsync(NewCall(1));
        AssertBusy(await perCaller.RefusedAsync(NewCall(1, link: Link + "2")), FrameNames.Busy);
        // A process that is gone makes room for its successor, once none of its calls can come again.
        perCaller.Lose(Caller);
        perCaller.Calls.Sweep(TimeSpan.FromMinutes(10));
        AssertBusy(await perCaller.RefusedAsync(NewCall(1, link: Link + "2")), FrameNames.Busy);
        perCaller.Calls.Low(Caller, new LowFrame(Link, 2, []));
        perCaller.Lose(Caller);
        perCaller.Calls.Sweep(TimeSpan.FromMinutes(10));
        await perCaller.RepliedAsync(NewCall(1, link: Link + "2"));
    }

    [Fact]
    public async Task What_is_refused_or_belongs_to_no_call_leaves_nothing_behind()
    {
        await using var callee = new CalleeSide(options => options with { MaxCallerLinks = 1 });
        for (var i = 0; i < 100; i++)
        {
            var link = $"{Link}{i}";
            await callee.RefusedAsync(NewCall(1, "nothing", link: link));
            await callee.RefusedAsync(NewCall(1, link: link), Jid.Parse($"mallory{i}@elsewhere.org/x"));
            await callee.RefusedAsync(NewCall(1, link: "zzzzzz" + link[6..]));
            callee.Receive(new CancelFrame(new CallId(link, 1)));
            Assert.Equal(FrameNames.UnknownCall, (await callee.RefusedAsync(new CreditFrame(new CallId(link, 1), isUpload: false, 0, new Credit(10, 1000)))).Code);
            callee.Calls.Low(Caller, new LowFrame(link, 7, []));
        }
        Assert.Equal(0, callee.Calls.Load);
        // There is room for one link only.
        await callee.RepliedAsync(NewCall(1));
    }

    [Fact]
    public async Task Sweep_keeps_links_that_were_used_or_have_open_calls()
    {
        var result = await _callee.RunAsync(NewCall(1));
        _callee.Time.Advance(TimeSpan.FromHours(1));
        _callee.Calls.Sweep(TimeSpan.FromMinutes(10));
        _callee.Receive(NewCall(1));
        await _callee.Sent.NextFrameAsync<AckFrame>();
        result.SetResult("once");
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Draining_refuses_new_calls_repeats_old_replies_and_ends_with_the_last_call()
    {
        await _callee.RepliedAsync(NewCall(1));
        var running = await _callee.RunAsync(NewCall(2));
        var drained = _callee.Calls.DrainAsync();
        Assert.False(drained.IsCompleted);
        AssertBusy(await _callee.RefusedAsync(NewCall(3)), FrameNames.Draining);
        await _callee.RepliedAsync(NewCall(1));
        running.SetResult("2");
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
        Assert.True(_callee.Calls.DrainAsync().IsCompleted);
    }

    [Fact]
    public async Task Closing_tells_callers_that_the_callee_broke_off_and_not_they()
    {
        await _callee.RunAsync(NewCall(1));
        _callee.Calls.CloseAll();
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.Unavailable, FrameNames.Draining, null), (fault.Status, fault.Code, fault.Ran));
        Assert.Contains("closed", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Closing_breaks_promises_whose_outcome_nobody_knows()
    {
        _callee.On = (_, responder, _) => responder.DeferAsync(Task.FromResult<Deferred<string>>(Deferred.Later<string>()), Json.TypeInfo<string>());
        _callee.Receive(NewCall(1, "decide"));
        await _callee.Sent.NextFrameAsync<AckFrame>();
        _callee.Calls.CloseAll();
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.Unavailable, FrameNames.Draining, null), (fault.Status, fault.Code, fault.Ran));
    }

    [Fact]
    public async Task Endless_time_is_taken()
    {
        var call = ReadOne<CallFrame>($$"""{"call":"{{Link}}.1","m":"acme.orders/place","v":1,"ttl":9007199254740992}""");
        await _callee.RepliedAsync(call);
    }

    private static void AssertBusy(FaultFrame fault, string code) => Assert.Equal((RpcStatus.ResourceExhausted, code, false), (fault.Status, fault.Code, fault.Ran));

    [Fact]
    public async Task Two_versions_of_a_contract_are_served_side_by_side()
    {
        var second = new RpcContractInfo("acme.orders", 2, Json, [new("acme.orders", 2, "place", RpcMethodKind.Unary)], []);
        _callee.Contracts.Add(second, new Second());
        await _callee.RepliedAsync(NewCall(1));
        var reply = await _callee.RepliedAsync(new CallFrame(new CallId(Link, 2), "acme.orders/place", 2, Utf8("{}")));
        Assert.Equal("2", Text(reply.Result));
        var fault = await _callee.RefusedAsync(new CallFrame(new CallId(Link, 3), "acme.orders/place", 3, Utf8("{}")));
        Assert.Equal((RpcStatus.Unimplemented, FrameNames.UnknownMethod, false), (fault.Status, fault.Code, fault.Ran));
        Assert.Contains("2 and 1", fault.Message, StringComparison.Ordinal);
        _callee.Contracts.Remove(second);
        Assert.Equal(FrameNames.UnknownMethod, (await _callee.RefusedAsync(new CallFrame(new CallId(Link, 4), "acme.orders/place", 2, Utf8("{}")))).Code);
        await _callee.RepliedAsync(NewCall(5));
    }

    private sealed class Second : RpcDispatcher
    {
        public override ValueTask DispatchAsync(int method, XmppRpc.Serialization.RpcArgumentReader arguments, RpcResponder responder, CancellationToken cancellationToken) =>
            responder.ReplyAsync(Task.FromResult(2), Json.TypeInfo<int>());
    }
}
