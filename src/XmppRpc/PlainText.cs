using System.Globalization;
using System.Text;

namespace XmppRpc;

/// <summary>Makes remote text safe to show and to log.</summary>
internal static class PlainText
{
    /// <summary>The text with control and format characters (line breaks, escapes, direction marks) escaped.</summary>
    public static string? Of(string? text)
    {
        if (text is null || !text.Any(IsUnsafe))
            return text;
        var plain = new StringBuilder(text.Length + 16);
        foreach (var c in text)
            if (IsUnsafe(c))
                plain.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                plain.Append(c);
        return plain.ToString();
    }

    private static bool IsUnsafe(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
