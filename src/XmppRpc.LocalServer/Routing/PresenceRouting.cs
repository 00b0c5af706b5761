using System.Globalization;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>
/// Presence without subscriptions (RFC 6121 §4): a resource's own goes to the account's available resources, directed presence to whom it names.
/// Guarded by the router.
/// </summary>
internal sealed class PresenceRouting(Mailboxes mailboxes, int maxDirected)
{
    /// <summary>Presence without an addressee.</summary>
    public void Broadcast(BoundResource sender, Presence presence)
    {
        if (presence.Type is null)
            BecomeAvailable(sender, presence.Element);
        else if (presence.Type == "unavailable")
            BecomeUnavailable(sender, presence.Element);
    }

    /// <summary>Presence to an address of this domain. Subscriptions and probes are not kept and lead nowhere.</summary>
    public void Direct(BoundResource sender, Presence presence, Jid to)
    {
        if (presence.Type is not (null or "unavailable" or "error"))
            return;
        if (presence.Type is not null)
            sender.Directed.Remove(to);
        else if (!sender.Directed.Contains(to) && sender.Directed.Count >= maxDirected)
        {
            var error = new StanzaError("wait", "resource-constraint", $"Directed presence to more than {maxDirected} addresses is not kept.");
            sender.Outbound.Send(Replies.Bounce(presence, error)!);
            return;
        }
        else
            sender.Directed.Add(to);
        Deliver(presence.Element, to);
    }

    /// <summary>The end of a resource, for whatever reason, as it is told to others (RFC 6121 §4.5.2, §4.6.3).</summary>
    public void End(BoundResource resource) =>
        BecomeUnavailable(resource, new XmppElement("presence", XmppNames.Client).Set("type", "unavailable").Set("from", resource.Jid.ToString()));

    private void BecomeAvailable(BoundResource sender, XmppElement presence)
    {
        var mailbox = mailboxes.Find(sender.Jid)!;
        var (wasAvailable, tookMessages) = (sender.IsAvailable, sender.TakesBareMessages);
        (sender.Presence, sender.Priority) = (presence, PriorityOf(presence));
        // RFC 6121 §4.2.2: to the resource itself as well
        SendToAvailable(mailbox, presence);
        if (!wasAvailable)
            foreach (var other in mailbox.Available)
                if (!ReferenceEquals(other, sender))
                    sender.Outbound.Send(Replies.Readdress(other.Presence!, sender.Jid));
        if (sender.TakesBareMessages && !tookMessages)
            foreach (var message in mailbox.Offline.TakeAll())
                sender.Outbound.Send(message);
    }

    private void BecomeUnavailable(BoundResource sender, XmppElement presence)
    {
        if (sender.IsAvailable)
            SendToAvailable(mailboxes.Find(sender.Jid)!, presence);
        sender.Presence = null;
        foreach (var target in sender.Directed)
            Deliver(Replies.Readdress(presence, target), target);
        sender.Directed.Clear();
    }

    private static void SendToAvailable(Mailbox mailbox, XmppElement presence)
    {
        foreach (var resource in mailbox.Available)
            resource.Outbound.Send(Replies.Readdress(presence, resource.Jid));
    }

    /// <summary>RFC 6121 §8.5.2.1.2, §8.5.3.1: to all available resources of a bare JID, to the one of a full JID, else nowhere.</summary>
    private void Deliver(XmppElement presence, Jid to)
    {
        if (!to.IsBare)
            mailboxes.FindResource(to)?.Outbound.Send(presence);
        else if (mailboxes.Find(to) is { } mailbox)
            foreach (var resource in mailbox.Available)
                resource.Outbound.Send(presence);
    }

    // Prosody takes what is no number as 0, and the nearest for one out of range.
    private static int PriorityOf(XmppElement presence) =>
        int.TryParse(presence.Child("priority", presence.Namespace)?.Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)
            ? Math.Clamp(priority, sbyte.MinValue, sbyte.MaxValue)
            : 0;
}
