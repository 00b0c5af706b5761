using System.Globalization;
using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>A set of code points, written as ascending hexadecimal ranges: <c>AD 180B-180D</c>.</summary>
internal sealed class CodePoints
{
    private readonly int[] _first;
    private readonly int[] _last;

    public CodePoints(string ranges)
    {
        var parts = ranges.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        _first = [.. parts.Select(part => Parse(part.Split('-')[0]))];
        _last = [.. parts.Select(part => Parse(part.Split('-')[^1]))];
    }

    /// <summary>How many code points are in it.</summary>
    public int Count => _first.Zip(_last, (first, last) => last - first + 1).Sum();

    public bool Contains(Rune rune)
    {
        var at = Array.BinarySearch(_first, rune.Value);
        return at >= 0 || ~at > 0 && rune.Value <= _last[~at - 1];
    }

    private static int Parse(string hex) => int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
