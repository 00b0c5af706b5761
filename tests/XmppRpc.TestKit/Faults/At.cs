using System.Globalization;

namespace XmppRpc.TestKit.Faults;

/// <summary>A moment in one direction of a connection, by bytes or by stanza. Bytes are counted as they reach the fault: behind what faults before it in the script added or took away.</summary>
public sealed class At
{
    private readonly Func<Random, Func<Piece, int>> _begin;
    private readonly string _text;

    private At(Func<Random, Func<Piece, int>> begin, string text, bool isStart = false, bool needsStanzas = false) =>
        (_begin, _text, IsStart, NeedsStanzas) = (begin, text, isStart, needsStanzas);

    /// <summary>Before the first byte, without waiting for it.</summary>
    public static At Start { get; } = Byte(0);

    internal bool IsStart { get; }

    internal bool NeedsStanzas { get; }

    /// <summary>As soon as <paramref name="count"/> bytes have passed.</summary>
    public static At Byte(long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new(_ =>
        {
            var left = count;
            return piece =>
            {
                if (left <= piece.Bytes.Length)
                    return (int)left;
                left -= piece.Bytes.Length;
                return -1;
            };
        }, string.Create(CultureInfo.InvariantCulture, $"At.Byte({count})"), isStart: count == 0);
    }

    /// <summary>Before the first byte of the first of these stanzas.</summary>
    public static At Before(Stanzas stanzas) => Stanza(stanzas, _ => 0, $"At.Before({stanzas})");

    /// <summary>Behind the last byte of the first of these stanzas.</summary>
    public static At After(Stanzas stanzas) => Stanza(stanzas, piece => piece.Bytes.Length, $"At.After({stanzas})");

    /// <summary>When <paramref name="count"/> bytes of the first of these stanzas have passed, or all of it, if it is shorter.</summary>
    public static At Inside(Stanzas stanzas, int count) =>
        Stanza(stanzas, piece => Math.Min(count, piece.Bytes.Length), string.Create(CultureInfo.InvariantCulture, $"At.Inside({stanzas}, {count})"));

    /// <summary>As it would be written in C#.</summary>
    public override string ToString() => _text;

    /// <summary>To be asked for each piece: where in it the moment is, or -1.</summary>
    internal Func<Piece, int> Begin(Random random) => _begin(random);

    private static At Stanza(Stanzas stanzas, Func<Piece, int> where, string text) => new(random =>
    {
        var isMeant = stanzas.Begin(random);
        return piece => isMeant(piece) ? where(piece) : -1;
    }, text, needsStanzas: true);
}
