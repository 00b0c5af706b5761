using System.Buffers;

namespace XmppRpc.Frames;

/// <summary>The text of one stanza while it is written: what turns out not to fit can be cut off again. Used by one thread at a time.</summary>
internal sealed class FrameText : IBufferWriter<byte>
{
    private const int InitialSize = 8 * 1024;

    // What one large frame has needed is not kept for the small ones that follow.
    private const int MaxKeptSize = 128 * 1024;
    private byte[] _bytes = new byte[InitialSize];

    public int Length { get; private set; }

    public Span<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The text without the line feed behind its last line.</summary>
    public ReadOnlyMemory<byte> Lines => _bytes.AsMemory(0, Length - 1);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    public void Truncate(int length) => Length = length;

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > MaxKeptSize)
            _bytes = new byte[InitialSize];
    }

    /// <summary>Hands over the lines, and begins anew with another buffer.</summary>
    public ReadOnlyMemory<byte> Detach()
    {
        var lines = Lines;
        (_bytes, Length) = (new byte[InitialSize], 0);
        return lines;
    }

    private void Reserve(int sizeHint)
    {
        var needed = Length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, 2 * _bytes.Length));
    }
}
