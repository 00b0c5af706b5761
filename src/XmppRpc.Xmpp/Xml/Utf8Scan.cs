using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Checks that bytes in any chunks are UTF-8, keeping at most an unfinished character between them.</summary>
internal struct Utf8Scan
{
    private uint _kept;
    private int _keptLength;

    /// <summary>False at the first chunk that shows the text to be wrong.</summary>
    public bool IsValid(ReadOnlySpan<byte> bytes)
    {
        Span<byte> kept = stackalloc byte[4];
        while (_keptLength > 0 && !bytes.IsEmpty)
        {
            _kept |= (uint)bytes[0] << (8 * _keptLength++);
            bytes = bytes[1..];
            BinaryPrimitives.WriteUInt32LittleEndian(kept, _kept);
            var character = kept[.._keptLength];
            switch (Rune.DecodeFromUtf8(character, out _, out _))
            {
                case OperationStatus.InvalidData:
                    return false;
                case OperationStatus.Done:
                    (_kept, _keptLength) = (0, 0);
                    break;
            }
        }

        var whole = bytes.Length;
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
            if (Rune.DecodeFromUtf8(bytes[^back..], out _, out _) == OperationStatus.NeedMoreData)
            {
                whole = bytes.Length - back;
                foreach (var b in bytes[whole..])
                    _kept |= (uint)b << (8 * _keptLength++);
                break;
            }
        return Utf8.IsValid(bytes[..whole]);
    }
}
