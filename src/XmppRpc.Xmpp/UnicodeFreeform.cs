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
                error = $"{JidPart.Show(rest)} is not allowed in a resource";
                return null;
            }
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator)
                mapped.Append(' ');
            else
                mapped.Append(rest[..used]);
            rest = rest[used..];
        }
        // Normalised first: a Greek ano teleia becomes a middle dot, which has to be in its place.
        var prepared = mapped.ToString().Normalize(NormalizationForm.FormC);
        error = UnicodeContext.FirstMisplaced(prepared) is { } misplaced ? $"U+{misplaced.Value:X4} stands where RFC 5892 does not allow it" : "";
        return error.Length == 0 ? prepared : null;
    }

    private static bool IsAllowed(Rune rune) => UnicodeText.IsAvailable && !UnicodeText.IsNever(rune) && Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
