using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>
/// The contextual rules of RFC 5892 appendix A for the characters of class CONTEXTO. The joiners (CONTEXTJ) are refused everywhere: they do not show,
/// and XMPP servers that still prepare by stringprep remove them, so that no address with one is sure.
/// </summary>
internal static class UnicodeContext
{
    /// <summary>The first character of the prepared text that must not stand where it does, or null.</summary>
    public static Rune? FirstMisplaced(string text)
    {
        Rune? previous = null;
        var at = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            at += rune.Utf16SequenceLength;
            if (!IsPlaced(rune, previous, at < text.Length ? Rune.GetRuneAt(text, at) : null, text))
                return rune;
            previous = rune;
        }
        return null;
    }

    private static bool IsPlaced(Rune rune, Rune? previous, Rune? next, string text) => rune.Value switch
    {
        // A.3 middle dot: between two l, as in Catalan
        0xB7 => previous?.Value == 'l' && next?.Value == 'l',
        // A.4 Greek keraia
        0x375 => next is { Value: >= 0x370 and <= 0x3FF or >= 0x1F00 and <= 0x1FFF } letter && Rune.IsLetter(letter),
        // A.5, A.6 Hebrew geresh and gershayim
        0x5F3 or 0x5F4 => previous is { Value: >= 0x591 and <= 0x5F4 },
        // A.7 Katakana middle dot
        0x30FB => text.EnumerateRunes().Any(IsJapanese),
        // A.8, A.9: the two rows of Arabic digits exclude each other
        >= 0x660 and <= 0x669 => !text.AsSpan().ContainsAnyInRange('\u06F0', '\u06F9'),
        >= 0x6F0 and <= 0x6F9 => !text.AsSpan().ContainsAnyInRange('\u0660', '\u0669'),
        _ => true,
    };

    // Letters of the scripts Hiragana, Katakana and Han; the middle dot itself is of none.
    private static bool IsJapanese(Rune rune) => Rune.IsLetter(rune) && rune.Value is >= 0x3041 and <= 0x30FF or >= 0x31F0 and <= 0x31FF or 0x3005 or 0x3007
        or >= 0x3400 and <= 0x4DBF or >= 0x4E00 and <= 0x9FFF or >= 0x1B000 and <= 0x1B16F or >= 0x20000 and <= 0x323AF;
}
