namespace XmppRpc.Xmpp.Services;

/// <summary>The order of the UTF-8 bytes (i;octet, RFC 4790 §9.3), which is that of code points: surrogates, the lower code units, come after the others.</summary>
internal sealed class Utf8Order : IComparer<string>
{
    public static Utf8Order Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var one = x.AsSpan();
        var other = y.AsSpan();
        var common = one.CommonPrefixLength(other);
        return common == one.Length || common == other.Length ? one.Length.CompareTo(other.Length) : Rank(one[common]).CompareTo(Rank(other[common]));
    }

    private static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
