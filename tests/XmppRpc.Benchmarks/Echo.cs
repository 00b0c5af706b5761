namespace XmppRpc.Benchmarks;

/// <summary>What every contestant offers; in the product's own words, because the others take any.</summary>
[RpcContract("bench.echo")]
public partial interface IEcho
{
    /// <summary>Answers with the same text, before anything else happens.</summary>
    Task<string> EchoAsync(string text);

    /// <summary>Answers with the same text, truly asynchronously.</summary>
    Task<string> EchoLaterAsync(string text);

    /// <summary>Answers when all that are held are released.</summary>
    [RpcMethod(TimeoutSeconds = 3600)]
    Task<string> HoldAsync(string text);

    /// <summary>So many items of 100 bytes.</summary>
    IAsyncEnumerable<string> ItemsAsync(int count);
}

/// <summary>The one implementation, behind every contestant.</summary>
internal sealed class Echo : IEcho
{
    private readonly string _item = new('y', 100);
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;

    /// <summary>Calls that are held.</summary>
    public int Held => Volatile.Read(ref _held);

    public Task<string> EchoAsync(string text) => Task.FromResult(text);

    public async Task<string> EchoLaterAsync(string text)
    {
        await Task.Yield();
        return text;
    }

    public async Task<string> HoldAsync(string text)
    {
        var gate = Volatile.Read(ref _gate);
        Interlocked.Increment(ref _held);
        await gate.Task;
        return text;
    }

    /// <summary>Answers all calls that are held.</summary>
    public void Release()
    {
        Interlocked.Exchange(ref _held, 0);
        Interlocked.Exchange(ref _gate, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public async IAsyncEnumerable<string> ItemsAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (i % 256 == 0)
                await Task.Yield();
            yield return _item;
        }
    }
}
