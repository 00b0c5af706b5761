using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>One account's messages that wait for a resource to take them (XEP-0160), in order of arrival. Guarded by the router.</summary>
internal sealed class OfflineStore(int maxMessages, string domain, TimeProvider time)
{
    private readonly List<XmppElement> _messages = [];

    /// <summary>Stores the message, with the time; false when the store is full.</summary>
    public bool TryAdd(XmppElement message)
    {
        if (_messages.Count >= maxMessages)
            return false;
        _messages.Add(Replies.Copy(message).Add(Delay.Element(domain, time.GetUtcNow())));
        return true;
    }

    /// <summary>All messages. As on the real servers they are gone from here once written to the client, whether it reads them or not.</summary>
    public XmppElement[] TakeAll()
    {
        XmppElement[] all = [.. _messages];
        _messages.Clear();
        return all;
    }
}
