using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>Makes text that somebody else sent fit for a message or a log line.</summary>
internal static class RemoteText
{
    private const int MaxChars = 200;

    /// <summary>The text, at most 200 characters of it, with control, formatting and invalid characters as <c>\uXXXX</c>.</summary>
    public static string Show(string? text)
    {
        if (text is null)
            return "(none)";
        var shown = new StringBuilder(Math.Min(text.Length, MaxChars));
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxChars)))
            if (char.IsControl(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
            else
                shown.Append(c);
        if (text.Length > MaxChars)
            shown.Append('…');
        return shown.ToString();
    }

    /// <summary>The text as the tail of a sentence of ours: after a colon, without its own full stop; nothing if there is none.</summary>
    public static string Reason(string? text) => string.IsNullOrWhiteSpace(text) ? "" : ": " + Show(text.Trim().TrimEnd('.'));
}
