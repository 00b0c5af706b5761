using XmppRpc.Client;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

/// <summary>What becomes of one copy of a call, or of a part of it, when the session ends.</summary>
public sealed class LostCopyTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();

    public LostCopyTests() => _caller.Connect();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task Call_that_was_half_sent_when_a_part_was_lost_is_sent_again_on_the_next_session()
    {
        var parts = 0;
        _caller.Sent.Before = _ => ++parts == 2 ? throw new XmppConnectionException("reset") : ValueTask.CompletedTask;
        var call = Import();
        await _caller.Batcher.FlushAsync();
        Assert.False(call.Task.IsCompleted);
        Assert.Equal(0, (await _caller.Sent.NextFrameAsync<PartFrame>()).Number);

        _caller.Batcher.StartOver();
        _caller.Links.DoubtAll("reset");

        await AssertWholeAsync(call.Id);
        _caller.Receive(new ReplyFrame(call.Id, Utf8("\"done\"")));
        Assert.Equal("done", await call.Task);
    }

    [Fact]
    public async Task Call_that_was_half_sent_without_a_loss_begins_anew_on_the_next_session()
    {
        var (second, go, parts) = (new TaskCompletionSource(), new TaskCompletionSource(), 0);
        _caller.Sent.Before = async _ =>
        {
            if (++parts != 2)
                return;
            second.SetResult();
            await go.Task;
        };
        var call = Import();
        await second.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _caller.Batcher.StartOver();
        _caller.Links.DoubtAll("reset");
        go.SetResult();
        Assert.Equal(0, (await _caller.Sent.NextFrameAsync<PartFrame>()).Number);
        Assert.Equal(1, (await _caller.Sent.NextFrameAsync<PartFrame>()).Number);
        await AssertWholeAsync(call.Id);
        await _caller.Batcher.FlushAsync();
        Assert.False(call.Task.IsCompleted);
        Assert.Equal(0, _caller.Batcher.QueuedBytes);
    }

    [Fact]
    public async Task Loss_of_an_earlier_copy_does_not_end_a_call_that_is_sent_again()
    {
        var (sending, lost) = (new TaskCompletionSource(), new TaskCompletionSource());
        _caller.Sent.Before = async _ =>
        {
            sending.TrySetResult();
            await lost.Task;
        };
        var call = _caller.Call(Timeout.InfiniteTimeSpan);
        await sending.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _caller.Links.DoubtAll("reset");
        await Task.Run(async () =>
        {
            while (_caller.Batcher.QueuedFrames == 0)
                await Task.Yield();
        }).WaitAsync(TimeSpan.FromSeconds(30));
        _caller.Sent.Before = _ => ValueTask.CompletedTask;
        lost.SetException(new XmppConnectionException("reset"));
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal(1, frame.Attempt);
        Assert.False(call.IsCompleted);
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"done\"")));
        Assert.Equal("done", await call);
    }

    [Fact]
    public async Task Callee_is_told_of_the_end_of_a_call_before_that_it_may_forget_it()
    {
        using var source = new CancellationTokenSource();
        var calls = Enumerable.Range(0, 64).Select(i => _caller.Call(token: i == 63 ? source.Token : default)).ToList();
        var ids = new List<CallId>();
        for (var i = 0; i < 64; i++)
            ids.Add((await _caller.Sent.NextFrameAsync<CallFrame>()).Id);
        foreach (var id in ids.Take(63))
            _caller.Receive(new ReplyFrame(id, Utf8("\"done\"")));
        await Task.WhenAll(calls.Take(63));
        await source.CancelAsync();
        Assert.Equal(ids[63], (await _caller.Sent.NextFrameAsync<CancelFrame>()).Id);
        Assert.Equal(65, (await _caller.Sent.NextFrameAsync<LowFrame>()).Below);
    }

    [Fact]
    public async Task Declared_fault_of_a_stream_is_read_where_its_consumer_waits()
    {
        var method = new RpcMethodInfo("acme.orders", 1, "list", RpcMethodKind.Stream) { Stream = new RpcStreamAttribute { Window = 8, WindowBytes = 1000 }, Faults = [new RpcFaultInfo<Watched>("odd", new RpcJson(null))] };
        var invoker = _caller.Invoker();
        await using var items = invoker.StreamAsync(method, invoker.Begin(), Type<int>(), default).GetAsyncEnumerator();
        var next = items.MoveNextAsync();
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        _caller.Receive(ItemsOf(id, isUpload: false, 1, Utf8("[1]")));
        Assert.True(await next);
        Watched.Made = 0;
        _caller.Receive(new FaultFrame(id, RpcStatus.Fault, "odd") { Code = "odd", ItemsBefore = 1, Ran = true, Detail = Utf8("{}") });
        Assert.Equal(0, Watched.Made);
        var fault = await Assert.ThrowsAsync<RpcFaultException<Watched>>(async () => await items.MoveNextAsync());
        Assert.Equal((1, RpcOutcome.Executed), (Watched.Made, fault.Outcome));
    }

    private UnaryCall<string> Import()
    {
        var call = new UnaryCall<string>(_caller.Pending, new CallRequest(Peer, Unary, Utf8($"\"{new string('x', 100_000)}\""), Timeout.InfiniteTimeSpan), Type<string>());
        _caller.Pending.Start(call, _caller.Targets, default);
        return call;
    }

    private async Task AssertWholeAsync(CallId id)
    {
        PartFrame part;
        var next = 0;
        do
        {
            part = await _caller.Sent.NextFrameAsync<PartFrame>();
            Assert.Equal((id, next++), (part.Id, part.Number));
        }
        while (part.Number < part.Of - 1);
        Assert.InRange(part.Of, 2, 10);
    }

    internal sealed class Watched
    {
        public Watched() => Made++;

        public static int Made { get; set; }
    }
}
