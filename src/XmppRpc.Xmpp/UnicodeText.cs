using System.Buffers;
using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>Properties of characters that .NET does not name. What is left of them after PRECIS (RFC 8264 §8) decides whether a JID may hold them.</summary>
internal static class UnicodeText
{
    /// <summary>Exceptions of RFC 8264 §9.6 (RFC 5892 §2.6) that no name and no resource may hold.</summary>
    private static readonly SearchValues<char> Never = SearchValues.Create("\u0640\u07FA\u302E\u302F\u3031\u3032\u3033\u3034\u3035\u303B");

    /// <summary>Whether this process can normalise; in invariant globalization mode it cannot, and text outside ASCII has to be refused.</summary>
    public static bool IsAvailable { get; } = "\uFF2B".Normalize(NormalizationForm.FormKC) == "K";

    /// <summary>Whether normalisation, canonical or compatible, leaves the character as it is: ligatures, circled letters and the Kelvin sign are not stable.</summary>
    public static bool IsStable(Rune rune) => IsAvailable && rune.ToString() is var text && text.Normalize(NormalizationForm.FormKC) == text;

    public static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    /// <summary>Whether the character is a full-width or half-width form of another (RFC 8265 §3.3.2, rule 1).</summary>
    public static bool HasWidth(Rune rune) => rune.Value is >= 0xFF01 and <= 0xFFEE;

    /// <summary>Whether neither names nor resources may hold the character, whatever its category says.</summary>
    public static bool IsNever(Rune rune) => rune.IsBmp && Never.Contains((char)rune.Value) || IsConjoiningJamo(rune) || IsIgnorable(rune);

    // OldHangulJamo, RFC 8264 §9.9.
    private static bool IsConjoiningJamo(Rune rune) => rune.Value is >= 0x1100 and <= 0x11FF or >= 0xA960 and <= 0xA97F or >= 0xD7B0 and <= 0xD7FF;

    // PrecisIgnorableProperties, RFC 8264 §9.13, as far as they are no format characters: they do not show, so two names with and without would look alike.
    private static bool IsIgnorable(Rune rune) => rune.Value is 0x34F or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 or >= 0x180B and <= 0x180F or >= 0xFE00 and <= 0xFE0F or >= 0xE0000 and <= 0xE0FFF
        || (rune.Value & 0xFFFE) == 0xFFFE || rune.Value is >= 0xFDD0 and <= 0xFDEF;
}
