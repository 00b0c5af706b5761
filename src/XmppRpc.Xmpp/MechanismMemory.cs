using System.Collections.Concurrent;

namespace XmppRpc.Xmpp;

/// <summary>An <see cref="IMechanismMemory"/> that lasts as long as it is held.</summary>
public sealed class MechanismMemory : IMechanismMemory
{
    private readonly ConcurrentDictionary<(Jid Account, string Server), string> _mechanisms = new();

    /// <summary>The one that is shared by all connections of this process, unless their options name another.</summary>
    public static MechanismMemory Process { get; } = new();

    /// <inheritdoc/>
    public string? Recall(Jid account, string server) => _mechanisms.GetValueOrDefault((account, server));

    /// <inheritdoc/>
    public void Remember(Jid account, string server, string mechanism) => _mechanisms[(account, server)] = mechanism;

    /// <summary>Forgets an account on all servers, after its administrator changed on purpose what is offered.</summary>
    public void Forget(Jid account)
    {
        foreach (var key in _mechanisms.Keys.Where(key => key.Account == account.Bare))
            _mechanisms.TryRemove(key, out _);
    }
}
