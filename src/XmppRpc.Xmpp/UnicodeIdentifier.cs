using System.Buffers;
using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>
/// The characters of names outside ASCII: PRECIS IdentifierClass, case-mapped (RFC 8264 §4.2, RFC 8265 §3.3) without those for which .NET cannot tell the
/// outcome. Every name it accepts is its own preparation.
/// </summary>
internal static class UnicodeIdentifier
{
    // Disallowed by RFC 5892 §2.6, or with a lower case that depends on what is around it (capital sigma).
    private static readonly SearchValues<char> Excluded = SearchValues.Create("\u0640\u07FA\u302E\u302F\u3031\u3032\u3033\u3034\u3035\u303B\u03A3");

    /// <summary>Null with the reason if refused; <paramref name="ascii"/> are the ASCII characters that may be among the others.</summary>
    public static string? Prepare(ReadOnlySpan<char> text, SearchValues<char> ascii, out string error)
    {
        var lower = new StringBuilder(text.Length);
        for (var rest = text; !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var used) != OperationStatus.Done || !IsAllowed(rune, ascii))
            {
                error = $"U+{rune.Value:X4} is not allowed in a name, or cannot be prepared for sure";
                return null;
            }
            lower.Append(Rune.ToLowerInvariant(rune).ToString());
            rest = rest[used..];
        }
        var prepared = lower.ToString().Normalize(NormalizationForm.FormC);
        if (UnicodeText.IsMark(Rune.GetRuneAt(prepared, 0)) || !HasOneDirection(prepared))
        {
            error = "a name begins with a combining mark or mixes writing directions";
            return null;
        }
        error = "";
        return prepared;
    }

    private static bool IsAllowed(Rune rune, SearchValues<char> ascii)
    {
        if (rune.IsAscii)
            return ascii.Contains((char)rune.Value);
        if (rune.IsBmp && Excluded.Contains((char)rune.Value) || UnicodeText.IsConjoiningJamo(rune) || UnicodeText.IsIgnorable(rune))
            return false;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter => Rune.ToLowerInvariant(rune) != rune && UnicodeText.IsStable(rune) && UnicodeText.IsStable(Rune.ToLowerInvariant(rune)),
            UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => UnicodeText.IsStable(rune),
            _ => false,
        };
    }

    // The Bidi Rule (RFC 5893 §2), narrowed to what needs no table of classes: right-to-left letters stand with marks and one kind of digits only.
    private static bool HasOneDirection(string text)
    {
        if (!text.EnumerateRunes().Any(UnicodeText.IsRightToLeft))
            return true;
        var digits = 0;
        foreach (var rune in text.EnumerateRunes())
            if (Rune.IsDigit(rune))
                digits |= rune.IsAscii ? 1 : rune.Value < 0x6F0 ? 2 : 4;
            else if (!UnicodeText.IsRightToLeft(rune) && !UnicodeText.IsMark(rune))
                return false;
        return digits is 0 or 1 or 2 or 4 && Rune.IsLetter(Rune.GetRuneAt(text, 0)) && UnicodeText.IsRightToLeft(Rune.GetRuneAt(text, 0));
    }
}
