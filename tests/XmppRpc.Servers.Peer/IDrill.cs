namespace XmppRpc.Servers.Peer;

/// <summary>One method of every shape. The key names the call in the <see cref="Ledger"/>.</summary>
[RpcContract("tests.drill")]
[RpcAllowAnyone]
public partial interface IDrill
{
    Task<int> AskAsync(string key, Act act, CancellationToken ct = default);

    [RpcMethod(OneWay = true)]
    Task NoteAsync(string key, Act act);

    Task<Deferred<int>> DeferAsync(string key, Act act, CancellationToken ct = default);

    [RpcStream(Window = 64)]
    IAsyncEnumerable<int> DownAsync(string key, Act act, CancellationToken ct = default);

    [RpcStream(Window = 64)]
    Task<int> UpAsync(string key, Act act, IAsyncEnumerable<int> items, CancellationToken ct = default);

    /// <summary>Sends back what it gets.</summary>
    [RpcStream(Window = 64)]
    IAsyncEnumerable<int> BothAsync(string key, Act act, IAsyncEnumerable<int> items, CancellationToken ct = default);
}

/// <summary>What the implementation is to do.</summary>
public enum Act
{
    /// <summary>Answers.</summary>
    Answer,

    /// <summary>Fails; a stream does so after half of its items.</summary>
    Fail,

    /// <summary>Waits for the call's gate, then answers; a deferred call promises first, a stream sends half of its items first.</summary>
    Hold,

    /// <summary>As <see cref="Hold"/>, but promises and sends nothing.</summary>
    Stall,
}
