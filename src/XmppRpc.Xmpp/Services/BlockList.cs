using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>The blocking command (XEP-0191): its requests, its list, and the notices of changes that the XMPP server sends to each resource that asked for the list.</summary>
internal static class BlockList
{
    public static Iq List() => new("get", New("blocklist"));

    public static Iq Block(IEnumerable<Jid> jids) => new("set", WithItems(New("block"), jids));

    /// <summary>Without addresses everybody is unblocked (XEP-0191 §3.5).</summary>
    public static Iq Unblock(IEnumerable<Jid> jids) => new("set", WithItems(New("unblock"), jids));

    /// <summary>The addresses of a list; null if the element is none. An address that is no valid JID is left out.</summary>
    public static IReadOnlyList<Jid>? Read(XmppElement? list) => list is null || !list.Is("blocklist", XmppNames.Blocking) ? null
        : [.. list.Children.Where(child => child.Is("item", XmppNames.Blocking)).Select(item => Jid.TryParse(item.Attribute("jid"), out var jid) ? jid : null).OfType<Jid>()];

    /// <summary>Whether the own XMPP server tells of a change; from anybody else it is no such notice, whatever it says.</summary>
    public static bool IsNotice(Iq request, XmppElement payload) => request.Type == "set" && (payload.Is("block", XmppNames.Blocking) || payload.Is("unblock", XmppNames.Blocking))
        && (request.Element.Attribute("from") is null || request.From is { } from && from == request.To?.Bare);

    private static XmppElement WithItems(XmppElement command, IEnumerable<Jid> jids)
    {
        foreach (var jid in jids)
            command.Add(New("item").Set("jid", jid.ToString()));
        return command;
    }

    private static XmppElement New(string name) => new(name, XmppNames.Blocking);
}
