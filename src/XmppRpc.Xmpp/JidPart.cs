using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>Prepares the parts of a JID (RFC 7622 §3.2 to §3.4). Each method returns null with the reason if the part is refused.</summary>
internal static class JidPart
{
    private const int MaxBytes = 1023;
    private const int MaxLabel = 63;

    private static readonly SearchValues<char> LocalAscii = SearchValues.Create("!#$%()*+,-.0123456789;=?ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");
    private static readonly SearchValues<char> LabelAscii = SearchValues.Create("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> IPv6Ascii = SearchValues.Create("0123456789ABCDEFabcdef:.");

    public static string? Local(ReadOnlySpan<char> text, out string error)
    {
        if (!Ascii.IsValid(text))
            return Sized(UnicodeIdentifier.Prepare(text, LocalAscii, out error), "local part", ref error);
        var at = text.IndexOfAnyExcept(LocalAscii);
        error = at < 0 ? "" : $"{Show(text[at..])} is not allowed in a local part";
        return Sized(at < 0 ? Lower(text) : null, "local part", ref error);
    }

    public static string? Resource(ReadOnlySpan<char> text, out string error)
    {
        if (!Ascii.IsValid(text))
            return Sized(UnicodeFreeform.Prepare(text, out error), "resource", ref error);
        var at = text.IndexOfAnyExceptInRange(' ', '~');
        error = at < 0 ? "" : $"{Show(text[at..])} is not allowed in a resource";
        return Sized(at < 0 ? text.ToString() : null, "resource", ref error);
    }

    public static string? Domain(ReadOnlySpan<char> text, out string error)
    {
        // RFC 7622 §3.2: a final dot is removed before anything else.
        if (text.EndsWith('.'))
            text = text[..^1];
        error = "the domain is empty";
        var prepared = text.IsEmpty ? null : text[0] == '[' ? IPv6(text, out error) : HostName(text, out error);
        return Sized(prepared, "domain", ref error);
    }

    /// <summary>The first character as a code point, also half of one.</summary>
    public static string Show(ReadOnlySpan<char> text) => $"U+{(Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done ? rune.Value : text[0]):X4}";

    private static string? HostName(ReadOnlySpan<char> text, out string error)
    {
        error = "";
        if (IsNumeric(text))
            return IPv4(text, out error);
        var isPlain = true;
        var start = 0;
        while (isPlain && TryCutLabel(text, ref start, out var label))
            isPlain = IsPlain(label);
        return isPlain ? Lower(text) : Idn(text, out error);
    }

    // The label that begins at start, which then is behind its dot.
    private static bool TryCutLabel(ReadOnlySpan<char> text, ref int start, out ReadOnlySpan<char> label)
    {
        label = default;
        if (start > text.Length)
            return false;
        var rest = text[start..];
        var dot = rest.IndexOf('.');
        label = dot < 0 ? rest : rest[..dot];
        start += label.Length + 1;
        return true;
    }

    // RFC 1123 §2.1: a last label of digits makes an address, never a name.
    private static bool IsNumeric(ReadOnlySpan<char> text) => text[(text.LastIndexOf('.') + 1)..] is { IsEmpty: false } last && !last.ContainsAnyExceptInRange('0', '9');

    private static string? IPv4(ReadOnlySpan<char> text, out string error)
    {
        error = "the domain looks like an IPv4 address, but is none";
        return IPAddress.TryParse(text, out var address) && text.SequenceEqual(address.ToString()) ? text.ToString() : null;
    }

    private static string? Idn(ReadOnlySpan<char> text, out string error)
    {
        error = "";
        var labels = new List<string>();
        var start = 0;
        while (TryCutLabel(text, ref start, out var raw))
        {
            if (Label(raw, out error) is not { } label)
                return null;
            labels.Add(label);
        }
        // RFC 5893 §1.4: one right-to-left label binds its neighbours.
        if (labels.Exists(BidiRule.Concerns) && !labels.TrueForAll(BidiRule.IsKept))
        {
            error = "the labels of the domain mix writing directions against the Bidi Rule";
            return null;
        }
        var prepared = string.Join('.', labels);
        return IsNumeric(prepared) ? IPv4(prepared, out error) : prepared;
    }

    // Letters, digits and hyphens (RFC 5890 §2.3.1), and no label that the prefix marks as something else.
    private static bool IsPlain(ReadOnlySpan<char> label) =>
        label.Length is > 0 and <= MaxLabel && !label.ContainsAnyExcept(LabelAscii) && label[0] != '-' && label[^1] != '-' && !(label.Length > 3 && label[2] == '-' && label[3] == '-');

    private static string? Label(ReadOnlySpan<char> label, out string error)
    {
        error = label.IsEmpty ? "a label of the domain is empty" : "a label of the domain begins or ends with a hyphen";
        if (IsPlain(label))
            return Lower(label);
        if (label.IsEmpty || label[0] == '-' || label[^1] == '-')
            return null;
        error = $"a label of the domain is longer than {MaxLabel} characters";
        if (label.Length > MaxLabel)
            return null;
        if (!Ascii.IsValid(label))
            return UnicodeIdentifier.Prepare(label, LabelAscii, out error) is not { } unicode ? null : FromIdn(ToIdn(unicode)) == unicode ? unicode : NotIdn(out error);
        if (label.IndexOfAnyExcept(LabelAscii) is >= 0 and var at)
        {
            error = $"{Show(label[at..])} is not allowed in a domain";
            return null;
        }
        // Both forms of an internationalised label must compare equal.
        var ascii = Lower(label);
        return FromIdn(ascii) is { } decoded && !Ascii.IsValid(decoded) && UnicodeIdentifier.Prepare(decoded, LabelAscii, out error) == decoded && ToIdn(decoded) == ascii ? decoded : NotIdn(out error);
    }

    private static string? NotIdn(out string error)
    {
        error = "a label of the domain is no canonical internationalised label";
        return null;
    }

    private static string? ToIdn(string label) => Mapped(static (idn, text) => idn.GetAscii(text), label);

    private static string? FromIdn(string? label) => label is null ? null : Mapped(static (idn, text) => idn.GetUnicode(text), label);

    // IdnMapping has no other way to say no than to throw.
    private static string? Mapped(Func<IdnMapping, string, string> map, string label)
    {
        try
        {
            return map(new IdnMapping { UseStd3AsciiRules = true }, label);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    // Without zone, which means nothing to the other end.
    private static string? IPv6(ReadOnlySpan<char> text, out string error)
    {
        error = "the domain is no IPv6 address in brackets";
        return text.EndsWith(']') && !text[1..^1].ContainsAnyExcept(IPv6Ascii) && IPAddress.TryParse(text[1..^1], out var address) && address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : null;
    }

    private static string Lower(ReadOnlySpan<char> text) => text.ContainsAnyInRange('A', 'Z')
        ? string.Create(text.Length, text, static (span, source) => Ascii.ToLower(source, span, out _))
        : text.ToString();

    private static string? Sized(string? prepared, string part, ref string error)
    {
        if (prepared is null)
            return null;
        if (prepared.Length > 0 && Encoding.UTF8.GetByteCount(prepared) <= MaxBytes)
            return prepared;
        error = prepared.Length == 0 ? $"the {part} is empty" : $"the {part} is longer than {MaxBytes} bytes";
        return null;
    }
}
