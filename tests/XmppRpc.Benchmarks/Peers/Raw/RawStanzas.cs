namespace XmppRpc.Benchmarks.Peers.Raw;

/// <summary>Copies of one stanza in a row, with white space behind them: real servers keep a tag that their reads cut until more has come.</summary>
internal sealed class RawStanzas
{
    private const int Padding = 256;

    private readonly byte[] _bytes;
    private readonly int _length;

    public RawStanzas(byte[] stanza, int count)
    {
        (_length, Count) = (stanza.Length, count);
        _bytes = new byte[count * stanza.Length + Padding];
        for (var i = 0; i < count; i++)
            stanza.CopyTo(_bytes, i * stanza.Length);
        _bytes.AsSpan(count * stanza.Length).Fill((byte)' ');
    }

    public int Count { get; }

    /// <summary>So many of them.</summary>
    public ReadOnlyMemory<byte> Take(int count) => _bytes.AsMemory((Count - count) * _length);
}
