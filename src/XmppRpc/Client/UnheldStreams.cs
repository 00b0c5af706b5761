using XmppRpc.Frames;
using XmppRpc.Xmpp;

namespace XmppRpc.Client;

/// <summary>
/// Callees that go on with a stream which nobody here holds: its caller was an earlier process under this address, or its cancel was lost. Each is told
/// once, by <c>cancel</c>, which is never answered, and no oftener than anybody is refused. Used by the receiving loop alone.
/// </summary>
internal sealed class UnheldStreams(FrameBatcher batcher, long maxQueuedBytes, Func<Jid, bool> mayAnswer)
{
    private const int Max = 1024;
    private readonly HashSet<(Jid From, CallId Id)> _told = [];
    private readonly Queue<(Jid From, CallId Id)> _oldest = new();

    /// <summary>Takes a frame of a callee for which there is no call.</summary>
    public void Take(Jid from, CallBoundFrame frame)
    {
        if (frame is not (ItemFrame { IsUpload: false } or ResumeFrame { IsUpload: true }) || batcher.QueuedBytes > maxQueuedBytes || !mayAnswer(from) || !_told.Add((from, frame.Id)))
            return;
        _oldest.Enqueue((from, frame.Id));
        if (_oldest.Count > Max)
            _told.Remove(_oldest.Dequeue());
        batcher.Append(from, new CancelFrame(frame.Id));
    }
}
