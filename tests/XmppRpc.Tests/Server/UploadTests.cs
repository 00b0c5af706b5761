using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CalleeSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Server;

/// <summary>The stream of a caller, as its callee takes it.</summary>
public sealed class UploadTests : IAsyncDisposable
{
    private static readonly CallId Id = new(Link, 1);
    private readonly CalleeSide _callee = new();
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UploadTests() => _callee.On = (arguments, responder, _) => responder.ReplyAsync(SumAsync(arguments), Json.TypeInfo<int>());

    public ValueTask DisposeAsync() => _callee.DisposeAsync();

    [Fact]
    public async Task Credit_comes_at_once_the_items_are_read_and_the_reply_follows()
    {
        await StartAsync();
        Items(1, "[1,2]");
        Items(3, "[3]");
        _callee.Receive(new EndFrame(Id, isUpload: true, 3));
        Assert.Equal("6", Text((await _callee.Sent.NextFrameAsync<ReplyFrame>()).Result));
    }

    [Fact]
    public async Task Items_that_are_lost_are_asked_for()
    {
        await StartAsync();
        Items(2, "[2]");
        Assert.Equal((1, true), (await _callee.Sent.NextFrameAsync<ResumeFrame>()) is var resume ? (resume.From, resume.IsUpload) : default);
        Items(1, "[1,2]");
        _callee.Receive(new EndFrame(Id, isUpload: true, 2));
        Assert.Equal("3", Text((await _callee.Sent.NextFrameAsync<ReplyFrame>()).Result));
    }

    [Fact]
    public async Task Item_that_cannot_be_read_is_the_callers_fault()
    {
        await StartAsync();
        Items(1, "[\"one\"]");
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.InvalidArgument, true), (fault.Status, fault.Ran));
    }

    [Fact]
    public async Task Caller_that_sends_more_than_it_may_is_refused_and_the_implementation_sees_the_break()
    {
        await StartAsync();
        for (var first = 1; first <= 250; first += 50)
            Items(first, $"[{string.Join(',', Enumerable.Repeat(1, 50))}]");
        Items(251, $"[{string.Join(',', Enumerable.Repeat(1, 5000))}]");
        FaultFrame? fault = null;
        while (fault is null)
            fault = await _callee.Sent.NextFrameAsync() as FaultFrame;
        Assert.Equal((RpcStatus.InvalidArgument, FrameNames.BadFrame), (fault.Status, fault.Code));
        Assert.Equal(250, Assert.IsType<RpcStreamInterruptedException>(await _failed.Task.WaitAsync(TimeSpan.FromSeconds(30))).LastSequence);
    }

    [Fact]
    public async Task Caller_that_dies_is_an_interruption_never_an_end()
    {
        await StartAsync();
        Items(1, "[1,2]");
        _callee.Lose(Caller);
        var error = await _failed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, Assert.IsType<RpcStreamInterruptedException>(error).LastSequence);
    }

    [Fact]
    public async Task Cancel_ends_the_reading()
    {
        await StartAsync();
        Items(1, "[1]");
        _callee.Receive(new CancelFrame(Id));
        Assert.IsAssignableFrom<OperationCanceledException>(await _failed.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(RpcStatus.Canceled, (await _callee.Sent.NextFrameAsync<FaultFrame>()).Status);
    }

    [Fact]
    public async Task Repeated_call_is_acknowledged_with_its_credit_and_asks_for_what_is_missing()
    {
        await StartAsync();
        Items(1, "[1,2]");
        _callee.Receive(Call());
        Assert.NotNull((await _callee.Sent.NextFrameAsync<AckFrame>()).Credit);
        Assert.Equal(3, (await _callee.Sent.NextFrameAsync<ResumeFrame>()).From);
    }

    [Fact]
    public async Task Upload_to_a_method_that_takes_none_and_none_to_one_that_does_are_refused()
    {
        Assert.Equal(FrameNames.BadFrame, (await _callee.RefusedAsync(NewCall(1, "import"))).Code);
        Assert.Equal(FrameNames.BadFrame, (await _callee.RefusedAsync(new CallFrame(Id, "acme.orders/place", 1, Utf8("{}")) { HasUpload = true })).Code);
    }

    [Fact]
    public async Task Items_for_a_call_that_nobody_knows_are_told_so()
    {
        var fault = await _callee.RefusedAsync(ItemsOf(Id, isUpload: true, 1, Utf8("[1]")));
        Assert.Equal(FrameNames.UnknownCall, fault.Code);
    }

    private static CallFrame Call() => new(Id, "acme.orders/import", 1, Utf8("{}")) { HasUpload = true };

    private async Task StartAsync()
    {
        _callee.Receive(Call());
        Assert.Equal(256, (await _callee.Sent.NextFrameAsync<AckFrame>()).Credit!.Value.Items);
    }

    private void Items(long first, string items) => _callee.Receive(ItemsOf(Id, isUpload: true, first, Utf8(items)));

    private async Task<int> SumAsync(RpcArgumentReader arguments)
    {
        var sum = 0;
        try
        {
            await foreach (var item in arguments.ReadStream(Json.TypeInfo<int>()))
                sum += item;
        }
        catch (Exception e)
        {
            _failed.TrySetResult(e);
            throw;
        }
        return sum;
    }
}
