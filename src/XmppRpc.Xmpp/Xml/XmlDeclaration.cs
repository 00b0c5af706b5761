using System.Text;

namespace XmppRpc.Xmpp.Xml;

/// <summary>The XML declaration (XML 1.0 §2.8): version 1.0, and no encoding but UTF-8 (RFC 6120 §11.6).</summary>
internal static class XmlDeclaration
{
    public static void Check(ReadOnlySpan<byte> declaration)
    {
        var rest = declaration["<?".Length..^"?>".Length];
        if (!rest.StartsWith("xml"u8) || rest.Length == 3 || !XmlChars.IsSpace(rest[3]))
            throw StreamFault.Restricted("a processing instruction", 0);
        rest = rest[3..];

        if (!Take(ref rest, "version"u8, out var value) || !value.SequenceEqual("1.0"u8))
            throw StreamFault.NotWellFormed("an XML declaration that is not of version 1.0", 0);
        if (Take(ref rest, "encoding"u8, out value) && !Ascii.EqualsIgnoreCase(value, "utf-8"u8))
            throw StreamFault.At("unsupported-encoding", $"the encoding {StreamFault.Show(value)}", 0);
        var standalone = Take(ref rest, "standalone"u8, out value);
        if (standalone && !value.SequenceEqual("yes"u8) && !value.SequenceEqual("no"u8) || !TrimStart(rest).IsEmpty)
            throw StreamFault.NotWellFormed("a wrong XML declaration", 0);
    }

    // Takes S name S? = S? quoted value, if that name is next.
    private static bool Take(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        value = default;
        var at = TrimStart(rest);
        if (at.Length == rest.Length || !at.StartsWith(name))
            return false;
        at = TrimStart(at[name.Length..]);
        if (at.IsEmpty || at[0] != '=')
            throw StreamFault.NotWellFormed("a wrong XML declaration", 0);
        at = TrimStart(at[1..]);
        var end = at.IsEmpty || at[0] is not ((byte)'\'' or (byte)'"') ? -1 : at[1..].IndexOf(at[0]);
        if (end < 0)
            throw StreamFault.NotWellFormed("a wrong XML declaration", 0);
        value = at.Slice(1, end);
        rest = at[(end + 2)..];
        return true;
    }

    private static ReadOnlySpan<byte> TrimStart(ReadOnlySpan<byte> bytes) => bytes.TrimStart(" \t\r\n"u8);
}
