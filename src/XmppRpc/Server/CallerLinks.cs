using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>The links of all callers, by account: a call belongs to the account that made it, whichever of its resources a frame comes from. Guarded by <see cref="ActiveCalls"/>.</summary>
internal sealed class CallerLinks(RpcEndpointOptions options)
{
    private readonly Dictionary<Jid, Dictionary<string, CallerLink>> _accounts = new();
    private int _count;

    public CallerLink? Find(Jid caller, string id) => _accounts.TryGetValue(caller.Bare, out var links) ? links.GetValueOrDefault(id) : null;

    /// <summary>Whether one more link may be remembered, in all and for that caller: one cannot take the room of the others.</summary>
    public bool HasRoomFor(CallerBudget budget) => _count < options.MaxCallerLinks && budget.Links < options.MaxLinksPerCaller;

    public CallerLink Add(Jid caller, CallerBudget budget, string id)
    {
        if (!_accounts.TryGetValue(caller.Bare, out var links))
            _accounts.Add(caller.Bare, links = new(StringComparer.Ordinal));
        var link = new CallerLink(caller, budget, options);
        links.Add(id, link);
        _count++;
        budget.Links++;
        return link;
    }

    /// <summary>The links of that process.</summary>
    public List<CallerLink> Of(Jid caller) => _accounts.TryGetValue(caller.Bare, out var links) ? [.. links.Values.Where(link => link.Caller == caller)] : [];

    public IEnumerable<CallerLink> All => _accounts.Values.SelectMany(links => links.Values);

    /// <summary>Forgets the links that are meant.</summary>
    public void ForgetWhere(Func<CallerLink, bool> condition)
    {
        foreach (var (account, links) in _accounts)
        {
            foreach (var (id, link) in links)
                if (condition(link) && links.Remove(id))
                {
                    _count--;
                    link.Budget.Links--;
                }
            if (links.Count == 0)
                _accounts.Remove(account);
        }
    }
}
