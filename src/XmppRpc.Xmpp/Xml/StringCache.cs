using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace XmppRpc.Xmpp.Xml;

/// <summary>
/// Gives the same string for the same bytes as long as nothing else took its place: names, namespaces and addresses repeat in every stanza.
/// Direct mapped and of fixed size, so that hostile input can only make it useless, never large.
/// </summary>
internal sealed class StringCache
{
    private const int MaxBytes = 128;
    private const int Slots = 128;
    private readonly string?[] _slots = new string?[Slots];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        if (utf8.Length > MaxBytes)
            return Encoding.UTF8.GetString(utf8);

        ref var slot = ref _slots[SlotOf(utf8)];
        if (slot is not null && Ascii.Equals(utf8, slot))
            return slot;

        var text = Encoding.UTF8.GetString(utf8);
        // Only ASCII keeps its length, and only ASCII can be compared without decoding.
        if (text.Length == utf8.Length)
            slot = text;
        return text;
    }

    private static int SlotOf(ReadOnlySpan<byte> utf8)
    {
        ulong hash = (uint)utf8.Length;
        if (utf8.Length >= sizeof(ulong))
            hash ^= BinaryPrimitives.ReadUInt64LittleEndian(utf8) ^ BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(utf8[^sizeof(ulong)..]), 23);
        else
            foreach (var b in utf8)
                hash = (hash << 8) ^ (hash >> 56) ^ b;
        return (int)((hash * 0x9E3779B97F4A7C15UL) >> 57);
    }
}
