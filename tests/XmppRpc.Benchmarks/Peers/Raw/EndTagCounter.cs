namespace XmppRpc.Benchmarks.Peers.Raw;

/// <summary>Counts the ends of messages in bytes that come in pieces.</summary>
internal struct EndTagCounter
{
    private int _matched;

    private static ReadOnlySpan<byte> Tag => "</message>"u8;

    public int Count(ReadOnlySpan<byte> bytes)
    {
        var count = 0;
        while (_matched > 0 && bytes.Length > 0)
        {
            if (bytes[0] != Tag[_matched])
            {
                _matched = 0;
                break;
            }
            bytes = bytes[1..];
            if (++_matched == Tag.Length)
                (count, _matched) = (count + 1, 0);
        }
        for (int at; (at = bytes.IndexOf(Tag)) >= 0; count++)
            bytes = bytes[(at + Tag.Length)..];
        var begun = bytes.LastIndexOf((byte)'<');
        if (begun >= 0 && Tag.StartsWith(bytes[begun..]))
            _matched = bytes.Length - begun;
        return count;
    }
}
