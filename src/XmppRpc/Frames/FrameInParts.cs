namespace XmppRpc.Frames;

/// <summary>A frame that one stanza cannot carry, on its way out: its line, once that is written, is cut into slices. Guarded by the batcher.</summary>
internal sealed class FrameInParts(Frame frame, BatchLimits limits)
{
    private readonly int _partBytes = limits.PartBytes(frame);
    private ReadOnlyMemory<byte> _line;
    private ReadOnlyMemory<byte> _left;
    private Exception? _failure;
    private int _of;
    private int _next;

    public Frame Frame { get; } = frame;

    /// <summary>What still waits, in bytes.</summary>
    public long Left { get; private set; } = frame.MaxBytes;

    public bool IsCut => _of > 0;

    /// <summary>Whether the receiver has heard of it.</summary>
    public bool IsBegun => _next > 0;

    /// <summary>Whether a part could not be sent: the others are worth nothing.</summary>
    public bool IsBroken => Volatile.Read(ref _failure) is not null;

    public bool IsLastNext => _next == _of - 1;

    public void Cut(ReadOnlyMemory<byte> line)
    {
        (_line, Left) = (line, line.Length);
        _left = line;
        for (var rest = line.Span; !rest.IsEmpty; _of++)
            rest = rest[SliceLength(rest)..];
    }

    /// <summary>The receiver has dropped what it had: begins with the first part.</summary>
    public void StartOver()
    {
        (_left, _next) = (_line, 0);
        if (IsCut)
            Left = _line.Length;
    }

    public PartFrame Next()
    {
        var slice = _left[..SliceLength(_left.Span)];
        _left = _left[slice.Length..];
        Left = _left.Length;
        return new OutgoingPart(this, _next, _of) { Path = _next++ == 0 && Frame is CallFrame call ? call.Path : null, Slice = slice };
    }

    // Never within a character, since each stanza's text stands for itself; none is longer than four bytes.
    private int SliceLength(ReadOnlySpan<byte> rest)
    {
        if (rest.Length <= _partBytes)
            return rest.Length;
        var length = _partBytes;
        while (length > _partBytes - 3 && (rest[length] & 0xC0) == 0x80)
            length--;
        return length;
    }

    private sealed class OutgoingPart(FrameInParts whole, int number, int of) : PartFrame(((CallBoundFrame)whole.Frame).Id, of, number)
    {
        public override void OnWritten(Exception? failure)
        {
            if (failure is null ? Number < Of - 1 : Interlocked.CompareExchange(ref whole._failure, failure, null) is not null)
                return;
            whole.Frame.OnWritten(failure);
        }
    }
}
