using System.Buffers;
using System.Text;
using System.Text.Unicode;
using System.Xml;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Which characters and names XML 1.0 allows (§2.2, §2.3; Namespaces in XML 1.0 §3).</summary>
internal static class XmlChars
{
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]);

    private static readonly SearchValues<char> NotPlain = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u000B\u000C\u000E\u000F\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F\uFFFE\uFFFF");

    /// <summary>Printable ASCII: needs no further look.</summary>
    public static readonly SearchValues<char> Plain = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(c => (char)c)]);

    private static readonly SearchValues<char> AsciiNameChars = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._");

    /// <summary>Bytes a qualified name may hold; of those above ASCII, the characters are checked later.</summary>
    public static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        [.. "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._:"u8, .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b)]);

    public static bool IsSpace(byte b) => b is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r';

    public static bool IsNameStart(byte b) => b is >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or (byte)'_' or (byte)':' or >= 0x80;

    public static bool IsChar(uint scalar) => scalar is 0x9 or 0xA or 0xD or >= 0x20 and <= 0xD7FF or >= 0xE000 and <= 0xFFFD or >= 0x10000 and <= 0x10FFFF;

    /// <summary>Whether the bytes are UTF-8 without characters that XML forbids.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8) => Utf8.IsValid(utf8) && IndexOfForbidden(utf8) < 0;

    /// <summary>Where valid UTF-8 holds the first character that XML forbids, or -1.</summary>
    public static int IndexOfForbidden(ReadOnlySpan<byte> utf8)
    {
        var control = utf8.IndexOfAny(Controls);
        var nonCharacter = IndexOfNonCharacter(utf8);
        return nonCharacter >= 0 && (control < 0 || nonCharacter < control) ? nonCharacter : control;
    }

    /// <summary>Where valid UTF-8 holds the first U+FFFE or U+FFFF, or -1: EF BF BE or EF BF BF.</summary>
    public static int IndexOfNonCharacter(ReadOnlySpan<byte> utf8)
    {
        for (var from = 0; utf8[from..].IndexOf(NonCharacterLead) is >= 0 and var at; from += at + 2)
            if (from + at + 2 < utf8.Length && utf8[from + at + 2] >= 0xBE)
                return from + at;
        return -1;
    }

    private static ReadOnlySpan<byte> NonCharacterLead => [0xEF, 0xBF];

    /// <summary>Where the first character stands that is no XML character, lone surrogates included, or -1.</summary>
    public static int IndexOfForbidden(ReadOnlySpan<char> text)
    {
        var forbidden = text.IndexOfAny(NotPlain);
        if (forbidden >= 0)
            return forbidden;
        for (var i = text.IndexOfAnyInRange('\uD800', '\uDFFF'); i >= 0 && i < text.Length; i++)
            if (char.IsSurrogate(text[i]))
            {
                if (Rune.DecodeFromUtf16(text[i..], out _, out var used) != OperationStatus.Done)
                    return i;
                i += used - 1;
            }
        return -1;
    }

    /// <summary>Whether the text is a name without a colon.</summary>
    public static bool IsNCName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || !(char.IsAsciiLetter(name[0]) || name[0] == '_' || !char.IsAscii(name[0]) && XmlConvert.IsStartNCNameChar(name[0])))
            return false;
        if (!name.ContainsAnyExcept(AsciiNameChars))
            return true;
        foreach (var c in name)
            if (!XmlConvert.IsNCNameChar(c))
                return false;
        return true;
    }

    /// <summary>Whether valid UTF-8 that holds only <see cref="NameBytes"/> is a name without a colon.</summary>
    public static bool IsNCName(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || !IsNameStart(name[0]) || name.Contains((byte)':'))
            return false;
        return Ascii.IsValid(name) || IsNCName(Encoding.UTF8.GetString(name));
    }
}
