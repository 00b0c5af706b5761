using System.Collections.Concurrent;
using XmppRpc.Xmpp;

namespace XmppRpc.LocalServer.Accounts;

/// <summary>A component: its domain and its secret.</summary>
internal sealed record Component(Jid Jid, string Secret);

/// <summary>The components of one server (XEP-0114). Safe for concurrent use; components are added, never removed.</summary>
internal sealed class ComponentBook(string serverDomain)
{
    private readonly ConcurrentDictionary<Jid, Component> _components = new();

    public Component Add(string domain, string secret)
    {
        ArgumentException.ThrowIfNullOrEmpty(secret);
        if (!Jid.TryParse(domain, out var jid) || jid.Local is not null || !jid.IsBare)
            throw new ArgumentException($"'{domain}' is no domain; a component has one of its own, such as svc.{serverDomain}.", nameof(domain));
        if (jid.Domain == serverDomain)
            throw new ArgumentException($"{domain} is the domain of the accounts; a component needs one of its own, such as svc.{serverDomain}.", nameof(domain));
        var component = new Component(jid, secret);
        return _components.TryAdd(jid, component) ? component : throw new ArgumentException($"The component {jid} exists already; its secret cannot be changed.", nameof(domain));
    }

    /// <summary>The component; <see cref="ArgumentException"/> if there is none of that domain.</summary>
    public Component Get(string domain) =>
        Find(domain) ?? throw new ArgumentException($"There is no component {domain}; give it with {nameof(LocalXmppServer.AddComponent)} first.", nameof(domain));

    public Component? Find(string? domain) => Jid.TryParse(domain, out var jid) ? _components.GetValueOrDefault(jid) : null;
}
