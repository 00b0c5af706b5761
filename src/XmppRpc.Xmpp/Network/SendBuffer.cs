using System.Buffers;

namespace XmppRpc.Xmpp.Network;

/// <summary>Serialised bytes that leave in one write. Not safe for concurrent use.</summary>
internal sealed class SendBuffer : IBufferWriter<byte>
{
    private const int KeptBytes = 256 * 1024;

    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>Completes when the bytes were written or lost; null while nobody waits for that.</summary>
    public TaskCompletionSource? Departure { get; set; }

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

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    /// <summary>Forgets what was written behind <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Empties the buffer after its bytes left, and lets those go who waited.</summary>
    public void Clear()
    {
        Length = 0;
        // one large burst must not be held for the life of the connection
        if (_bytes.Length > KeptBytes)
            _bytes = [];
        var departure = Departure;
        Departure = null;
        departure?.TrySetResult();
    }

    private void Reserve(int sizeHint)
    {
        var needed = Length + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(needed, Math.Max(4096, _bytes.Length * 2)));
    }
}
