using XmppRpc.Contracts;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>Whether a caller is let in by its address and its groups.</summary>
internal enum Access
{
    Denied,
    Allowed,

    /// <summary>It depends on the roster, which is not there yet.</summary>
    NotYet,
}

/// <summary>Who may call one method as it is served: what its contract, the contracts that inherit it and the implementation's class say, all of which must hold.</summary>
internal sealed class MethodAccess
{
    private readonly AccessRule[] _rules;

    public MethodAccess(Jid self, RpcMethodInfo method, IReadOnlyList<RpcAuthorizeAttribute> narrowing)
    {
        var rules = new List<AccessRule>();
        if (!method.AllowAnyone)
            rules.Add(new AccessRule(self, method.Authorize, narrows: false));
        rules.AddRange(method.Restrictions.Concat(narrowing).Select(said => new AccessRule(self, said, narrows: true)));
        _rules = [.. rules];
        Policies = [.. _rules.Select(rule => rule.Policy).OfType<string>().Distinct(StringComparer.Ordinal)];
        NeedsRoster = _rules.Any(rule => rule.NeedsRoster);
    }

    /// <summary>Policies that are asked once address and groups have let the caller in.</summary>
    public IReadOnlyList<string> Policies { get; }

    public bool NeedsRoster { get; }

    public IEnumerable<string> Domains => _rules.SelectMany(rule => rule.Domains);

    public IEnumerable<string> BadDomains => _rules.SelectMany(rule => rule.BadDomains);

    public Access Of(Jid caller, RosterGroups roster)
    {
        foreach (var rule in _rules)
            if (!rule.LetsInDomain(caller))
                return Access.Denied;
        if (!NeedsRoster)
            return Access.Allowed;
        if (roster.Of(caller) is not { } groups)
            return Access.NotYet;
        foreach (var rule in _rules)
            if (!rule.LetsInGroups(groups))
                return Access.Denied;
        return Access.Allowed;
    }
}
