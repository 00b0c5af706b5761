using System.Collections.Frozen;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>
/// What one <see cref="RpcAuthorizeAttribute"/>, or none, demands, read once. Domains are compared whole and prepared (RFC 7622): a sub-domain is another domain. Where neither
/// domains nor groups are said, the endpoint's own domain is meant; where another rule has decided that already, a policy alone adds nothing but itself.
/// </summary>
internal sealed class AccessRule
{
    private readonly FrozenSet<string>? _domains;
    private readonly FrozenSet<string>? _groups;

    public AccessRule(Jid self, RpcAuthorizeAttribute? said, bool narrows)
    {
        Policy = said?.Policy;
        if (said?.RosterGroups is { } groups)
            _groups = Split(groups).ToFrozenSet(StringComparer.Ordinal);
        if (said?.Domains is { } domains)
            _domains = Read(self, domains);
        else if (_groups is null && !(narrows && Policy is not null))
            _domains = FrozenSet.Create(StringComparer.Ordinal, self.Domain);
    }

    public string? Policy { get; }

    public bool NeedsRoster => _groups is not null;

    /// <summary>Domains that the contract itself names, besides the own one.</summary>
    public IEnumerable<string> Domains => _domains ?? FrozenSet<string>.Empty;

    /// <summary>What was written for a domain and is none.</summary>
    public List<string> BadDomains { get; } = [];

    public bool LetsInDomain(Jid caller) => _domains is null || _domains.Contains(caller.Domain);

    public bool LetsInGroups(IReadOnlyList<string> groups)
    {
        if (_groups is null)
            return true;
        foreach (var group in groups)
            if (_groups.Contains(group))
                return true;
        return false;
    }

    private FrozenSet<string> Read(Jid self, string domains)
    {
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var domain in Split(domains))
            if (domain == ".")
                read.Add(self.Domain);
            else if (Jid.TryParse(domain, out var jid) && jid is { Local: null, Resource: null })
                read.Add(jid.Domain);
            else
                BadDomains.Add(domain);
        return read.ToFrozenSet(StringComparer.Ordinal);
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
