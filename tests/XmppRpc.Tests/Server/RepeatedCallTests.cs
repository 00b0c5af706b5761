using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CalleeSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Server;

/// <summary>Calls, cancels and questions that come again, too late, too early, or from another resource of the caller.</summary>
public sealed class RepeatedCallTests : IAsyncDisposable
{
    private static readonly CallId First = new(Link, 1);
    private readonly CalleeSide _callee = new();

    public ValueTask DisposeAsync() => _callee.DisposeAsync();

    [Theory]
    [InlineData("tell", "{}")]
    [InlineData("place", """{"sku":"B-1"}""")]
    public async Task Other_call_under_the_same_id_is_refused_and_the_first_goes_on(string method, string arguments)
    {
        var running = await _callee.RunAsync(NewCall(1));
        var fault = await _callee.RefusedAsync(NewCall(1, method, arguments));
        Assert.Equal((RpcStatus.AlreadyExists, FrameNames.CallIdReused, false), (fault.Status, fault.Code, fault.Ran));
        running.SetResult("first");
        Assert.Equal("\"first\"", Text((await _callee.Sent.NextFrameAsync<ReplyFrame>()).Result));
    }

    [Fact]
    public async Task Cancel_that_overtakes_its_call_keeps_it_from_running()
    {
        _callee.Receive(new CancelFrame(First));
        var fault = await _callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Canceled, false), (fault.Status, fault.Ran));
        await _callee.RepliedAsync(NewCall(7));
        _callee.Receive(new CancelFrame(new CallId(Link, 8)));
        _callee.Receive(NewCall(8));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Call_that_was_refused_for_want_of_room_does_not_run_when_it_comes_again()
    {
        await using var callee = new CalleeSide(options => options with { MaxConcurrentCalls = 1, MaxWaitingCalls = 0 });
        var running = await callee.RunAsync(NewCall(1));
        Assert.Equal((FrameNames.Busy, false), (await callee.RefusedAsync(NewCall(2))) is var fault ? (fault.Code, fault.Ran) : default);
        running.SetResult("done");
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        callee.Receive(NewCall(2));
        await callee.Sent.AssertNothingAsync(callee.Batcher);
        await callee.RepliedAsync(NewCall(3));
    }

    [Fact]
    public async Task Call_that_runs_is_not_refused_when_its_contract_is_no_longer_served()
    {
        var running = await _callee.RunAsync(NewCall(1));
        _callee.Contracts.Remove(Contract);
        _callee.Receive(NewCall(1));
        await _callee.Sent.NextFrameAsync<AckFrame>();
        running.SetResult("done");
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
        await _callee.RepliedAsync(NewCall(1));
        Assert.Equal(FrameNames.UnknownMethod, (await _callee.RefusedAsync(NewCall(2))).Code);
    }

    [Fact]
    public async Task Call_that_its_caller_has_settled_while_it_runs_is_cancelled()
    {
        var running = await _callee.RunAsync(NewCall(1));
        _callee.Calls.Low(Caller, new LowFrame(Link, 2, []));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Grace_of_an_earlier_doubt_does_not_end_a_later_one()
    {
        var running = await _callee.RunAsync(NewCall(1));
        _callee.Calls.CallerGone(Caller);
        _callee.Time.Advance(TimeSpan.FromSeconds(1));
        _callee.Calls.Heard(Caller);
        _callee.Time.Advance(TimeSpan.FromSeconds(1.5));
        _callee.Calls.CallerGone(Caller);
        _callee.Time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.False(running.Task.IsCompleted);
        _callee.Time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Deferred_call_is_remembered_beyond_the_deadline_of_its_taking()
    {
        string token = "";
        _callee.On = (_, responder, _) =>
        {
            var ticket = Deferred.Later<string>();
            token = ticket.Token.Value;
            return responder.DeferAsync(Task.FromResult<Deferred<string>>(ticket), Json.TypeInfo<string>());
        };
        static CallFrame Call() => new(First, "acme.orders/decide", 1, Utf8("{}")) { TimeToLive = 1000 };
        _callee.Receive(Call());
        Assert.True((await _callee.Sent.NextFrameAsync<AckFrame>()).IsDeferred);
        _callee.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(await _callee.Calls.Deferred.CompleteAsync(new DeferredToken<string>(token), "at last"));
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
        _callee.Time.Advance(TimeSpan.FromMinutes(4));
        _callee.Calls.Sweep(TimeSpan.FromMinutes(10));
        _callee.Receive(Call());
        Assert.Equal("\"at last\"", Text((await _callee.Sent.NextFrameAsync<ReplyFrame>()).Result));
    }

    [Fact]
    public async Task Call_that_has_not_come_yet_is_let_in_though_later_ones_are_long_forgotten()
    {
        await _callee.RepliedAsync(new CallFrame(new CallId(Link, 2), "acme.orders/place", 1, Utf8("{}")) { TimeToLive = 1000 });
        _callee.Time.Advance(TimeSpan.FromMinutes(2));
        _callee.Calls.Sweep(TimeSpan.FromMinutes(10));
        await _callee.RepliedAsync(NewCall(1));
        _callee.Receive(NewCall(2));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Streams_take_no_places_from_calls()
    {
        await using var callee = new CalleeSide(options => options with { MaxConcurrentCalls = 1, MaxWaitingCalls = 0, MaxStreams = 2 });
        var reply = callee.On;
        callee.On = (_, responder, token) => responder.StreamAsync(Endless(token), Json.TypeInfo<int>());
        for (var number = 1; number <= 2; number++)
        {
            callee.Receive(NewStream(number));
            await callee.Sent.NextFrameAsync<AckFrame>();
        }
        Assert.Equal(FrameNames.Busy, (await callee.RefusedAsync(NewStream(3))).Code);
        callee.On = reply;
        await callee.RepliedAsync(NewCall(4));
        Assert.Equal(2, callee.Calls.Load);
    }

    [Fact]
    public async Task Early_cancel_of_somebody_else_changes_nothing()
    {
        _callee.Receive(new CancelFrame(First), Jid.Parse("mallory@example.org/1"));
        await _callee.RepliedAsync(NewCall(1));
    }

    [Fact]
    public async Task Answers_go_where_the_call_came_from_last()
    {
        var moved = Jid.Parse("shop@example.org/2");
        var running = await _callee.RunAsync(NewCall(1));
        _callee.Receive(NewCall(1), moved);
        Assert.Equal(moved, (await _callee.Sent.NextAsync()).To);
        running.SetResult("late");
        Assert.Equal(moved, (await _callee.Sent.NextAsync()).To);
    }

    [Fact]
    public async Task After_a_session_that_is_lost_it_is_said_again_how_each_unsettled_call_stands()
    {
        await _callee.RepliedAsync(NewCall(1));
        await _callee.RepliedAsync(NewCall(2));
        await _callee.RunAsync(NewCall(3));
        _callee.Calls.Low(Caller, new LowFrame(Link, 2, []));
        _callee.Calls.SendAgain();
        Assert.Equal(2, (await _callee.Sent.NextFrameAsync<ReplyFrame>()).Id.Number);
        Assert.Equal(3, (await _callee.Sent.NextFrameAsync<AckFrame>()).Id.Number);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Caller_that_is_heard_within_the_grace_keeps_its_calls()
    {
        var running = await _callee.RunAsync(NewCall(1));
        _callee.Calls.CallerGone(Caller);
        _callee.Time.Advance(TimeSpan.FromSeconds(2));
        _callee.Receive(NewCall(1));
        await _callee.Sent.NextFrameAsync<AckFrame>();
        _callee.Time.Advance(TimeSpan.FromSeconds(5));
        running.SetResult("kept");
        Assert.Equal("\"kept\"", Text((await _callee.Sent.NextFrameAsync<ReplyFrame>()).Result));
    }

    [Fact]
    public async Task Call_that_has_run_is_not_run_again_when_its_caller_comes_back_after_the_grace()
    {
        var runs = 0;
        var reply = _callee.On;
        _callee.On = (arguments, responder, token) =>
        {
            runs++;
            return reply(arguments, responder, token);
        };
        static CallFrame Call() => new(First, "acme.orders/place", 1, Utf8("{}")) { TimeToLive = 30_000 };
        _callee.Receive(Call());
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
        _callee.Lose(Caller);
        _callee.Calls.Sweep(TimeSpan.FromMinutes(10));
        _callee.Receive(Call());
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
        Assert.Equal(1, runs);
    }

    [Fact]
    public async Task Draining_callee_repeats_what_has_run_before_it_refuses()
    {
        await _callee.RepliedAsync(NewCall(1));
        _ = _callee.Calls.DrainAsync();
        await _callee.RepliedAsync(NewCall(1));
        Assert.Equal(FrameNames.Draining, (await _callee.RefusedAsync(NewCall(2))).Code);
    }

    [Fact]
    public async Task Callers_that_never_say_what_they_have_settled_are_forgotten_a_minute_after_the_deadline()
    {
        await using var callee = new CalleeSide(options => options with { MaxRememberedCalls = 2 });
        for (var number = 1; number <= 2; number++)
            await callee.RepliedAsync(new CallFrame(new CallId(Link, number), "acme.orders/place", 1, Utf8("{}")) { TimeToLive = 1000 });
        Assert.Equal(FrameNames.Busy, (await callee.RefusedAsync(NewCall(3))).Code);
        callee.Time.Advance(TimeSpan.FromSeconds(62));
        callee.Calls.Sweep(TimeSpan.FromMinutes(10));
        await callee.RepliedAsync(NewCall(4));
        // What is forgotten is not let in again.
        callee.Receive(new CallFrame(First, "acme.orders/place", 1, Utf8("{}")) { TimeToLive = 1000 });
        await callee.Sent.AssertNothingAsync(callee.Batcher);
    }

    [Fact]
    public async Task Silent_callers_with_open_calls_are_those_to_be_asked()
    {
        await _callee.RepliedAsync(NewCall(1));
        _callee.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Empty(_callee.Calls.Silent(TimeSpan.FromSeconds(5)));
        await _callee.RunAsync(NewCall(2));
        Assert.Empty(_callee.Calls.Silent(TimeSpan.FromSeconds(5)));
        _callee.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal([Caller], _callee.Calls.Silent(TimeSpan.FromSeconds(5)));
        _callee.Calls.Heard(Caller);
        Assert.Empty(_callee.Calls.Silent(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task Resumed_stream_that_has_ended_sends_the_rest_and_its_end_again_until_it_is_settled()
    {
        _callee.On = (_, responder, _) => responder.StreamAsync(Three(), Json.TypeInfo<int>());
        _callee.Receive(NewStream(1));
        await _callee.Sent.NextFrameAsync<AckFrame>();
        await _callee.Sent.NextFrameAsync<ItemFrame>();
        await _callee.Sent.NextFrameAsync<EndFrame>();
        _callee.Receive(new ResumeFrame(First, isUpload: false, 1, new Credit(100, 100_000)));
        Assert.Equal("[1,2,3]", Text((await _callee.Sent.NextFrameAsync<ItemFrame>()).Items));
        Assert.Equal(3, (await _callee.Sent.NextFrameAsync<EndFrame>()).Total);
        _callee.Calls.Low(Caller, new LowFrame(Link, 2, []));
        _callee.Receive(new ResumeFrame(First, isUpload: false, 1, new Credit(100, 100_000)));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Resumption_of_a_stream_that_nobody_knows_is_told_so_and_a_stranger_is_not()
    {
        var resume = new ResumeFrame(First, isUpload: false, 1, new Credit(100, 100_000));
        Assert.Equal((FrameNames.UnknownCall, null), (await _callee.RefusedAsync(resume)) is var fault ? (fault.Code, fault.Ran) : default);
        _callee.Receive(resume, Jid.Parse("mallory@elsewhere.org/x"));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    private static async IAsyncEnumerable<int> Endless([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token)
    {
        await Task.Delay(Timeout.Infinite, token);
        yield break;
    }

    private static async IAsyncEnumerable<int> Three()
    {
        for (var i = 1; i <= 3; i++)
            yield return i;
        await Task.CompletedTask;
    }
}
