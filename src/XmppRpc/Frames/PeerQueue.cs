using XmppRpc.Xmpp;

namespace XmppRpc.Frames;

/// <summary>The frames that wait for one peer: unary ones first, streamed ones behind. Guarded by its batcher.</summary>
internal sealed class PeerQueue(Jid peer)
{
    private readonly Queue<Frame> _unary = new();
    private readonly Queue<Frame> _streamed = new();

    public Jid Peer { get; } = peer;

    public int Count => _unary.Count + _streamed.Count;

    /// <summary>At most these bytes are waiting.</summary>
    public long Bytes { get; private set; }

    public void Add(Frame frame)
    {
        (frame.IsStreamed ? _streamed : _unary).Enqueue(frame);
        Bytes += frame.MaxBytes;
    }

    /// <summary>Moves what fits one stanza into the batch, at least one frame; withdrawn frames are left out.</summary>
    public void Take(List<Frame> batch, BatchLimits limits)
    {
        long bytes = 0;
        while (batch.Count < limits.MaxFrames && Next() is { } queue)
        {
            var size = queue.Peek().MaxBytes;
            if (batch.Count > 0 && bytes + size > limits.MaxBytes)
                return;
            var frame = queue.Dequeue();
            Bytes -= size;
            if (!frame.TryTake())
                continue;
            bytes += size;
            batch.Add(frame);
        }
    }

    public void Drain(List<Frame> frames)
    {
        frames.AddRange(_unary);
        frames.AddRange(_streamed);
        _unary.Clear();
        _streamed.Clear();
    }

    private Queue<Frame>? Next() => _unary.Count > 0 ? _unary : _streamed.Count > 0 ? _streamed : null;
}
