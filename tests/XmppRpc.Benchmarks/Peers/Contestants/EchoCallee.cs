using XmppRpc.Benchmarks.Peers.Cases;

namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary>The served echo. Disposing ends it.</summary>
internal abstract class EchoCallee(string address) : IAsyncDisposable
{
    /// <summary>Where a caller finds it.</summary>
    public string Address => address;

    /// <summary>Stanzas with replies sent so far; null where there are no stanzas.</summary>
    public virtual long? SentStanzas => null;

    /// <summary>Told before each case: for who answers with prepared bytes.</summary>
    public virtual void Prepare(Case @case)
    {
    }

    public abstract ValueTask DisposeAsync();
}
