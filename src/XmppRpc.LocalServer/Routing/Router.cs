using XmppRpc.LocalServer.Services;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>
/// Takes what clients and components send and gives it to whom it is for (RFC 6120 §10, RFC 6121 §8, XEP-0114). One lock over everything: nothing in here
/// waits, and what one sends to another keeps its order.
/// </summary>
internal sealed class Router
{
    private static readonly StanzaError ServiceUnavailable = new("cancel", "service-unavailable");

    private readonly Lock _gate = new();
    private readonly Mailboxes _mailboxes = new();
    private readonly ComponentTable _components = new();
    private readonly PresenceRouting _presence;
    private readonly ServerServices _services = new();
    private readonly string _domain;
    private readonly int _maxOffline;
    private readonly TimeProvider _time;

    public Router(string domain, int maxOffline, int maxDirected, TimeProvider time)
    {
        (_domain, _maxOffline, _time) = (domain, maxOffline, time);
        _presence = new(_mailboxes, _components, maxDirected);
    }

    /// <summary>Held while anything is routed; what keeps streams across their sockets (<see cref="StreamManagement"/>) holds it too.</summary>
    public Lock Gate => _gate;

    /// <summary>A resource is about to be taken out, in whatever way. Raised under <see cref="Gate"/>.</summary>
    public event Action<BoundResource>? Ending;

    public void AddAccount(Jid account)
    {
        lock (_gate)
            _mailboxes.Add(account, new(new(_maxOffline, _domain, _time)));
    }

    public void AddComponent(Jid component)
    {
        lock (_gate)
            _components.Add(component.Domain);
    }

    /// <summary>Binds a resource and sends it <paramref name="firstWords"/> before anything else can. Who held the same full JID is ended with <c>conflict</c>.</summary>
    public void Bind(BoundResource resource, XmppElement firstWords)
    {
        lock (_gate)
        {
            if (_mailboxes.FindResource(resource.Jid) is { } replaced)
            {
                var outbound = replaced.Outbound;
                Remove(replaced);
                outbound?.Close("conflict", "Replaced by new connection");
            }

            _mailboxes.Find(resource.Jid)!.Resources.Add(resource.Jid.Resource!, resource);
            resource.Send(firstWords);
        }
    }

    /// <summary>Takes a resource out and tells who must know. Does nothing if another took its place.</summary>
    public void Unbind(BoundResource resource)
    {
        lock (_gate)
            if (_mailboxes.IsBound(resource))
                Remove(resource);
    }

    /// <summary>Connects a component and sends it <paramref name="firstWords"/> before anything else can; false if one is connected for its domain.</summary>
    public bool TryConnect(ConnectedComponent component, XmppElement firstWords)
    {
        lock (_gate)
        {
            if (!_components.TryConnect(component))
                return false;
            component.Send(firstWords);
            return true;
        }
    }

    public void Disconnect(ConnectedComponent component)
    {
        lock (_gate)
            _components.Disconnect(component);
    }

    /// <summary>Stamps a client's stanza with its sender and routes it.</summary>
    public void Route(BoundResource sender, Stanza stanza)
    {
        // RFC 6120 §8.1.2.1; a forged one is overwritten as by Prosody, where ejabberd closes with invalid-from. RFC 6121 §3.1.2: subscriptions are the account's.
        stanza.From = stanza is Presence { Type: "subscribe" or "subscribed" or "unsubscribe" or "unsubscribed" } ? sender.Jid.Bare : sender.Jid;
        lock (_gate)
            if (_mailboxes.IsBound(sender))
                RouteFrom(sender, stanza);
    }

    /// <summary>Routes a component's stanza, whose sender was checked.</summary>
    public void Route(ConnectedComponent sender, Stanza stanza)
    {
        lock (_gate)
        {
            if (!_components.IsConnected(sender))
                return;
            if (stanza.Element.Attribute("to") is null)
                Bounce(sender, stanza, new("modify", "bad-request", "A component's stanzas must have an addressee."));
            else
                RouteFrom(sender, stanza);
        }
    }

