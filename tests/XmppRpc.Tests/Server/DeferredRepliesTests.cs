using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CalleeSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Server;

public sealed class DeferredRepliesTests : IAsyncDisposable
{
    private readonly CalleeSide _callee = new(options => options with { MaxDeferredCalls = 2 });

    public ValueTask DisposeAsync() => _callee.DisposeAsync();

    private IRpcReplier Replier => _callee.Calls.Deferred;

    [Fact]
    public async Task Value_at_once_is_a_reply()
    {
        _callee.On = (_, responder, _) => responder.DeferAsync(Task.FromResult<Deferred<string>>("now"), Json.TypeInfo<string>());
        Assert.Equal("\"now\"", Text((await _callee.RepliedAsync(NewCall(1, "decide"))).Result));
    }

    [Fact]
    public async Task Promise_is_acknowledged_and_completed_once()
    {
        var token = await DeferAsync(1);
        Assert.True(await Replier.CompleteAsync(token, "later"));
        Assert.Equal("\"later\"", Text((await _callee.Sent.NextFrameAsync<ReplyFrame>()).Result));
        Assert.False(await Replier.CompleteAsync(token, "again"));
        Assert.False(await Replier.FailAsync(token, new RpcException(RpcStatus.NotFound, "no")));
        Assert.False(await Replier.ReportAsync(token, new RpcProgress(1)));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Promise_can_fail_and_report()
    {
        var token = await DeferAsync(1);
        Assert.True(await Replier.ReportAsync(token, new RpcProgress(0.5, "half")));
        Assert.Equal(new RpcProgress(0.5, "half"), (await _callee.Sent.NextFrameAsync<ProgressFrame>()).Progress);
        Assert.True(await Replier.FailAsync(token, new RpcException(RpcStatus.Fault, "refused") { Code = "acme.no" }));
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.Fault, "refused", "acme.no", true), (fault.Status, fault.Message, fault.Code, fault.Ran));
    }

    [Fact]
    public async Task Promise_outlives_the_deadline_of_its_call()
    {
        var token = await DeferAsync(1);
        _callee.Time.Advance(TimeSpan.FromDays(1));
        Assert.True(await Replier.CompleteAsync(token, "later"));
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
    }

    [Fact]
    public async Task Promise_that_expires_is_a_fault()
    {
        var token = await DeferAsync(1, TimeSpan.FromMinutes(1));
        _callee.Time.Advance(TimeSpan.FromSeconds(61));
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.DeadlineExceeded, FrameNames.ReplyExpired, true), (fault.Status, fault.Code, fault.Ran));
        Assert.False(await Replier.CompleteAsync(token, "too late"));
    }

    [Fact]
    public async Task Cancel_and_the_callers_end_withdraw_the_promise()
    {
        var canceled = await DeferAsync(1);
        _callee.Receive(new CancelFrame(new CallId(Link, 1)));
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.Canceled, true), (fault.Status, fault.Ran));
        Assert.False(await Replier.CompleteAsync(canceled, "too late"));

        var orphan = await DeferAsync(2);
        _callee.Lose(Caller);
        await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.False(await Replier.CompleteAsync(orphan, "too late"));
    }

    [Fact]
    public async Task Answer_of_another_type_is_refused_and_the_promise_stays()
    {
        var token = await DeferAsync(1);
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Replier.CompleteAsync(new DeferredToken<int>(token.Value), 7).AsTask());
        Assert.Contains("String, not Int32", error.Message, StringComparison.Ordinal);
        Assert.True(await Replier.CompleteAsync(token, "later"));
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("")]
    [InlineData(null)]
    public async Task Unknown_token_answers_nothing(string? token) => Assert.False(await Replier.CompleteAsync(new DeferredToken<string>(token!), "x"));

    [Fact]
    public async Task Promises_above_the_limit_are_refused()
    {
        var first = await DeferAsync(1);
        await DeferAsync(2);
        _ = Promise();
        var fault = await _callee.RefusedAsync(NewCall(3, "decide"));
        Assert.Equal((RpcStatus.ResourceExhausted, FrameNames.Busy), (fault.Status, fault.Code));
        await Replier.CompleteAsync(first, "room again");
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
        await DeferAsync(4);
    }

    [Fact]
    public async Task Second_promise_of_a_call_is_refused_and_the_first_goes_with_the_call()
    {
        for (var i = 1; i <= 3; i++)
        {
            _callee.On = (_, responder, _) =>
            {
                Deferred.Later<string>();
                return responder.DeferAsync(Task.FromResult<Deferred<string>>(Deferred.Later<string>()), Json.TypeInfo<string>());
            };
            Assert.Equal(RpcStatus.Internal, (await _callee.RefusedAsync(NewCall(i, "decide"))).Status);
        }
        await DeferAsync(4);
        await DeferAsync(5);
    }

    [Fact]
    public async Task Promise_of_a_call_that_was_cancelled_before_it_is_not_given()
    {
        for (var i = 1; i <= 3; i++)
        {
            _callee.On = async (_, responder, _) =>
            {
                _callee.Receive(new CancelFrame(new CallId(Link, i)));
                await responder.DeferAsync(Task.FromResult<Deferred<string>>(Deferred.Later<string>()), Json.TypeInfo<string>());
            };
            Assert.Equal(RpcStatus.Canceled, (await _callee.RefusedAsync(NewCall(i, "decide"))).Status);
        }
        await DeferAsync(4);
        await DeferAsync(5);
    }

    [Fact]
    public async Task Promise_of_a_call_that_has_ended_is_not_kept()
    {
        RpcContext? context = null;
        _callee.On = (_, responder, _) =>
        {
            context = RpcContext.Current;
            return responder.ReplyAsync(Task.CompletedTask);
        };
        for (var i = 1; i <= 3; i++)
        {
            await _callee.RepliedAsync(NewCall(i));
            Assert.False(await Replier.CompleteAsync(new DeferredToken<string>(context!.Defer(typeof(string), null)), "x"));
        }
        await DeferAsync(4);
    }

    [Fact]
    public async Task Promise_of_a_call_that_answers_after_all_is_withdrawn()
    {
        DeferredToken<string> token = default;
        _callee.On = (_, responder, _) =>
        {
            token = Deferred.Later<string>().Token;
            return responder.DeferAsync(Task.FromResult<Deferred<string>>("now"), Json.TypeInfo<string>());
        };
        await _callee.RepliedAsync(NewCall(1, "decide"));
        Assert.False(await Replier.CompleteAsync(token, "later"));
    }

    [Fact]
    public async Task Answer_before_the_method_returns_needs_no_acknowledgement()
    {
        _callee.On = async (_, responder, token) =>
        {
            var ticket = Deferred.Later<string>();
            Assert.True(await Replier.CompleteAsync(ticket.Token, "early", token));
            await responder.DeferAsync(Task.FromResult<Deferred<string>>(ticket), Json.TypeInfo<string>());
        };
        Assert.Equal("\"early\"", Text((await _callee.RepliedAsync(NewCall(1, "decide"))).Result));
        await _callee.Calls.DrainAsync();
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public void Later_outside_of_a_call_says_so() => Assert.Throws<InvalidOperationException>(() => Deferred.Later<string>());

    /// <summary>A call whose answer was promised and acknowledged.</summary>
    private async Task<DeferredToken<string>> DeferAsync(long number, TimeSpan? expires = null)
    {
        var token = Promise(expires);
        _callee.Receive(new CallFrame(new CallId(Link, number), "acme.orders/decide", 1, default) { TimeToLive = 1000 });
        var ack = await _callee.Sent.NextFrameAsync<AckFrame>();
        Assert.Equal((number, true, Instance), (ack.Id.Number, ack.IsDeferred, ack.Instance));
        return await token;
    }

    private Task<DeferredToken<string>> Promise(TimeSpan? expires = null)
    {
        var token = new TaskCompletionSource<DeferredToken<string>>(TaskCreationOptions.RunContinuationsAsynchronously);
        _callee.On = (_, responder, _) =>
        {
            var ticket = Deferred.Later<string>(expires);
            token.TrySetResult(ticket.Token);
            return responder.DeferAsync(Task.FromResult<Deferred<string>>(ticket), Json.TypeInfo<string>());
        };
        return token.Task;
    }
}
