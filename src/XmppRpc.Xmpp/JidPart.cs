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
        string? prepared;
        if (Ascii.IsValid(text))
        {
            error = "the local part holds a space, a control character or one of \"&'/:<>@";
            prepared = text.ContainsAnyExcept(LocalAscii) ? null : Lower(text);
        }
        else
            prepared = UnicodeIdentifier.Prepare(text, LocalAscii, out error);
        return Sized(prepared, "local part", ref error);
    }

    public static string? Resource(ReadOnlySpan<char> text, out string error)
    {
        error = "the resource holds a control character";
        var prepared = !Ascii.IsValid(text) ? UnicodeFreeform.Prepare(text, out error)
            : text.ContainsAnyExceptInRange(' ', '~') ? null
            : text.ToString();
        return Sized(prepared, "resource", ref error);
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

    private static string? HostName(ReadOnlySpan<char> text, out string error)
    {
        error = "the domain looks like an IPv4 address, but is none";
        var lastLabel = text[(text.LastIndexOf('.') + 1)..];
        if (!lastLabel.ContainsAnyExceptInRange('0', '9') && !lastLabel.IsEmpty)
            return IPAddress.TryParse(text, out var address) && text.SequenceEqual(address.ToString()) ? text.ToString() : null;

        var isPlain = true;
        foreach (var range in text.Split('.'))
            isPlain &= IsPlain(text[range]);
        if (isPlain)
            return Lower(text);

        var labels = new List<string>();
        foreach (var range in text.Split('.'))
        {
            if (Label(text[range], out error) is not { } label)
                return null;
            labels.Add(label);
        }
        return string.Join('.', labels);
    }

    // Letters, digits and hyphens (RFC 5890 §2.3.1), and no label that the prefix marks as something else.
    private static bool IsPlain(ReadOnlySpan<char> label) =>
        label.Length is > 0 and <= MaxLabel && !label.ContainsAnyExcept(LabelAscii) && label[0] != '-' && label[^1] != '-' && !(label.Length > 3 && label[2] == '-' && label[3] == '-');

    private static string? Label(ReadOnlySpan<char> label, out string error)
    {
        error = $"a label of the domain is empty, longer than {MaxLabel} characters, or holds other characters than letters, digits and inner hyphens";
        if (IsPlain(label))
            return Lower(label);
        if (label.Length is 0 or > MaxLabel || label[0] == '-' || label[^1] == '-')
            return null;
        if (!Ascii.IsValid(label))
            return UnicodeIdentifier.Prepare(label, LabelAscii, out error) is not { } unicode ? null : FromIdn(ToIdn(unicode)) == unicode ? unicode : NotIdn(out error);
        if (label.ContainsAnyExcept(LabelAscii))
            return null;
        // Both forms of an internationalised label must compare equal.
        var ascii = Lower(label);
        return FromIdn(ascii) is { } decoded && !Ascii.IsValid(decoded) && UnicodeIdentifier.Prepare(decoded, LabelAscii, out error) == decoded && ToIdn(decoded) == ascii ? decoded : NotIdn(out error);
    }

    private static string? NotIdn(out string error)
    {
        error = "a label of the domain is no canonical internationalised label";
        return null;
    }

    private static string? ToIdn(string label) => Idn(static (idn, text) => idn.GetAscii(text), label);

    private static string? FromIdn(string? label) => label is null ? null : Idn(static (idn, text) => idn.GetUnicode(text), label);

    // IdnMapping has no other way to say no than to throw.
    private static string? Idn(Func<IdnMapping, string, string> map, string label)
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
