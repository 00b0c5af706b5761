using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>A bound resource as the router sees it. Guarded by the router.</summary>
internal sealed class BoundResource(Jid jid, IOutbound outbound) : IConnectedEntity
{
    public Jid Jid { get; } = jid;

    /// <summary>The way to the client; null while the resource hibernates, and after its end.</summary>
    public IOutbound? Outbound { get; set; } = outbound;

    /// <summary>What XEP-0198 keeps of its stream; null before <c>enable</c>, and after the end.</summary>
    public ManagedStream? Stream { get; set; }

    /// <summary>Its last presence; null while it is not available.</summary>
    public XmppElement? Presence { get; set; }

    public int Priority { get; set; }

    public bool IsAvailable => Presence is not null;

    /// <summary>Whether messages to the bare JID may go here (RFC 6121 §8.5.2): a negative priority says no.</summary>
    public bool TakesBareMessages => IsAvailable && Priority >= 0;

    /// <summary>Who was sent directed presence and must hear of the end (RFC 6121 §4.6.3).</summary>
    public HashSet<Jid> Directed { get; } = [];

    public void Send(XmppElement stanza)
    {
        Stream?.Keep(stanza);
        Outbound?.Send(stanza);
        if (Outbound is not null && Stream?.TryAsk() is { } question)
            Outbound.Send(question);
    }
}
