using System.Buffers;
using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>
/// The characters of names outside ASCII: PRECIS IdentifierClass with the UsernameCaseMapped profile (RFC 8264 §4.2, RFC 8265 §3.3) without those for which
/// .NET cannot tell the outcome. Every name it accepts is its own preparation.
/// </summary>
internal static class UnicodeIdentifier
{
    // Valid or contextual although their category is not that of letters or digits (RFC 5892 §2.6).
    private static readonly SearchValues<char> Exceptional = SearchValues.Create("\u00B7\u0375\u05F3\u05F4\u06FD\u06FE\u0F0B\u3007\u30FB");

    // Its lower case depends on what is around it.
    private const int CapitalSigma = 0x3A3;

    /// <summary>Null with the reason if refused; <paramref name="ascii"/> are the ASCII characters that may be among the others.</summary>
    public static string? Prepare(ReadOnlySpan<char> text, SearchValues<char> ascii, out string error)
    {
        var lower = new StringBuilder(text.Length);
        for (var rest = text; !rest.IsEmpty;)
        {
            var isRune = Rune.DecodeFromUtf16(rest, out var rune, out var used) == OperationStatus.Done;
            if (!isRune || !TryAppend(lower, rune, ascii))
            {
                error = $"{JidPart.Show(rest)} is not allowed in a name, or cannot be prepared for sure";
                return null;
            }
            rest = rest[used..];
        }
        var prepared = lower.ToString().Normalize(NormalizationForm.FormC);
        error = UnicodeText.IsMark(Rune.GetRuneAt(prepared, 0)) ? $"a name begins with the combining mark {JidPart.Show(prepared)}"
            : UnicodeContext.FirstMisplaced(prepared) is { } misplaced ? $"U+{misplaced.Value:X4} stands where RFC 5892 does not allow it"
            : BidiRule.Concerns(prepared) && !BidiRule.IsKept(prepared) ? "a name mixes writing directions against the Bidi Rule"
            : "";
        return error.Length == 0 ? prepared : null;
    }

    // Rules 1 and 3 of RFC 8265 §3.3.2, with the check of rule 2 between them.
    private static bool TryAppend(StringBuilder lower, Rune rune, SearchValues<char> ascii)
    {
        if (!UnicodeText.HasWidth(rune))
            return TryAppendCased(lower, rune, ascii);
        foreach (var narrow in rune.ToString().Normalize(NormalizationForm.FormKC).EnumerateRunes())
            if (!TryAppendCased(lower, narrow, ascii))
                return false;
        return true;
    }

    private static bool TryAppendCased(StringBuilder lower, Rune rune, SearchValues<char> ascii)
    {
        if (!IsAllowed(rune, ascii))
            return false;
        lower.Append(Rune.ToLowerInvariant(rune).ToString());
        return true;
    }

    private static bool IsAllowed(Rune rune, SearchValues<char> ascii)
    {
        if (rune.IsAscii)
            return ascii.Contains((char)rune.Value);
        if (rune.Value == CapitalSigma || UnicodeText.IsNever(rune))
            return false;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter => Rune.ToLowerInvariant(rune) != rune && UnicodeText.IsStable(rune) && UnicodeText.IsStable(Rune.ToLowerInvariant(rune)),
            UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark => UnicodeText.IsStable(rune),
            _ => rune.IsBmp && Exceptional.Contains((char)rune.Value) && UnicodeText.IsAvailable,
        };
    }
}
