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

    /// <summary>Returns the new length; <paramref name="offset"/> is where the text stands in the stanza.</summary>
    public static int Decode(Span<byte> text, XmlTextKind kind, int offset)
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
                    write += scalar.EncodeToUtf8(text[write..]);
                    read += length;
                    break;
                case (byte)'>':
                    if (read >= 2 && rest[..run].EndsWith("]]"u8))
                        throw StreamFault.NotWellFormed("']]>' in text", offset + read);
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

    private static (Rune Scalar, int Length) Reference(ReadOnlySpan<byte> text, int at)
    {
        if (text.StartsWith("&#"u8))
            return CharacterReference(text, at);

        var name = text[1..];
        var end = name.IndexOfAnyExcept(XmlChars.NameBytes);
        if (end < 0 || name[end] != ';' || !XmlChars.IsNCName(name[..end]))
            throw StreamFault.NotWellFormed("'&' that begins no reference", at);
        name = name[..end];
        var scalar = name switch
        {
            _ when name.SequenceEqual("quot"u8) => '"',
            _ when name.SequenceEqual("amp"u8) => '&',
            _ when name.SequenceEqual("lt"u8) => '<',
            _ when name.SequenceEqual("gt"u8) => '>',
            _ when name.SequenceEqual("apos"u8) => '\'',
            _ => throw StreamFault.Restricted($"the entity &{StreamFault.Show(name)};", at),
        };
        return (new Rune(scalar), end + 2);
    }

    private static (Rune Scalar, int Length) CharacterReference(ReadOnlySpan<byte> text, int at)
    {
        var hex = text.Length > 2 && text[2] == 'x';
        var first = hex ? 3 : 2;
        uint scalar = 0;
        for (var i = first; i < text.Length; i++)
        {
            if (text[i] == ';' && i > first && XmlChars.IsChar(scalar))
                return (new Rune(scalar), i + 1);
            var digit = char.IsAsciiHexDigit((char)text[i]) ? (uint)Convert.ToInt32(((char)text[i]).ToString(), 16) : uint.MaxValue;
            if (digit >= (hex ? 16u : 10u))
                break;
            // Stays out of range once it is, however many digits follow.
            scalar = Math.Min(scalar * (hex ? 16u : 10u) + digit, 0x110000);
        }
        throw StreamFault.NotWellFormed("a reference to no XML character", at);
    }
}
