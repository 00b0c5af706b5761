using System.Buffers;
using System.Text;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Where character data stands, which decides what has a meaning in it.</summary>
internal enum XmlTextKind : byte
{
    Content,
    Attribute,
    CData,
}

/// <summary>Turns escaped character data into plain (XML 1.0 §2.11, §3.3.3, §4.1). It only ever shrinks, so it is done in place.</summary>
internal static class XmlText
{
    private static readonly SearchValues<byte> InContent = SearchValues.Create("&\r>"u8);
    private static readonly SearchValues<byte> InAttribute = SearchValues.Create("&\r\n\t"u8);
    private static readonly SearchValues<byte> InCData = SearchValues.Create("\r"u8);

    /// <summary>
    /// Returns the new length; <paramref name="offset"/> is where the text stands in the stanza. What is ill-formed is left as it is and noted as the
    /// refusal, if it is the first; an entity other than the five of XML throws <c>restricted-xml</c>, because without a DTD nobody knows what it holds (RFC 6120 §11.1).
    /// </summary>
    public static int Decode(Span<byte> text, XmlTextKind kind, int offset, ref Refusal? refusal)
    {
        var special = kind switch
        {
            XmlTextKind.Content => InContent,
            XmlTextKind.Attribute => InAttribute,
            _ => InCData,
        };
        int read = 0, write = 0;
        while (true)
        {
            var rest = text[read..];
            var run = rest.IndexOfAny(special);
            if (run < 0)
                run = rest.Length;
            if (read != write)
                rest[..run].CopyTo(text[write..]);
            read += run;
            write += run;
            if (run == rest.Length)
                return write;

            switch (text[read])
            {
                case (byte)'&':
                    var (scalar, length) = Reference(rest[run..], offset + read);
                    if (length == 0)
                    {
                        refusal ??= Refusal.NotWellFormed("'&' that begins no reference to an XML character");
                        (scalar, length) = ('&', 1);
                    }
                    if (scalar < 0x80)
                        text[write++] = (byte)scalar;
                    else
                        write += new Rune(scalar).EncodeToUtf8(text[write..]);
                    read += length;
                    break;
                case (byte)'>':
                    if (read >= 2 && rest[..run].EndsWith("]]"u8))
                        refusal ??= Refusal.NotWellFormed("']]>' in text");
                    text[write++] = text[read++];
                    break;
                case (byte)'\r':
                    if (rest.Length > run + 1 && rest[run + 1] == '\n')
                        read++;
                    text[write++] = (byte)(kind == XmlTextKind.Attribute ? ' ' : '\n');
                    read++;
                    break;
                default:
                    text[write++] = (byte)' ';
                    read++;
                    break;
            }
        }
    }

    // Length 0 if it is none.
    private static (uint Scalar, int Length) Reference(ReadOnlySpan<byte> text, int at)
    {
        if (text.StartsWith("&quot;"u8))
            return ('"', 6);
        if (text.StartsWith("&amp;"u8))
            return ('&', 5);
        if (text.StartsWith("&lt;"u8))
            return ('<', 4);
        if (text.StartsWith("&gt;"u8))
            return ('>', 4);
        if (text.StartsWith("&apos;"u8))
            return ('\'', 6);
        if (text.StartsWith("&#"u8))
            return CharacterReference(text);

        var name = text[1..];
        var end = name.IndexOfAnyExcept(XmlChars.NameBytes);
        return end > 0 && name[end] == ';' && XmlChars.IsNCName(name[..end])
            ? throw StreamFault.Restricted($"the entity &{StreamFault.Show(name[..end])};", at)
            : default;
    }

    private static (uint Scalar, int Length) CharacterReference(ReadOnlySpan<byte> text)
    {
        var hex = text.Length > 2 && text[2] == 'x';
        var first = hex ? 3 : 2;
        uint scalar = 0;
        for (var i = first; i < text.Length; i++)
        {
            if (text[i] == ';' && i > first && XmlChars.IsChar(scalar))
                return (scalar, i + 1);
            var digit = text[i] switch
            {
                >= (byte)'0' and <= (byte)'9' => text[i] - (uint)'0',
                >= (byte)'a' and <= (byte)'f' => text[i] - (uint)'a' + 10,
                >= (byte)'A' and <= (byte)'F' => text[i] - (uint)'A' + 10,
                _ => uint.MaxValue,
            };
            if (digit >= (hex ? 16u : 10u))
                break;
            // Stays out of range once it is, however many digits follow.
            scalar = Math.Min(scalar * (hex ? 16u : 10u) + digit, 0x110000);
        }
        return default;
    }
}
