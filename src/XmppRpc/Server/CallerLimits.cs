using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>
/// The budgets of all callers: of each account where its domain is trusted to tell accounts apart (the own one, and those that contracts name), of each whole domain elsewhere, since there
/// anybody can make accounts without end (T-16). What is kept is bounded: callers for whom there is no room share one budget. Safe for concurrent use.
/// </summary>
internal sealed class CallerLimits
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<Jid, CallerBudget> _accounts = new();
    private readonly Dictionary<string, CallerBudget> _domains = new(StringComparer.Ordinal);
    private readonly RpcEndpointOptions _options;
    private readonly Authorization _authorization;
    private readonly ILogger _log;
    private readonly CallerBudget _others;
    private long _sweptAt;
    private long _dropped;

    public CallerLimits(RpcEndpointOptions options, Authorization authorization, ILogger log)
    {
        (_options, _authorization, _log) = (options, authorization, log);
        _others = NewDomain();
        _sweptAt = options.Connection.Time.GetTimestamp();
    }

    /// <summary>Refusals and answers that were not sent, as their callers had got enough of them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public CallerBudget Of(Jid caller)
    {
        lock (_lock)
        {
            if (_authorization.IsNamedDomain(caller))
            {
                if (_accounts.TryGetValue(caller.Bare, out var account))
                    return account;
                if (!HasRoom())
                    return _others;
                _accounts.Add(caller.Bare, account = new CallerBudget(_options, _options.MaxCallsPerSecondPerCaller, _options.MaxRefusalsPerSecondPerCaller));
                return account;
            }
            if (_domains.TryGetValue(caller.Domain, out var domain))
                return domain;
            if (!HasRoom())
                return _others;
            _domains.Add(caller.Domain, domain = NewDomain());
            return domain;
        }
    }

    /// <summary>Whether that caller may be told something that it need not be told: a refusal, <c>here</c>. A flood must not make us talk.</summary>
    public bool MayAnswer(Jid caller)
    {
        var may = Of(caller).MayAnswer(out var fellSilent);
        if (!may)
            Interlocked.Increment(ref _dropped);
        if (fellSilent)
            _log.RefusalsDropped(PlainText.Of(caller.Bare.ToString())!);
        return may;
    }

    /// <summary>Forgets callers that use nothing of their budget.</summary>
    public void Sweep()
    {
        lock (_lock)
        {
            _sweptAt = _options.Connection.Time.GetTimestamp();
            foreach (var (caller, budget) in _accounts)
                if (budget.IsIdle)
                    _accounts.Remove(caller);
            foreach (var (domain, budget) in _domains)
                if (budget.IsIdle)
                    _domains.Remove(domain);
        }
    }

    // Looking for room costs as much as there are callers, so a flood of new ones makes us look only once a second.
    private bool HasRoom()
    {
        if (_accounts.Count + _domains.Count < _options.MaxTrackedCallers)
            return true;
        if (_options.Connection.Time.GetElapsedTime(_sweptAt) < SweepEvery)
            return false;
        Sweep();
        return _accounts.Count + _domains.Count < _options.MaxTrackedCallers;
    }

    private CallerBudget NewDomain() => new(_options, _options.MaxCallsPerSecondPerDomain, _options.MaxRefusalsPerSecondPerDomain);
}
