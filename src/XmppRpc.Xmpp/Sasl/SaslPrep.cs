using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>
/// SASLprep (RFC 4013) of passwords. What was no character in Unicode 3.2 (an emoji, for example) passes where no step can change it, as in the queries of RFC 3454 §7:
/// a server that keeps such a password knows it in that form. What two implementations prepare differently is refused.
/// </summary>
internal static class SaslPrep
{
    /// <summary>U+200B is in the tables of spaces and of nothing at once; the others decompose differently since Unicode 4.0 (Corrigendum 4).</summary>
    private static readonly CodePoints Doubtful = new("200B 2F868 2F874 2F91F 2F95F 2F9BF");

    /// <summary>The prepared form; <see cref="ArgumentException"/> (which does not show the password) if there is none.</summary>
    public static string Prepare(string password)
    {
        var prepared = Ascii.IsValid(password) ? password : Mapped(password).Normalize(NormalizationForm.FormKC);
        foreach (var rune in prepared.EnumerateRunes())
            if (rune.IsAscii ? Rune.IsControl(rune) : SaslPrepTables.Prohibited.Contains(rune))
                throw Refused("it holds a control, private-use or formatting character");
        if (prepared.Length == 0)
            throw Refused("nothing of it is left");
        if (!Ascii.IsValid(prepared) && !HasOneDirection(prepared))
            throw Refused("it mixes letters that run from left to right and from right to left, or does not begin and end with the latter");
        return prepared;
    }

    // RFC 4013 §2.1
    private static string Mapped(string password)
    {
        if (!UnicodeText.IsAvailable)
            throw Refused("it is not ASCII, and this process runs in invariant globalization mode, where text cannot be normalised");
        var mapped = new StringBuilder(password.Length);
        for (var rest = password.AsSpan(); !rest.IsEmpty;)
        {
            // a lone surrogate (table C.5) arrives as an error
            if (Rune.DecodeFromUtf16(rest, out var rune, out var used) != System.Buffers.OperationStatus.Done)
                throw Refused("it holds half a character (a lone surrogate)");
            rest = rest[used..];
            if (Doubtful.Contains(rune) || SaslPrepTables.Unassigned.Contains(rune) && !PassesUnchanged(rune))
                throw Refused("it holds a character that XMPP servers prepare differently");
            if (SaslPrepTables.Spaces.Contains(rune))
                mapped.Append(' ');
            else if (!SaslPrepTables.Nothing.Contains(rune))
                mapped.Append(rune);
        }

        return mapped.ToString();
    }

    private static bool PassesUnchanged(Rune rune) => UnicodeText.IsStable(rune) && !UnicodeText.IsMark(rune)
        && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.SpaceSeparator);

    // RFC 3454 §6
    private static bool HasOneDirection(string text)
    {
        if (!text.EnumerateRunes().Any(SaslPrepTables.RightToLeft.Contains))
            return true;
        Rune.DecodeLastFromUtf16(text, out var last, out _);
        return SaslPrepTables.RightToLeft.Contains(Rune.GetRuneAt(text, 0)) && SaslPrepTables.RightToLeft.Contains(last)
            && !text.EnumerateRunes().Any(SaslPrepTables.LeftToRight.Contains);
    }

    private static ArgumentException Refused(string why) => new($"The password cannot be prepared by SASLprep (RFC 4013): {why}. Set another password.");
}
