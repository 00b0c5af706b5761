using XmppRpc.Client;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

public sealed class UnheldStreamsTests : IAsyncDisposable
{
    private static readonly CallId Id = new("x7Kd0w0123456789abcd", 1);
    private readonly CallerSide _caller = new();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task Stream_that_nobody_holds_is_cancelled_once_for_each_callee()
    {
        var unheld = new UnheldStreams(_caller.Batcher, 1000, _ => true);
        for (var i = 0; i < 3; i++)
            unheld.Take(Peer, ItemsOf(Id, isUpload: false, 1, Utf8("[1]")));
        unheld.Take(Jid.Parse("orders@example.org/other"), new ResumeFrame(Id, isUpload: true, 1, new Credit(1, 1)));

        Assert.Equal(Id, (await _caller.Sent.NextFrameAsync<CancelFrame>()).Id);
        Assert.Equal(Id, (await _caller.Sent.NextFrameAsync<CancelFrame>()).Id);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public async Task Other_frames_are_never_answered_and_nothing_is_while_too_much_waits()
    {
        var unheld = new UnheldStreams(_caller.Batcher, 1000, _ => true);
        foreach (var frame in new CallBoundFrame[] { new ReplyFrame(Id, Utf8("1")), new FaultFrame(Id, RpcStatus.Internal, "x"), new AckFrame(Id, deferred: true, null), new EndFrame(Id, isUpload: false, 1), new CreditFrame(Id, isUpload: true, 1, new Credit(1, 1)) })
            unheld.Take(Peer, frame);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);

        new UnheldStreams(_caller.Batcher, -1, _ => true).Take(Peer, ItemsOf(Id, isUpload: false, 1, Utf8("[1]")));
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }
}
