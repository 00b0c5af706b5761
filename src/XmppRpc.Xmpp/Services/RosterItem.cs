using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>A contact in the account's own roster (RFC 6121 §2.1.2).</summary>
public sealed record RosterItem
{
    /// <summary>The contact, usually a bare JID.</summary>
    public required Jid Jid { get; init; }

    /// <summary>The name that the account's owner gave it, or null (RFC 6121 §2.1.2.4).</summary>
    public string? Name { get; init; }

    /// <summary>Who sees whose presence (RFC 6121 §2.1.2.5).</summary>
    public RosterSubscription Subscription { get; init; }

    /// <summary>Whether the account has asked to see the contact's presence and was not answered (RFC 6121 §2.1.2.2).</summary>
    public bool IsAsking { get; init; }

    /// <summary>Whether the contact may subscribe without being asked about (RFC 6121 §2.1.2.1, §3.4).</summary>
    public bool IsApproved { get; init; }

    /// <summary>The groups it is in, compared exactly; each once (RFC 6121 §2.1.2.6).</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>
    /// Reads a change of the roster that the XMPP server tells of (RFC 6121 §2.1.6); null if the request is none. One that does not come from the account itself is none, whatever it
    /// says. It is to be answered with <see cref="Iq.CreateResult"/>. Such requests are received where <see cref="XmppEntity.HandledNamespaces"/> has <see cref="XmppNames.Roster"/>,
    /// after <see cref="XmppServices.GetRosterAsync"/> was called in the session.
    /// </summary>
    /// <param name="request">What was received.</param>
    /// <param name="self">The address of the connection.</param>
    public static RosterItem? ReadPush(Iq request, Jid self)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(self);
        var isOwn = request.Element.Attribute("from") is null || request.From == self.Bare;
        // RFC 6121 §2.1.6: exactly one item.
        return isOwn && request.Type == "set" && request.Payload is { } query && query.Is("query", XmppNames.Roster) && query.Children.Count == 1 ? Read(query.Children[0]) : null;
    }

    /// <summary>The contacts of a roster, those that are not removed and have a valid address; null if the element is no roster.</summary>
    internal static IReadOnlyList<RosterItem>? ReadAll(XmppElement? query) => query is null || !query.Is("query", XmppNames.Roster) ? null
        : [.. query.Children.Select(Read).OfType<RosterItem>().Where(item => item.Subscription != RosterSubscription.Removed)];

    private static RosterItem? Read(XmppElement item) => !item.Is("item", XmppNames.Roster) || !Jid.TryParse(item.Attribute("jid"), out var jid) ? null : new()
    {
        Jid = jid,
        Name = item.Attribute("name"),
        Subscription = item.Attribute("subscription") switch
        {
            "to" => RosterSubscription.To,
            "from" => RosterSubscription.From,
            "both" => RosterSubscription.Both,
            "remove" => RosterSubscription.Removed,
            // RFC 6121 §2.1.2.5: an unknown value counts as the default.
            _ => RosterSubscription.None,
        },
        IsAsking = item.Attribute("ask") is "subscribe",
        IsApproved = item.Attribute("approved") is "true" or "1",
        Groups = [.. item.Children.Where(child => child.Is("group", XmppNames.Roster)).Select(group => group.Text).Where(group => group.Length > 0).Distinct(StringComparer.Ordinal)],
    };
}

/// <summary>Who sees whose presence (RFC 6121 §2.1.2.5).</summary>
public enum RosterSubscription
{
    /// <summary>Neither sees the other's.</summary>
    None,
    /// <summary>The account sees the contact's.</summary>
    To,
    /// <summary>The contact sees the account's.</summary>
    From,
    /// <summary>Each sees the other's.</summary>
    Both,
    /// <summary>The contact is no longer in the roster; only in a change that is told.</summary>
    Removed,
}
