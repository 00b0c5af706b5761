using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>Something that belongs to an entity (XEP-0030 §4): an address, and perhaps a node of it and a name for people.</summary>
public sealed record DiscoItem(Jid Jid, string? Node = null, string? Name = null)
{
    /// <summary>Reads the items of a disco#items <c>query</c>; null if the element is none. Items whose address is no valid JID are left out.</summary>
    public static IReadOnlyList<DiscoItem>? ReadAll(XmppElement? query) => query is null || !query.Is("query", XmppNames.DiscoItems) ? null
        : [.. query.Children.Where(child => child.Is("item", XmppNames.DiscoItems)).Select(Read).OfType<DiscoItem>()];

    /// <summary>A <c>query</c> element with these items.</summary>
    public static XmppElement ToElement(IEnumerable<DiscoItem> items, string? node = null)
    {
        var query = new XmppElement("query", XmppNames.DiscoItems).Set("node", node);
        foreach (var item in items)
            query.Add(new XmppElement("item", XmppNames.DiscoItems).Set("jid", item.Jid.ToString()).Set("node", item.Node).Set("name", item.Name));
        return query;
    }

    private static DiscoItem? Read(XmppElement item) => Jid.TryParse(item.Attribute("jid"), out var jid) ? new(jid, item.Attribute("node"), item.Attribute("name")) : null;
}
