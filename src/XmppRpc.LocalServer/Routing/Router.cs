using XmppRpc.LocalServer.Services;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>
/// Takes what clients send and gives it to whom it is for (RFC 6120 §10, RFC 6121 §8). One lock over everything: nothing in here waits, and what one
/// client sends to another keeps its order.
/// </summary>
internal sealed class Router
{
    private static readonly StanzaError ServiceUnavailable = new("cancel", "service-unavailable");

    private readonly Lock _gate = new();
    private readonly Mailboxes _mailboxes = new();
    private readonly PresenceRouting _presence;
    private readonly ServerServices _services = new();
    private readonly string _domain;
    private readonly int _maxOffline;
    private readonly TimeProvider _time;

    public Router(string domain, int maxOffline, int maxDirected, TimeProvider time)
    {
        (_domain, _maxOffline, _time) = (domain, maxOffline, time);
        _presence = new(_mailboxes, maxDirected);
    }

    public void AddAccount(Jid account)
    {
        lock (_gate)
            _mailboxes.Add(account, new(new(_maxOffline, _domain, _time)));
    }

    /// <summary>Binds a resource and sends it <paramref name="firstWords"/> before anything else can. Who held the same full JID is ended with <c>conflict</c>.</summary>
    public void Bind(BoundResource resource, XmppElement firstWords)
    {
        lock (_gate)
        {
            if (_mailboxes.FindResource(resource.Jid) is { } replaced)
            {
                Remove(replaced);
                replaced.Outbound.Close("conflict", "Replaced by new connection");
            }

            _mailboxes.Find(resource.Jid)!.Resources.Add(resource.Jid.Resource!, resource);
            resource.Outbound.Send(firstWords);
        }
    }

    /// <summary>Takes a resource out and tells who must know. Does nothing if another took its place.</summary>
    public void Unbind(BoundResource resource)
    {
        lock (_gate)
            if (_mailboxes.IsBound(resource))
                Remove(resource);
    }

    /// <summary>Stamps a stanza with its sender and routes it.</summary>
    public void Route(BoundResource sender, Stanza stanza)
    {
        // RFC 6120 §8.1.2.1; a forged one is overwritten as by Prosody, where ejabberd closes with invalid-from
        stanza.From = sender.Jid;
        lock (_gate)
        {
            if (!_mailboxes.IsBound(sender))
                return;
            if (stanza.To is null && stanza.Element.Attribute("to") is not null)
                Bounce(sender, stanza, new("modify", "jid-malformed"));
            else if (stanza.To is { } to && to.Domain != _domain)
                Bounce(sender, stanza, new("cancel", "remote-server-not-found", $"This is a development server; it serves {_domain} only."));
            else
                RouteHere(sender, stanza);
        }
    }

    private void RouteHere(BoundResource sender, Stanza stanza)
    {
        switch (stanza)
        {
            case Message message:
                // RFC 6120 §10.3.1: without an addressee it is for the sender's own account
                RouteMessage(sender, message, message.To ?? sender.Jid.Bare);
                break;
            case Presence { To: { } to } presence:
                _presence.Direct(sender, presence, to);
                break;
            case Presence presence:
                _presence.Broadcast(sender, presence);
                break;
            case Iq iq:
                RouteIq(sender, iq, iq.To ?? sender.Jid.Bare);
                break;
        }
    }

    private void RouteMessage(BoundResource sender, Message message, Jid to)
    {
        if (to.Local is null)
        {
            Bounce(sender, message, ServiceUnavailable);
            return;
        }

        var mailbox = _mailboxes.Find(to);
        var route = MessageTable.Decide(message.Type, to.Resource, mailbox?.Resources.Values);
        foreach (var recipient in route.Recipients)
            recipient.Outbound.Send(message.Element);
        if (route.Fate == MessageFate.Bounce)
            Bounce(sender, message, ServiceUnavailable);
        // ejabberd's limit and words: Prosody 0.12 stores without one
        else if (route.Fate == MessageFate.Store && !mailbox!.Offline.TryAdd(message.Element))
            Bounce(sender, message, new("wait", "resource-constraint", "The offline message queue is full."));
    }

    private void RouteIq(BoundResource sender, Iq iq, Jid to)
    {
        // RFC 6120 §8.2.3
        if (iq.Type is not ("get" or "set" or "result" or "error") || iq.Id is null || iq.IsRequest && iq.Element.Children.Count != 1)
            Bounce(sender, iq, new("modify", "bad-request", "An iq has an id, one of four types, and as a request exactly one child."));
        else if (_mailboxes.FindResource(to) is { } recipient)
            recipient.Outbound.Send(iq.Element);
        else if (iq.IsRequest && (to.Local is null || to == sender.Jid.Bare))
            sender.Outbound.Send(_services.Answer(iq, isAccount: to.Local is not null).Element);
        else
            Bounce(sender, iq, ServiceUnavailable);
    }

    private void Remove(BoundResource resource)
    {
        _mailboxes.Find(resource.Jid)!.Resources.Remove(resource.Jid.Resource!);
        _presence.End(resource);
    }

    private static void Bounce(BoundResource sender, Stanza stanza, StanzaError error)
    {
        if (Replies.Bounce(stanza, error) is { } bounce)
            sender.Outbound.Send(bounce);
    }
}
