using System.Buffers.Binary;
using System.Text;

namespace XmppRpc.Xmpp.Xml;

/// <summary>
/// Gives the same string for the same bytes as long as nothing else took its place: names, namespaces and addresses repeat in every stanza.
/// Two ways and of fixed size, so that hostile input can only make it useless, never large.
/// </summary>
internal sealed class StringCache
{
    private struct Slot
    {
        public ulong First;
        public ulong Last;
        public string? Text;
    }

    private const int MaxBytes = 128;
    private const int Slots = 256;
    private readonly Slot[] _slots = new Slot[Slots];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return "";
        if (utf8.Length > MaxBytes)
            return Encoding.UTF8.GetString(utf8);

        var (first, last) = Ends(utf8);
        var at = (int)(((first ^ last * 0xD6E8FEB86659FD93UL ^ (uint)utf8.Length) * 0x9E3779B97F4A7C15UL) >> 56) & ~1;
        if (Find(_slots[at], utf8, first, last) is { } known || (known = Find(_slots[at + 1], utf8, first, last)) is not null)
            return known;

        var text = Encoding.UTF8.GetString(utf8);
        // Only ASCII keeps its length, and only ASCII can be compared without decoding.
        if (text.Length == utf8.Length)
        {
            // Of the two, the older one goes.
            _slots[at + 1] = _slots[at];
            _slots[at] = new Slot { First = first, Last = last, Text = text };
        }
        return text;
    }

    // Up to 16 bytes the two ends are all of it.
    private static string? Find(in Slot slot, ReadOnlySpan<byte> utf8, ulong first, ulong last) =>
        slot.First == first && slot.Last == last && slot.Text is { } text && text.Length == utf8.Length && (utf8.Length <= 16 || Ascii.Equals(utf8, text)) ? text : null;

    private static (ulong First, ulong Last) Ends(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length >= sizeof(ulong))
            return (BinaryPrimitives.ReadUInt64LittleEndian(utf8), BinaryPrimitives.ReadUInt64LittleEndian(utf8[^sizeof(ulong)..]));
        if (utf8.Length >= sizeof(uint))
            return (BinaryPrimitives.ReadUInt32LittleEndian(utf8), BinaryPrimitives.ReadUInt32LittleEndian(utf8[^sizeof(uint)..]));
        return (utf8[0] | (uint)utf8[^1] << 8, utf8[utf8.Length / 2]);
    }
}
