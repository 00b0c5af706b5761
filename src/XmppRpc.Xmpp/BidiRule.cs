using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>
/// The Bidi Rule (RFC 5893 §2) for text that <see cref="UnicodeIdentifier"/> lets through. .NET knows no bidi classes, so they follow from blocks and
/// categories; a character that cannot be classed that way counts as left-to-right, which a right-to-left text must not hold.
/// </summary>
internal static class BidiRule
{
    [Flags]
    private enum Class
    {
        None = 0,
        L = 1,
        R = 2,
        EN = 4,
        AN = 8,
        Mark = 16,
        Neutral = 32,
    }

    /// <summary>Whether the text holds a right-to-left character (R, AL or AN), and so must keep the rule, with all labels of its domain.</summary>
    public static bool Concerns(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (ClassOf(rune) is Class.R or Class.AN)
                return true;
        return false;
    }

    public static bool IsKept(string text)
    {
        Class first = Class.None, last = Class.None, seen = Class.None;
        foreach (var rune in text.EnumerateRunes())
        {
            var one = ClassOf(rune);
            if (first == Class.None)
                first = one;
            if (one != Class.Mark)
                last = one;
            seen |= one;
        }
        return first switch
        {
            // 2, 3, 4
            Class.R => (seen & Class.L) == Class.None && last is Class.R or Class.EN or Class.AN && (seen & (Class.EN | Class.AN)) != (Class.EN | Class.AN),
            // 5, 6
            Class.L => (seen & (Class.R | Class.AN)) == Class.None && last is Class.L or Class.EN,
            // 1
            _ => false,
        };
    }

    private static Class ClassOf(Rune rune) => rune.Value switch
    {
        >= '0' and <= '9' or >= 0x6F0 and <= 0x6F9 => Class.EN,
        < 0x80 => Rune.IsLetter(rune) ? Class.L : Class.Neutral,
        >= 0x660 and <= 0x669 or >= 0x10D30 and <= 0x10D39 => Class.AN,
        // marks that are L although they do not space
        0xCBF or 0xCC6 or 0x11A07 or 0x11A08 or 0x11C3F => Class.L,
        _ when Rune.GetUnicodeCategory(rune) == UnicodeCategory.NonSpacingMark => Class.Mark,
        >= 0x590 and <= 0x8FF or >= 0xFB1D and <= 0xFDFF or >= 0xFE70 and <= 0xFEFF or >= 0x10800 and <= 0x10FFF or >= 0x1E800 and <= 0x1EFFF => Class.R,
        _ => Class.L,
    };
}
