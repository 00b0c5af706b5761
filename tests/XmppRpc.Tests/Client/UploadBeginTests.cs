using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

public sealed class UploadBeginTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Theory]
    [InlineData("ack")]
    // The acknowledgement was lost: what the callee says next will do.
    [InlineData("credit")]
    [InlineData("resume")]
    public async Task Upload_begins_with_the_first_credit_whichever_frame_brings_it(string first)
    {
        _caller.Connect();
        var invoker = _caller.Invoker();
        var arguments = invoker.Begin();
        arguments.WriteStream(new[] { 1, 2, 3 }.ToAsyncEnumerable(), Type<int>());
        var call = invoker.CallAsync(new RpcMethodInfo("acme.orders", 1, "fill", RpcMethodKind.Unary) { HasUpload = true }, arguments, Type<string>(), default);
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.True(frame.HasUpload);

        var credit = new Credit(10, 1000);
        _caller.Receive(first switch
        {
            "ack" => new AckFrame(frame.Id, deferred: false, null) { Credit = credit },
            "credit" => new CreditFrame(frame.Id, isUpload: true, 0, credit),
            _ => new ResumeFrame(frame.Id, isUpload: true, 1, credit),
        });

        CallBoundFrame next;
        long items = 0;
        while ((next = await _caller.Sent.NextFrameAsync<CallBoundFrame>()) is ItemFrame item)
            items += item.Items.Span.Count((byte)',') + (item.Items.Length > 2 ? 1 : 0);
        Assert.Equal(3, items);
        Assert.Equal(3, Assert.IsType<EndFrame>(next).Total);
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"ok\"")));
        Assert.Equal("ok", await call);
    }
}
