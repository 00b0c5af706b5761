using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>The way to one client. Neither member waits or throws, so that one slow client never stalls the others.</summary>
internal interface IOutbound
{
    /// <summary>Queues an element, which is not changed from now on; it may be shared with other clients.</summary>
    void Send(XmppElement element);

    /// <summary>Ends the client's XML stream with that error (RFC 6120 §4.9.3).</summary>
    void Close(string condition, string text);
}
