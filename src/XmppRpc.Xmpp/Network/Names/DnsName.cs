using System.Buffers;
using System.Text;

namespace XmppRpc.Xmpp.Network.Names;

/// <summary>Domain names on the wire (RFC 1035 §3.1, §4.1.4).</summary>
internal static class DnsName
{
    private const int MaxBytes = 255, MaxLabel = 63;

    // RFC 1035 §2.3.1, and the underscore of RFC 2782; anything else is nobody we could connect to
    private static readonly SearchValues<byte> LabelBytes = SearchValues.Create("-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    /// <summary>Appends the name; false if a label is empty or over 63 bytes, or all of it over 255.</summary>
    public static bool TryWrite(List<byte> output, string name)
    {
        var start = output.Count;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > MaxLabel || !Ascii.IsValid(label))
                return false;
            output.Add((byte)label.Length);
            output.AddRange(Encoding.ASCII.GetBytes(label));
        }

        output.Add(0);
        return output.Count - start <= MaxBytes;
    }

    /// <summary>Reads the name at <paramref name="at"/> and moves behind it. False for what is cut off, too long, loops or holds other bytes than a host name may.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, ref int at, out string name)
    {
        name = "";
        var text = new StringBuilder();
        var (from, end, bytes) = (at, -1, 1);
        // a pointer leads to what stands before everything read so far: it cannot loop
        var earliest = at;
        while (true)
        {
            if (from >= message.Length)
                return false;
            int length = message[from];
            if (length == 0)
                break;
            if (length >= 0xC0)
            {
                if (from + 1 >= message.Length)
                    return false;
                var target = ((length & 0x3F) << 8) | message[from + 1];
                if (target >= earliest)
                    return false;
                if (end < 0)
                    end = from + 2;
                earliest = from = target;
                continue;
            }

            if (length > MaxLabel || from + 1 + length > message.Length || (bytes += 1 + length) > MaxBytes)
                return false;
            var label = message.Slice(from + 1, length);
            if (label.ContainsAnyExcept(LabelBytes))
                return false;
            if (text.Length > 0)
                text.Append('.');
            foreach (var letter in label)
                text.Append(char.ToLowerInvariant((char)letter));
            from += 1 + length;
        }

        at = end < 0 ? from + 1 : end;
        name = text.ToString();
        return true;
    }
}
