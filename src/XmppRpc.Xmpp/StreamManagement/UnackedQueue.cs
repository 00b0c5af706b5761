namespace XmppRpc.Xmpp.StreamManagement;

/// <summary>
/// The stanzas sent and not yet acknowledged, as they were written, oldest first (XEP-0198 §4): pure arithmetic, no clock, no socket. The counters are
/// modulo 2³². Stanzas lie in one ring of bytes, so that neither sending nor acknowledging leaves garbage.
/// </summary>
internal sealed class UnackedQueue
{
    private const int KeptBytes = 256 * 1024;

    private readonly Queue<(int Length, bool IsAnswer)> _stanzas = new();
    private byte[] _ring = [];
    private int _head;
    private int _bytes;

    /// <summary>Starts as if <paramref name="acknowledged"/> stanzas had been sent and acknowledged.</summary>
    public UnackedQueue(uint acknowledged = 0) => Acknowledged = acknowledged;

    /// <summary>The peer's last handled count.</summary>
    public uint Acknowledged { get; private set; }

    /// <summary>How many stanzas were sent, modulo 2³².</summary>
    public uint Sent => unchecked(Acknowledged + (uint)_stanzas.Count);

    /// <summary>Stanzas in the queue.</summary>
    public int Count => _stanzas.Count;

    /// <summary>Bytes in the queue.</summary>
    public int Bytes => _bytes;

    /// <summary>How many of them are answers that others had the connection give.</summary>
    public int AnswerCount { get; private set; }

    /// <summary>Bytes of those.</summary>
    public int AnswerBytes { get; private set; }

    public void Add(ReadOnlySpan<byte> stanza, bool isAnswer = false)
    {
        Reserve(stanza.Length);
        var tail = _ring.Length == 0 ? 0 : (_head + _bytes) % _ring.Length;
        var first = Math.Min(stanza.Length, _ring.Length - tail);
        stanza[..first].CopyTo(_ring.AsSpan(tail));
        stanza[first..].CopyTo(_ring);
        _bytes += stanza.Length;
        _stanzas.Enqueue((stanza.Length, isAnswer));
        if (isAnswer)
            CountAnswer(1, stanza.Length);
    }

    /// <summary>The peer has handled <paramref name="handled"/> stanzas. A count below the last one changes nothing; false if it is above what was sent.</summary>
    public bool TryAcknowledge(uint handled)
    {
        var news = unchecked((int)(handled - Acknowledged));
        if (news > _stanzas.Count)
            return false;
        for (; news > 0; news--)
            RemoveFirst();
        return true;
    }

    /// <summary>The stanzas, oldest first, each a copy.</summary>
    public IEnumerable<byte[]> Copies()
    {
        var at = _head;
        foreach (var (length, _) in _stanzas)
        {
            var copy = new byte[length];
            var first = Math.Min(length, _ring.Length - at);
            _ring.AsSpan(at, first).CopyTo(copy);
            _ring.AsSpan(0, length - first).CopyTo(copy.AsSpan(first));
            yield return copy;
            at = (at + length) % _ring.Length;
        }
    }

    private void RemoveFirst()
    {
        var (length, isAnswer) = _stanzas.Dequeue();
        _bytes -= length;
        if (isAnswer)
            CountAnswer(-1, -length);
        Acknowledged = unchecked(Acknowledged + 1);
        if (_bytes > 0)
        {
            _head = (_head + length) % _ring.Length;
            return;
        }
        _head = 0;
        if (_ring.Length > KeptBytes)
            _ring = [];
    }

    private void CountAnswer(int stanzas, int bytes) => (AnswerCount, AnswerBytes) = (AnswerCount + stanzas, AnswerBytes + bytes);

    private void Reserve(int more)
    {
        if (_bytes + more <= _ring.Length)
            return;
        var ring = new byte[Math.Max(_bytes + more, Math.Max(4096, _ring.Length * 2))];
        var first = Math.Min(_bytes, _ring.Length - _head);
        _ring.AsSpan(_head, first).CopyTo(ring);
        _ring.AsSpan(0, _bytes - first).CopyTo(ring.AsSpan(first));
        (_ring, _head) = (ring, 0);
    }
}