    private void RouteFrom(IConnectedEntity sender, Stanza stanza)
    {
        if (stanza.To is null && stanza.Element.Attribute("to") is not null)
            Bounce(sender, stanza, new("modify", "jid-malformed"));
        // RFC 6120 §8.2.3
        else if (stanza is Iq iq && (iq.Type is not ("get" or "set" or "result" or "error") || iq.Id is null || iq.IsRequest && iq.Element.Children.Count != 1))
            Bounce(sender, stanza, new("modify", "bad-request", "An iq has an id, one of four types, and as a request exactly one child."));
        else if (stanza.To is { } component && _components.Contains(component.Domain))
            RouteToComponent(sender, stanza, component);
        else if (stanza.To is { } to && to.Domain != _domain)
            Bounce(sender, stanza, new("cancel", "remote-server-not-found", $"This is a development server; it serves {_domain} only."));
        else
            RouteHere(sender, stanza);
    }

    private void RouteToComponent(IConnectedEntity sender, Stanza stanza, Jid to)
    {
        if (_components.Find(to.Domain) is not { } component)
            // Prosody's words; ejabberd says remote-server-not-found, or forbidden
            Bounce(sender, stanza, new("wait", "remote-server-timeout", "Component unavailable"));
        else if (stanza is Presence presence)
            _presence.Direct(sender, presence, to);
        else
            component.Send(stanza.Element);
    }

    private void RouteHere(IConnectedEntity sender, Stanza stanza)
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
                _presence.Broadcast((BoundResource)sender, presence);
                break;
            case Iq iq:
                RouteIq(sender, iq, iq.To ?? sender.Jid.Bare);
                break;
        }
    }

    private void RouteMessage(IConnectedEntity sender, Message message, Jid to)
    {
        if (to.Local is null)
        {
            Bounce(sender, message, ServiceUnavailable);
            return;
        }

        var mailbox = _mailboxes.Find(to);
        var route = MessageTable.Decide(message.Type, to.Resource, mailbox?.Resources.Values);
        foreach (var recipient in route.Recipients)
            recipient.Send(message.Element);
        if (route.Fate == MessageFate.Bounce)
            Bounce(sender, message, ServiceUnavailable);
        // ejabberd's limit and words: Prosody 0.12 stores without one
        else if (route.Fate == MessageFate.Store && !mailbox!.Offline.TryAdd(message.Element))
            Bounce(sender, message, new("wait", "resource-constraint", "The offline message queue is full."));
    }

    private void RouteIq(IConnectedEntity sender, Iq iq, Jid to)
    {
        if (_mailboxes.FindResource(to) is { } recipient)
            recipient.Send(iq.Element);
        else if (iq.IsRequest && (to.Local is null || to == sender.Jid.Bare))
            sender.Send(_services.Answer(iq, isAccount: to.Local is not null).Element);
        else
            Bounce(sender, iq, ServiceUnavailable);
    }

    private void Remove(BoundResource resource)
    {
        Ending?.Invoke(resource);
        var stream = resource.Stream;
        if (stream is not null)
        {
            // XEP-0198 §4: the last count, so that the client knows what was handled
            resource.Outbound?.Send(stream.Answer());
            stream.Wake();
        }

        (resource.Stream, resource.Outbound) = (null, null);
        foreach (var unacknowledged in stream?.Window.TakeAll() ?? [])
            GiveBack(resource, Delay.Stamp(unacknowledged, resource.Jid.Bare));
        _mailboxes.Find(resource.Jid)!.Resources.Remove(resource.Jid.Resource!);
        _presence.End(resource);
    }

    /// <summary>
    /// What becomes of a stanza that a client never acknowledged, as in Prosody's mod_smacks: stored if no other resource is bound, else an error to its sender,
    /// whether the client had read it or not (F-04).
    /// </summary>
    private void GiveBack(BoundResource resource, XmppElement element)
    {
        var stanza = Stanza.Wrap(element)!;
        var mailbox = _mailboxes.Find(resource.Jid)!;
        var isStored = stanza is Message { Type: not ("error" or "groupchat" or "headline") } && mailbox.Resources.Count == 1 && mailbox.Offline.TryAdd(element);
        if (!isStored && stanza.From is { } sender && sender != resource.Jid && Replies.Bounce(stanza, new("cancel", "recipient-unavailable")) is { } bounce)
            FindConnected(sender)?.Send(bounce);
    }

    /// <summary>The one that an error goes back to, if it is still there (RFC 6121 §8.5: an error to anybody else is dropped).</summary>
    private IConnectedEntity? FindConnected(Jid jid) => _components.Find(jid.Domain) ?? (IConnectedEntity?)_mailboxes.FindResource(jid);

    private static void Bounce(IConnectedEntity sender, Stanza stanza, StanzaError error)
    {
        if (Replies.Bounce(stanza, error) is { } bounce)
            sender.Send(bounce);
    }
}
