using XmppRpc.Frames;

namespace XmppRpc.Streams;

/// <summary>
/// Frames of items that were given to the writer and may be asked for again: until the receiver has consumed them and they have left. At most one window of the
/// sender's own, and one frame. Guarded by its stream.
/// </summary>
internal sealed class KeptFrames(long maxItems, long maxBytes)
{
    private readonly Queue<(ItemFrame Frame, long Last)> _frames = new();
    private long _sent;
    private long _got;
    private long _bytes;

    /// <summary>Number of the last item that is kept no more.</summary>
    public long Forgotten { get; private set; }

    /// <summary>Bytes of the items that are kept; can be read by anybody.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public bool IsEmpty => _frames.Count == 0;

    /// <summary>Whether one waits to be sent, for the first time or once more.</summary>
    public bool IsAnyWaiting => _frames.Any(static kept => !kept.Frame.HasLeft);

    /// <summary>Those that have left and do not wait to be sent once more.</summary>
    public IEnumerable<ItemFrame> Left => _frames.Where(static kept => kept.Frame.HasLeft).Select(static kept => kept.Frame);

    /// <summary>Whether, behind so many more items of so many bytes, another one may be produced.</summary>
    public bool HasRoom(int items, int bytes)
    {
        Forget();
        return _sent - Forgotten + items < maxItems && _bytes + bytes < maxBytes;
    }

    public void Add(ItemFrame frame)
    {
        _sent += frame.Count;
        _frames.Enqueue((frame, _sent));
        Volatile.Write(ref _bytes, _bytes + frame.Items.Length);
    }

    /// <summary>The receiver says that it has consumed the items up to that one.</summary>
    public void Consumed(long got)
    {
        _got = Math.Max(_got, Math.Min(got, _sent));
        Forget();
    }

    // Whatever the receiver says, what has not been sent yet takes room here.
    private void Forget()
    {
        while (_frames.TryPeek(out var first) && first.Last <= _got && first.Frame.IsTaken)
        {
            _frames.Dequeue();
            Forgotten = first.Last;
            Volatile.Write(ref _bytes, _bytes - first.Frame.Items.Length);
        }
    }
}
