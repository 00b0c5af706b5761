using System.Globalization;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>
/// Presence without subscriptions (RFC 6121 §4): a resource's own goes to the account's available resources, directed presence to whom it names, a component's domain included.
/// Guarded by the router.
/// </summary>
internal sealed class PresenceRouting(Mailboxes mailboxes, ComponentTable components, int maxDirected)
{
    /// <summary>Presence without an addressee.</summary>
    public void Broadcast(BoundResource sender, Presence presence)
    {
        if (presence.Type is null)
            BecomeAvailable(sender, presence.Element);
        else if (presence.Type == "unavailable")
            BecomeUnavailable(sender, presence.Element);
    }

    /// <summary>
    /// Presence to an address. Subscriptions and probes between accounts are not kept and lead nowhere; a component gets them. A component's own presence is not
    /// kept in mind: as on the real servers nothing is said when it goes.
    /// </summary>
    public void Direct(IConnectedEntity sender, Presence presence, Jid to)
    {
        if (presence.Type is null or "unavailable" or "error")
        {
            if (sender is BoundResource resource && !TryRemember(resource, presence, to))
                return;
        }
        else if (!components.Contains(to.Domain))
            return;
        Deliver(presence.Element, to);
    }

    /// <summary>The end of a resource, for whatever reason, as it is told to others (RFC 6121 §4.5.2, §4.6.3).</summary>
    public void End(BoundResource resource) =>
        BecomeUnavailable(resource, new XmppElement("presence", XmppNames.Client).Set("type", "unavailable").Set("from", resource.Jid.ToString()));

    /// <summary>Keeps in mind who must hear of the end; false, with a bounce, when that is above the limit.</summary>
    private bool TryRemember(BoundResource sender, Presence presence, Jid to)
    {
        if (presence.Type is not null)
            sender.Directed.Remove(to);
        else if (!sender.Directed.Contains(to) && sender.Directed.Count >= maxDirected)
        {
            var error = new StanzaError("wait", "resource-constraint", $"Directed presence to more than {maxDirected} addresses is not kept.");
            sender.Send(Replies.Bounce(presence, error)!);
            return false;
        }
        else
            sender.Directed.Add(to);
        return true;
    }

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
                    sender.Send(Replies.Readdress(other.Presence!, sender.Jid));
        if (sender.TakesBareMessages && !tookMessages)
            foreach (var message in mailbox.Offline.TakeAll())
                sender.Send(message);
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
            resource.Send(Replies.Readdress(presence, resource.Jid));
    }

    /// <summary>RFC 6121 §8.5.2.1.2, §8.5.3.1: to all available resources of a bare JID, to the one of a full JID, else nowhere.</summary>
    private void Deliver(XmppElement presence, Jid to)
    {
        if (components.Find(to.Domain) is { } component)
            component.Send(presence);
        else if (!to.IsBare)
            mailboxes.FindResource(to)?.Send(presence);
        else if (mailboxes.Find(to) is { } mailbox)
            foreach (var resource in mailbox.Available)
                resource.Send(presence);
    }

    // Prosody takes what is no number as 0, and the nearest for one out of range.
    private static int PriorityOf(XmppElement presence) =>
        int.TryParse(presence.Child("priority", presence.Namespace)?.Text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority)
            ? Math.Clamp(priority, sbyte.MinValue, sbyte.MaxValue)
            : 0;
}
