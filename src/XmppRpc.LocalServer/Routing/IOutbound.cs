using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>The way to one client or component. Neither member waits or throws, so that one slow reader never stalls the others.</summary>
internal interface IOutbound
{
    /// <summary>Queues an element, which is not changed from now on; it may be shared with others.</summary>
    void Send(XmppElement element);

    /// <summary>Ends the XML stream with that error (RFC 6120 §4.9.3); <paramref name="detail"/> is its application-specific condition (§4.9.4).</summary>
    void Close(string condition, string text, XmppElement? detail = null);
}
