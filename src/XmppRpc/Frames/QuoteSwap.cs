using System.Numerics;

namespace XmppRpc.Frames;

/// <summary>
/// Exchanges <c>"</c> and <c>`</c>: an XMPP server rewrites each <c>"</c> of a text as <c>&amp;quot;</c>, at its and the receiver's cost. An involution.
/// </summary>
internal static class QuoteSwap
{
    private const byte Quote = (byte)'"';
    private const byte Backquote = (byte)'`';

    /// <summary>The text says so itself: the first of the two bytes to occur opens a JSON string.</summary>
    public static bool IsSwapped(ReadOnlySpan<byte> text)
    {
        var first = text.IndexOfAny(Quote, Backquote);
        return first >= 0 && text[first] == Backquote;
    }

    public static void Swap(Span<byte> text)
    {
        var position = 0;
        if (Vector.IsHardwareAccelerated)
        {
            var quotes = new Vector<byte>(Quote);
            var backquotes = new Vector<byte>(Backquote);
            var difference = new Vector<byte>(Quote ^ Backquote);
            for (; position <= text.Length - Vector<byte>.Count; position += Vector<byte>.Count)
            {
                var block = new Vector<byte>(text[position..]);
                var hits = Vector.BitwiseOr(Vector.Equals(block, quotes), Vector.Equals(block, backquotes));
                Vector.Xor(block, Vector.BitwiseAnd(hits, difference)).CopyTo(text[position..]);
            }
        }
        for (; position < text.Length; position++)
            if (text[position] is Quote or Backquote)
                text[position] ^= Quote ^ Backquote;
    }
}
