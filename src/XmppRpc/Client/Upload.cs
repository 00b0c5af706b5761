using XmppRpc.Frames;
using XmppRpc.Streams;

namespace XmppRpc.Client;

/// <summary>The stream that a caller sends with a call: it begins with the callee's first credit, and ends with the call at the latest.</summary>
internal sealed class Upload : IStreamSender, IDisposable
{
    private readonly PendingCall _call;
    private readonly OutgoingStream _stream;
    private readonly CancellationTokenSource _stop = new();
    private int _started;

    public Upload(PendingCall call, Func<IStreamSender, OutgoingStream> stream) => (_call, _stream) = (call, stream(this));

    public CallId Id => _call.Id;

    /// <summary>Takes what the callee says of the upload; nothing else concerns it.</summary>
    public void Note(CallBoundFrame frame)
    {
        switch (frame)
        {
            case AckFrame { Credit: { } credit }:
                _stream.Grant(0, credit);
                break;
            case CreditFrame { IsUpload: true } credit:
                _stream.Grant(credit.Got, credit.Credit);
                break;
            case ResumeFrame { IsUpload: true } resume:
                _stream.Resume(resume.From, resume.Credit);
                break;
            default:
                return;
        }
        // Whichever came first: the one that was to come first may be lost.
        if (Interlocked.Exchange(ref _started, 1) == 0)
            _ = Task.Run(RunAsync);
    }

    public void Send(CallBoundFrame frame) => _call.Send(frame);

    public void OnSilence() => _call.Abort(new RpcException(RpcStatus.Unavailable, $"{_call.Peer} has said nothing about the stream sent to it for too long."));

    /// <summary>The call has ended, and the upload with it.</summary>
    public void Dispose()
    {
        _stream.Finish(null);
        _ = _stop.CancelAsync();
    }

    private async Task RunAsync()
    {
        try
        {
            await _stream.RunAsync(_stop.Token).ConfigureAwait(false);
            var end = new EndFrame(Id, isUpload: true, _stream.ItemsSent);
            if (_stream.Finish(end))
                Send(end);
        }
        catch (Exception e)
        {
            // What the caller's own source throws is the caller's to see; after the call's end nobody is there to see it.
            _call.Abort(e);
        }
    }
}
