namespace XmppRpc.LocalServer.Routing;

/// <summary>The components' domains, and who is connected for each. Guarded by the router.</summary>
internal sealed class ComponentTable
{
    private readonly Dictionary<string, ConnectedComponent?> _domains = new(StringComparer.Ordinal);

    public void Add(string domain) => _domains.Add(domain, null);

    /// <summary>Whether the domain is a component's, connected or not.</summary>
    public bool Contains(string domain) => _domains.ContainsKey(domain);

    public ConnectedComponent? Find(string domain) => _domains.GetValueOrDefault(domain);

    /// <summary>False if another one is connected for the domain: as with Prosody the first one stays, where ejabberd takes all and splits the stanzas among them.</summary>
    public bool TryConnect(ConnectedComponent component)
    {
        if (Find(component.Jid.Domain) is not null)
            return false;
        _domains[component.Jid.Domain] = component;
        return true;
    }

    public void Disconnect(ConnectedComponent component)
    {
        if (IsConnected(component))
            _domains[component.Jid.Domain] = null;
    }

    public bool IsConnected(ConnectedComponent component) => ReferenceEquals(Find(component.Jid.Domain), component);
}
