using XmppRpc.Xmpp;

namespace XmppRpc;

/// <summary>What came with the answer of one call, see <see cref="RpcCallOptions.Response"/>.</summary>
public sealed class RpcResponseInfo
{
    /// <summary>Who answered, or null before.</summary>
    public Jid? From { get; internal set; }

    /// <summary>The headers of the reply; empty before, and of a fault.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; internal set; } = RpcHeaders.None;
}
