using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>A bound resource as the router sees it. Guarded by the router.</summary>
internal sealed class BoundResource(Jid jid, IOutbound outbound)
{
    public Jid Jid { get; } = jid;

    public IOutbound Outbound { get; } = outbound;

    /// <summary>Its last presence; null while it is not available.</summary>
    public XmppElement? Presence { get; set; }

    public int Priority { get; set; }

    public bool IsAvailable => Presence is not null;

    /// <summary>Whether messages to the bare JID may go here (RFC 6121 §8.5.2): a negative priority says no.</summary>
    public bool TakesBareMessages => IsAvailable && Priority >= 0;

    /// <summary>Who was sent directed presence and must hear of the end (RFC 6121 §4.6.3).</summary>
    public HashSet<Jid> Directed { get; } = [];
}
