using System.Buffers;
using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>The characters of resources outside ASCII: PRECIS FreeformClass with the OpaqueString profile (RFC 8264 §4.3, RFC 8265 §4.2).</summary>
internal static class UnicodeFreeform
{
    /// <summary>Null with the reason if refused.</summary>
    public static string? Prepare(ReadOnlySpan<char> text, out string error)
    {
        var mapped = new StringBuilder(text.Length);
        for (var rest = text; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var used) != OperationStatus.Done || !IsAllowed(rune))
            {
                error = $"U+{rune.Value:X4} is not allowed in a resource";
                return null;
            }
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator)
                mapped.Append(' ');
            else
                mapped.Append(rest[..used]);
            rest = rest[used..];
        }
        error = "";
        return mapped.ToString().Normalize(NormalizationForm.FormC);
    }

    private static bool IsAllowed(Rune rune) => UnicodeText.IsAvailable && !UnicodeText.IsConjoiningJamo(rune) && !UnicodeText.IsIgnorable(rune) && Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
