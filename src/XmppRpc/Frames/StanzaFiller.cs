namespace XmppRpc.Frames;

/// <summary>Writes the frames of a queue into the text of one stanza, until that is full. Used by the batcher's writer, one stanza at a time.</summary>
internal sealed class StanzaFiller(Lock gate, BatchLimits limits)
{
    private readonly List<Frame> _frames = [];
    private readonly FrameText _text = new();
    private double _density = 0.5;

    /// <summary>What share of the bytes that frames may take they do take, by the stanzas so far.</summary>
    public double Density => Volatile.Read(ref _density);

    public bool IsEmpty => _frames.Count == 0;

    /// <summary>Begins a stanza and fills it; it stays empty if all that waited was withdrawn.</summary>
    public void Fill(PeerQueue queue)
    {
        _text.Clear();
        FrameInParts? whole;
        int most;
        lock (gate)
            (whole, most) = (queue.TakeTurn(), queue.BatchBytes);
        if (whole is not null)
            FillWithPart(queue, whole);
        else
            FillWithFrames(queue, most);
    }

    /// <summary>The text to send. Line feeds stand between frames, none behind the last.</summary>
    public ReadOnlyMemory<byte> Finish()
    {
        QuoteSwap.Swap(_text.Written);
        return _text.Lines;
    }

    /// <summary>Tells the frames what became of the stanza.</summary>
    public void Tell(Exception? failure)
    {
        foreach (var frame in _frames)
            frame.OnWritten(failure);
        _frames.Clear();
    }

    // The lock is never held while a frame is written. Each round takes what surely fits; so the last rounds take single frames, and the very last one may have to go back.
    private void FillWithFrames(PeerQueue queue, int maxBytes)
    {
        long expected = 0;
        var writer = new FrameWriter(_text);
        while (_text.Length <= maxBytes)
        {
            var written = _frames.Count;
            lock (gate)
                if (!queue.Take(_frames, maxBytes + 1 - _text.Length))
                    break;
            var end = 0;
            for (; written < _frames.Count; written++)
            {
                end = _text.Length;
                _frames[written].Write(ref writer);
                expected += _frames[written].MaxBytes;
            }
            if (_frames.Count == 1 || _text.Length - 1 <= maxBytes)
                continue;
            lock (gate)
                if (!queue.PutBack(_frames[^1]))
                    break;
            _text.Truncate(end);
            expected -= _frames[^1].MaxBytes;
            _frames.RemoveAt(_frames.Count - 1);
            break;
        }
        if (expected > 0)
            Volatile.Write(ref _density, _density + (Math.Min(1, (double)_text.Length / expected) - _density) / 8);
    }

    private void FillWithPart(PeerQueue queue, FrameInParts whole)
    {
        var writer = new FrameWriter(_text);
        if (!whole.IsCut)
        {
            whole.Frame.Write(ref writer);
            var line = _text.Lines;
            var fits = limits.FitsStanza(whole.Frame, line.Span);
            if (fits || limits.IsTooLarge(whole.Frame, line))
            {
                lock (gate)
                    if (queue.TakeWhole(whole))
                        _frames.Add(whole.Frame);
                if (!fits)
                    throw new ArgumentException($"It takes {line.Length} bytes, more than RpcEndpointOptions.MaxFrameBytes ({limits.MaxFrameBytes}) allows or the receiver takes.");
                return;
            }
            lock (gate)
                if (!queue.Cut(whole, _text.Detach()))
                    return;
        }
        PartFrame? part;
        lock (gate)
            part = queue.TakePart(whole);
        if (part is null)
            return;
        part.Write(ref writer);
        _frames.Add(part);
    }
}
