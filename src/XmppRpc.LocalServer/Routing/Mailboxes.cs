using XmppRpc.Xmpp;

namespace XmppRpc.LocalServer.Routing;

/// <summary>What the router knows of one account. Guarded by the router.</summary>
internal sealed record Mailbox(OfflineStore Offline)
{
    public Dictionary<string, BoundResource> Resources { get; } = new(StringComparer.Ordinal);

    public IEnumerable<BoundResource> Available => Resources.Values.Where(r => r.IsAvailable);
}

/// <summary>The accounts' mailboxes by bare JID. Guarded by the router.</summary>
internal sealed class Mailboxes
{
    private readonly Dictionary<Jid, Mailbox> _boxes = [];

    public void Add(Jid account, Mailbox mailbox) => _boxes.Add(account, mailbox);

    /// <summary>The mailbox of the account that the JID belongs to, or null.</summary>
    public Mailbox? Find(Jid jid) => _boxes.GetValueOrDefault(jid.Bare);

    /// <summary>The resource bound under that full JID, or null.</summary>
    public BoundResource? FindResource(Jid full) => full.Resource is { } name ? Find(full)?.Resources.GetValueOrDefault(name) : null;

    /// <summary>Whether this very resource is bound, and not one that took its place.</summary>
    public bool IsBound(BoundResource resource) => ReferenceEquals(FindResource(resource.Jid), resource);
}
