using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>Who sends stanzas through this server and gets its bounces. Guarded by the router.</summary>
internal interface IConnectedEntity
{
    /// <summary>The full JID of a resource, the domain of a component.</summary>
    Jid Jid { get; }

    void Send(XmppElement stanza);
}
