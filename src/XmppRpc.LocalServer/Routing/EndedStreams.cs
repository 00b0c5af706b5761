using XmppRpc.Xmpp;

namespace XmppRpc.LocalServer.Routing;

/// <summary>How many stanzas were taken on streams that cannot be resumed any more, for those who try (XEP-0198 §5); the oldest is forgotten first. Guarded by the router.</summary>
internal sealed class EndedStreams(int capacity)
{
    private readonly Dictionary<string, (Jid Account, uint Handled)> _counts = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = [];

    public void Add(string id, Jid account, uint handled)
    {
        if (capacity == 0)
            return;
        if (_order.Count == capacity)
            _counts.Remove(_order.Dequeue());
        _order.Enqueue(id);
        _counts.Add(id, (account, handled));
    }

    /// <summary>The count, or null if it is not known or another account's.</summary>
    public uint? Find(string id, Jid account) => _counts.TryGetValue(id, out var ended) && ended.Account == account ? ended.Handled : null;

    public void Clear()
    {
        _counts.Clear();
        _order.Clear();
    }
}
