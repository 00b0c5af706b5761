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
        await _callee.RepliedAsync(NewCall(7));
        _callee.Receive(new CancelFrame(First));
        var fault = await _callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Canceled, false), (fault.Status, fault.Ran));
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
        var call = new CallFrame(First, "acme.orders/place", 1, Utf8("{}")) { TimeToLive = 30_000 };
        _callee.Receive(call);
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
        _callee.Lose(Caller);
        _callee.Calls.Sweep(TimeSpan.FromMinutes(10));
        _callee.Receive(call);
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
        await callee.RepliedAsync(NewCall(3));
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

    private static async IAsyncEnumerable<int> Three()
    {
        for (var i = 1; i <= 3; i++)
            yield return i;
        await Task.CompletedTask;
    }
}
