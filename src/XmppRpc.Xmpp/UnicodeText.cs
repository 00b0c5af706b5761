using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>Properties of characters that .NET does not name.</summary>
internal static class UnicodeText
{
    /// <summary>Whether this process can normalise; in invariant globalization mode it cannot, and text outside ASCII has to be refused.</summary>
    public static bool IsAvailable { get; } = "\uFF2B".Normalize(NormalizationForm.FormKC) == "K";

    /// <summary>Whether normalisation, canonical or compatible, leaves the character as it is: full-width letters, ligatures and the Kelvin sign are not stable.</summary>
    public static bool IsStable(Rune rune) => IsAvailable && rune.ToString() is var text && text.Normalize(NormalizationForm.FormKC) == text;

    public static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>Whether the character belongs to a script that runs from right to left (its blocks, as .NET knows no bidi classes).</summary>
    public static bool IsRightToLeft(Rune rune) => rune.Value is >= 0x590 and <= 0x8FF or >= 0xFB1D and <= 0xFDFF or >= 0xFE70 and <= 0xFEFF or >= 0x10800 and <= 0x10FFF or >= 0x1E800 and <= 0x1EFFF;

    /// <summary>OldHangulJamo of RFC 8264 §9.9.</summary>
    public static bool IsConjoiningJamo(Rune rune) => rune.Value is >= 0x1100 and <= 0x11FF or >= 0xA960 and <= 0xA97F or >= 0xD7B0 and <= 0xD7FF;

    /// <summary>PrecisIgnorableProperties of RFC 8264 §9.13, as far as they are no format characters: they do not show, so two names with and without would look alike.</summary>
    public static bool IsIgnorable(Rune rune) => rune.Value is 0x34F or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 or >= 0x180B and <= 0x180F or >= 0xFE00 and <= 0xFE0F or >= 0xE0000 and <= 0xE0FFF
        || (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;
}
