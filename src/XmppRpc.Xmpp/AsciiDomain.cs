using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>Host names as DNS, SNI and certificates have them: lower case, without final dot, internationalised labels as A-labels (RFC 5890 §2.3.2.1).</summary>
internal static class AsciiDomain
{
    // RFC 1035 §2.3.4, without the length of the first label and the root
    private const int MaxLength = 253, MaxLabel = 63;

    // the underscore is no letter of a host name, but containers are named with it
    private static readonly SearchValues<char> LabelLetters = SearchValues.Create("-_0123456789abcdefghijklmnopqrstuvwxyz");

    /// <summary>The name in ASCII form, or null if it cannot be the name of a host. An IP address stays one, without brackets.</summary>
    public static string? From(string name)
    {
        if (AddressIn(name) is { } address)
            return address.ToString();
        var ascii = ToAscii(name.EndsWith('.') ? name[..^1] : name)?.ToLowerInvariant();
        return ascii is { Length: > 0 and <= MaxLength } && ascii.Split('.').All(IsLabel) ? ascii : null;
    }

    /// <summary>The IP address that the text is, with or without brackets, or null.</summary>
    public static IPAddress? AddressIn(string text)
    {
        var inner = text.StartsWith('[') && text.EndsWith(']') && text.Contains(':', StringComparison.Ordinal) ? text[1..^1] : text;
        // TryParse takes brackets itself, and forgets a port that follows them
        return !inner.AsSpan().ContainsAny('[', ']') && IPAddress.TryParse(inner, out var address) ? address : null;
    }

    private static bool IsLabel(string label) => label.Length is > 0 and <= MaxLabel && !label.AsSpan().ContainsAnyExcept(LabelLetters);

    private static string? ToAscii(string name)
    {
        if (Ascii.IsValid(name))
            return name;
        try
        {
            return new IdnMapping().GetAscii(name);
        }
        catch (ArgumentException)
        {
            // IdnMapping has no other way to say no
            return null;
        }
    }
}
