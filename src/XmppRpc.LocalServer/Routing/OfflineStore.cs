using System.Globalization;
using XmppRpc.Xmpp;
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
        var stamp = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        // XEP-0203, XEP-0082
        _messages.Add(message.Add(new XmppElement("delay", XmppNames.Delay).Set("from", domain).Set("stamp", stamp)));
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
