using XmppRpc.Xmpp;

namespace XmppRpc.Frames;

/// <summary>
/// The frames that wait for one peer: unary ones first, streamed ones behind, and in turn with them, part by part, one frame that no stanza can carry.
/// Guarded by its batcher.
/// </summary>
internal sealed class PeerQueue(Jid peer, BatchLimits limits, FrameBatcher batcher)
{
    private readonly FrameLane _unary = new();
    private readonly FrameLane _streamed = new();

    // Unary ones that may need parts. Of the streamed, which keep their order, one that does stops the lane until it is through.
    private readonly FrameLane _large = new();
    private FrameInParts? _inParts;
    private bool _isWholeDue = true;
    private bool _wasStreamed;
    private long _withdrawnBytes;
    private bool _isDrained;

    public Jid Peer { get; } = peer;

    /// <summary>Frames that are here, withdrawn ones included.</summary>
    public int Count => _unary.Count + _large.Count + _streamed.Count + (_inParts is null ? 0 : 1);

    /// <summary>Most text of a stanza that frames share: ours, or what the peer takes if that is less.</summary>
    public int BatchBytes { get; private set; } = limits.BytesFor(peer);

    /// <summary>At most these bytes are waiting.</summary>
    public long Bytes { get; private set; }

    private bool IsStreamStopped => _inParts is { Frame.IsStreamed: true } || (_streamed.TryPeek(out var frame) && limits.MayNeedParts(frame));

    private bool HasWhole => _unary.Count > 0 || (_streamed.Count > 0 && !IsStreamStopped);

    public void Add(Frame frame)
    {
        if (!frame.Enter(this))
            return;
        (frame.IsStreamed ? _streamed : limits.MayNeedParts(frame) ? _large : _unary).Enqueue(frame);
        BatchBytes = Math.Min(BatchBytes, limits.StanzaBytes(frame));
        CountIn(frame.MaxBytes);
    }

    /// <summary>Moves frames into a batch, as many as surely have room; one that may have room if none has surely. False if there was none.</summary>
    public bool Take(List<Frame> batch, int room)
    {
        var before = batch.Count;
        while (batch.Count < limits.MaxFrames && NextLane() is { } lane && lane.TryPeek(out var next))
        {
            var size = next.MaxBytes;
            if (size > room && (batch.Count > before || (batch.Count > 0 && size > 2 * BatchBytes)))
                break;
            if (!Dequeue(lane).TryTake())
                continue;
            room -= size;
            batch.Add(next);
        }
        return batch.Count > before;
    }

    /// <summary>Takes back a frame that turned out not to fit; false if nothing goes out from here any more.</summary>
    public bool PutBack(Frame frame)
    {
        if (_isDrained)
            return false;
        frame.PutBack();
        if (!frame.Enter(this))
            return true;
        (frame.IsStreamed ? _streamed : _unary).PutBack(frame);
        CountIn(frame.MaxBytes);
        return true;
    }

    /// <summary>The frame that the next stanza carries a part of, or null if it carries whole ones.</summary>
    public FrameInParts? TakeTurn()
    {
        if (_inParts is { IsBroken: true })
            EndParts();
        var hasParts = _inParts is not null || _large.Count > 0 || IsStreamStopped;
        _isWholeDue = !(hasParts && _isWholeDue && HasWhole);
        return hasParts && _isWholeDue ? _inParts ?? BeginParts() : null;
    }

    /// <summary>Our session is another one: a frame that was half sent begins anew, as its receiver has dropped what it had.</summary>
    public void StartOver()
    {
        if (_inParts is not { IsBegun: true, IsBroken: false } whole)
            return;
        var before = whole.Left;
        whole.StartOver();
        CountIn(whole.Left - before);
    }

    /// <summary>The frame's line is written and needs parts. False if it was withdrawn meanwhile.</summary>
    public bool Cut(FrameInParts whole, ReadOnlyMemory<byte> line)
    {
        if (_inParts != whole)
            return false;
        CountIn(line.Length - whole.Left);
        whole.Cut(line);
        return true;
    }

    /// <summary>The frame's line is written and fits one stanza. False if it was withdrawn meanwhile.</summary>
    public bool TakeWhole(FrameInParts whole)
    {
        if (_inParts != whole || !whole.Frame.TryTake())
            return false;
        EndParts();
        return true;
    }

    /// <summary>The next part, or null if the frame was withdrawn meanwhile. Until the last is taken the frame can be withdrawn: nobody can have worked on it.</summary>
    public PartFrame? TakePart(FrameInParts whole)
    {
        if (_inParts != whole)
            return null;
        var isLast = whole.IsLastNext;
        if (isLast && !whole.Frame.TryTake())
            return null;
        var before = whole.Left;
        var part = whole.Next();
        CountIn(whole.Left - before);
        if (isLast)
            EndParts();
        return part;
    }

    /// <summary>Not guarded: a frame of this queue was withdrawn.</summary>
    public void Withdraw(Frame frame) => batcher.OnWithdrawn(this, frame);

    /// <summary>Counts a withdrawn frame out. Once there are more such bytes than others, they are removed: what waits through an outage is only what may still be sent.</summary>
    public void OnWithdrawn(Frame frame)
    {
        if (!frame.IsIn(this))
            return;
        if (_inParts is { } whole && whole.Frame == frame)
        {
            EndParts();
            // The receiver keeps the parts it has until it is told.
            if (whole.IsBegun && frame is CallFrame call)
                Add(new CancelFrame(call.Id));
            return;
        }
        frame.IsCountedOut = true;
        _withdrawnBytes += frame.MaxBytes;
        CountIn(-frame.MaxBytes);
        if (_withdrawnBytes <= Bytes)
            return;
        foreach (var lane in (FrameLane[])[_unary, _large, _streamed])
            lane.Compact();
        _withdrawnBytes = 0;
    }

    public void Drain(List<Frame> frames)
    {
        _isDrained = true;
        if (_inParts is { IsBroken: false } whole)
            frames.Add(whole.Frame);
        foreach (var lane in (FrameLane[])[_unary, _large, _streamed])
            while (lane.Count > 0)
                frames.Add(lane.Dequeue());
        _inParts = null;
        foreach (var frame in frames)
            frame.Leave();
        CountIn(-Bytes);
    }

    private FrameLane? NextLane() => _unary.Count > 0 ? _unary : _streamed.Count > 0 && !IsStreamStopped ? _streamed : null;

    private FrameInParts? BeginParts()
    {
        while (_inParts is null)
        {
            var takesStreamed = IsStreamStopped && (_large.Count == 0 || !_wasStreamed);
            if (!takesStreamed && _large.Count == 0)
                break;
            _wasStreamed = takesStreamed;
            var frame = Dequeue(takesStreamed ? _streamed : _large);
            if (!frame.TryBeginParts() || !frame.Enter(this))
                continue;
            _inParts = new FrameInParts(frame, limits);
            CountIn(_inParts.Left);
        }
        return _inParts;
    }

    private void EndParts()
    {
        CountIn(-_inParts!.Left);
        _inParts.Frame.Leave();
        _inParts = null;
    }

    private Frame Dequeue(FrameLane lane)
    {
        var frame = lane.Dequeue();
        if (frame.IsCountedOut)
            _withdrawnBytes -= frame.MaxBytes;
        else
            CountIn(-frame.MaxBytes);
        frame.Leave();
        return frame;
    }

    private void CountIn(long bytes)
    {
        Bytes += bytes;
        batcher.CountIn(bytes);
    }
}
