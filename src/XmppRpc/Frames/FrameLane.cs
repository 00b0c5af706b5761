using System.Diagnostics.CodeAnalysis;

namespace XmppRpc.Frames;

/// <summary>Frames of one class in their order; one that was taken can be put back to the front.</summary>
internal sealed class FrameLane
{
    private readonly Queue<Frame> _frames = new();
    private Frame? _first;

    public int Count => _frames.Count + (_first is null ? 0 : 1);

    public bool TryPeek([NotNullWhen(true)] out Frame? frame) => (frame = _first) is not null || _frames.TryPeek(out frame);

    public void Enqueue(Frame frame) => _frames.Enqueue(frame);

    public void PutBack(Frame frame) => _first = frame;

    public Frame Dequeue()
    {
        if (_first is not { } first)
            return _frames.Dequeue();
        _first = null;
        return first;
    }

    /// <summary>Removes the frames that are counted out, and what room they took.</summary>
    public void Compact()
    {
        if (_first is { IsCountedOut: true })
            _first = null;
        for (var left = _frames.Count; left > 0; left--)
            if (_frames.Dequeue() is { IsCountedOut: false } frame)
                _frames.Enqueue(frame);
        _frames.TrimExcess();
    }
}
