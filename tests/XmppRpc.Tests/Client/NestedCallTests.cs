using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

/// <summary>Calls that an implementation makes while it serves one.</summary>
public sealed class NestedCallTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();
    private readonly CalleeSide _callee = new();

    public NestedCallTests() => _caller.Connect();

    public async ValueTask DisposeAsync()
    {
        await _callee.DisposeAsync();
        await _caller.DisposeAsync();
    }

    [Theory]
    [InlineData(5_000L, 30, 5_000L)]
    [InlineData(60_000L, 30, 30_000L)]
    [InlineData(null, 30, 30_000L)]
    [InlineData(5_000L, -1, 5_000L)]
    public async Task Nested_call_has_no_more_time_than_is_left_of_the_one_that_is_served(long? left, int seconds, long expected)
    {
        var timeout = seconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);
        _callee.On = (_, responder, _) => responder.ReplyAsync(_caller.Call(timeout, CancellationToken.None), CalleeSide.Json.TypeInfo<string>());
        _callee.Receive(new CallFrame(new CallId(CalleeSide.Link, 1), "acme.orders/place", 1, Utf8("{}")) { TimeToLive = left });
        var nested = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal(expected, nested.TimeToLive);
        _caller.Receive(new ReplyFrame(nested.Id, Utf8("\"inner\"")));
        Assert.Equal("\"inner\"", Text((await _callee.Sent.NextFrameAsync<ReplyFrame>()).Result));
    }

    [Fact]
    public async Task Nested_call_made_when_no_time_is_left_ends_at_once()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _callee.On = async (_, responder, _) =>
        {
            started.SetResult();
            await go.Task;
            await responder.ReplyAsync(_caller.Call(token: CancellationToken.None), CalleeSide.Json.TypeInfo<string>());
        };
        _callee.Receive(new CallFrame(new CallId(CalleeSide.Link, 1), "acme.orders/place", 1, Utf8("{}")) { TimeToLive = 1000 });
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _callee.Time.Advance(TimeSpan.FromSeconds(2));
        go.SetResult();
        var nested = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal(1, nested.TimeToLive);
        _caller.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(RpcStatus.DeadlineExceeded, (await _callee.Sent.NextFrameAsync<FaultFrame>()).Status);
    }

    [Fact]
    public async Task Caller_is_called_back_at_its_own_address()
    {
        Jid? called = null;
        _callee.Calls.InvokerTo = target =>
        {
            called = target;
            return _caller.Invoker(CallerSide.Peer);
        };
        _callee.On = (_, responder, _) =>
        {
            _ = RpcContext.Current!.Peer<INested>();
            return responder.ReplyAsync(Task.FromResult("ok"), CalleeSide.Json.TypeInfo<string>());
        };
        await _callee.RepliedAsync(CalleeSide.NewCall(1));
        Assert.Equal(CalleeSide.Caller, called);
    }
}

/// <summary>What a caller may serve.</summary>
[RpcContract("tests.nested")]
public partial interface INested
{
    Task<bool> ConfirmAsync(string question);
}
