using System.Collections.Concurrent;
using XmppRpc.Xmpp;

namespace XmppRpc.LocalServer.Accounts;

/// <summary>The accounts of one domain. Safe for concurrent use; accounts are added, never removed.</summary>
internal sealed class AccountBook(string domain)
{
    private readonly ConcurrentDictionary<Jid, Account> _accounts = new();

    public Account Add(string user, string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        var account = new Account(Address(user), password);
        return _accounts.TryAdd(account.Jid, account) ? account : throw new ArgumentException($"The account {account.Jid} exists already; its password cannot be changed.", nameof(user));
    }

    /// <summary>The account; <see cref="ArgumentException"/> if there is none of that name.</summary>
    public Account Get(string user) =>
        Find(Address(user)) ?? throw new ArgumentException($"There is no account {Address(user)}; give it with {nameof(LocalXmppServer.AddAccount)} first.", nameof(user));

    /// <summary>The account of that name, as a client gives it at login, or null.</summary>
    public Account? FindUser(string user) => Jid.TryParse($"{user}@{domain}", out var jid) && IsAccount(jid) ? Find(jid) : null;

    public Account? Find(Jid bare) => _accounts.GetValueOrDefault(bare);

    private Jid Address(string user)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        return Jid.TryParse($"{user}@{domain}", out var jid) && IsAccount(jid) ? jid : throw new ArgumentException($"'{user}' is no account name: it is the part of a JID before the @.", nameof(user));
    }

    private bool IsAccount(Jid jid) => jid is { Local: not null, IsBare: true } && jid.Domain == domain;
}
