using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>A component's connection as the router sees it (XEP-0114). Guarded by the router.</summary>
internal sealed class ConnectedComponent(Jid jid, IOutbound outbound) : IConnectedEntity
{
    public Jid Jid { get; } = jid;

    public void Send(XmppElement stanza) => outbound.Send(stanza);
}
