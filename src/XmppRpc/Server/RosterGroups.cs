using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Server;

/// <summary>
/// The groups that the endpoint's own roster puts its contacts in (RFC 6121 §2): asked for once a served contract needs them, and in each new session, kept up to date by what the XMPP
/// server tells. The owner of the account fills the roster, so a group counts whether or not its contact sees our presence. Reading is lock-free.
/// </summary>
internal sealed class RosterGroups(Jid self, Func<CancellationToken, Task<IReadOnlyList<RosterItem>>> fetch, TimeProvider time, int maxContacts, ILogger log) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly List<RosterItem> _early = [];
    private volatile ImmutableDictionary<Jid, ImmutableArray<string>>? _groups;
    private TaskCompletionSource? _loaded;
    private CancellationTokenSource? _fetch;
    private bool _disposed;

    /// <summary>The groups of a caller; null while the roster is not there.</summary>
    public IReadOnlyList<string>? Of(Jid caller) => _groups is { } groups ? groups.GetValueOrDefault(caller.Bare, []) : null;

    /// <summary>Completes when the roster is there, or nobody needs it.</summary>
    public Task LoadedAsync()
    {
        lock (_lock)
            return _groups is not null || _fetch is null || _disposed ? Task.CompletedTask : (_loaded ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Asks for the roster, unless that was done.</summary>
    public void Need()
    {
        lock (_lock)
            if (_fetch is null)
                Start();
    }

    /// <summary>A new session: changes may have been missed, so nobody counts as in a group until the roster has come again.</summary>
    public void StartOver()
    {
        lock (_lock)
            if (_fetch is not null)
                Start();
    }

    /// <summary>Takes a change that the XMPP server tells of; false if the request is none.</summary>
    public bool Take(Iq request)
    {
        if (RosterItem.ReadPush(request, self) is not { } item)
            return false;
        lock (_lock)
            if (_groups is { } groups)
                _groups = With(groups, item);
            else if (_fetch is not null && _early.Count < maxContacts)
                // The answer is read on another thread, so what was told behind it may be here first.
                _early.Add(item);
        return true;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _fetch?.Cancel();
            _loaded?.TrySetResult();
        }
    }

    private void Start()
    {
        _fetch?.Cancel();
        _fetch = new CancellationTokenSource();
        _groups = null;
        _early.Clear();
        if (!_disposed)
            _ = FetchAsync(_fetch.Token);
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        // The caller holds the lock.
        await Task.Yield();
        for (var pause = FirstPause; !cancellationToken.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                Keep(await fetch(cancellationToken).ConfigureAwait(false), cancellationToken);
                return;
            }
            catch (Exception e)
            {
                // Whatever it was: as long as the roster is not there, nobody is let in.
                if (cancellationToken.IsCancellationRequested)
                    return;
                log.RosterMissing(e, self.ToString(), pause);
            }
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Keep(IReadOnlyList<RosterItem> items, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (cancellationToken.IsCancellationRequested)
                return;
            var groups = ImmutableDictionary.CreateBuilder<Jid, ImmutableArray<string>>();
            foreach (var item in items.Take(maxContacts))
                groups[item.Jid.Bare] = [.. item.Groups];
            if (items.Count > maxContacts)
                log.RosterFull(self.ToString(), maxContacts);
            var all = groups.ToImmutable();
            foreach (var item in _early)
                all = With(all, item);
            _early.Clear();
            _groups = all;
            _loaded?.TrySetResult();
            _loaded = null;
        }
    }

    private ImmutableDictionary<Jid, ImmutableArray<string>> With(ImmutableDictionary<Jid, ImmutableArray<string>> groups, RosterItem item)
    {
        var contact = item.Jid.Bare;
        if (item.Subscription == RosterSubscription.Removed)
            return groups.Remove(contact);
        if (groups.Count < maxContacts || groups.ContainsKey(contact))
            return groups.SetItem(contact, [.. item.Groups]);
        log.RosterFull(self.ToString(), maxContacts);
        return groups;
    }
}
