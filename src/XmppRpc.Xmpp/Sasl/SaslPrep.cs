using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>SASLprep (RFC 4013) of passwords, without its check of mixed writing directions.</summary>
internal static class SaslPrep
{
    /// <summary>The prepared form; <see cref="ArgumentException"/> (which does not show the password) if it holds a prohibited character.</summary>
    public static string Prepare(string password)
    {
        if (Ascii.IsValid(password))
            return Checked(password);

        var mapped = new StringBuilder(password.Length);
        foreach (var rune in password.EnumerateRunes())
            if (Rune.GetUnicodeCategory(rune) == UnicodeCategory.SpaceSeparator)
                mapped.Append(' ');
            else if (!IsMappedToNothing(rune.Value))
                mapped.Append(rune);
        return Checked(mapped.ToString().Normalize(NormalizationForm.FormKC));
    }

    private static string Checked(string prepared)
    {
        foreach (var rune in prepared.EnumerateRunes())
            if (IsProhibited(rune))
                throw new ArgumentException("The password holds a character that SASLprep (RFC 4013) prohibits: a control, private-use, unassigned or formatting character. Set another password.");
        return prepared;
    }

    // RFC 3454 table B.1
    private static bool IsMappedToNothing(int c) =>
        c is 0x00AD or 0x034F or 0x1806 or (>= 0x180B and <= 0x180D) or (>= 0x200B and <= 0x200D) or 0x2060 or (>= 0xFE00 and <= 0xFE0F) or 0xFEFF;

    // RFC 4013 §2.3; a lone surrogate arrives here as U+FFFD, which is table C.6
    private static bool IsProhibited(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        _ => rune.Value is 0x0340 or 0x0341 or (>= 0xFFF9 and <= 0xFFFD) or (>= 0x2FF0 and <= 0x2FFB),
    };
}
