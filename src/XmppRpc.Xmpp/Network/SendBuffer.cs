using System.Buffers;

namespace XmppRpc.Xmpp.Network;

/// <summary>Serialised bytes that leave in one write, or in one message for each element of them. Not safe for concurrent use.</summary>
internal sealed class SendBuffer(bool keepsMessages = false) : IBufferWriter<byte>
{
    private const int KeptBytes = 256 * 1024;

    private readonly List<int>? _messageEnds = keepsMessages ? [] : null;
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <summary>How many messages there are; none unless they are kept apart.</summary>
    public int MessageCount => _messageEnds?.Count ?? 0;

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

    /// <summary>What was written since the last call is one message.</summary>
    public void EndMessage() => _messageEnds?.Add(Length);

    /// <summary>One of the messages, by its place.</summary>
    public ReadOnlyMemory<byte> Message(int index)
    {
        var start = index == 0 ? 0 : _messageEnds![index - 1];
        return _bytes.AsMemory(start, _messageEnds![index] - start);
    }

    /// <summary>Forgets what was written behind <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Empties the buffer after its bytes left, and lets those go who waited.</summary>
    public void Clear()
    {
        Length = 0;
        _messageEnds?.Clear();
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
