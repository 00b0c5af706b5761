using System.Diagnostics;

namespace XmppRpc.Benchmarks;

[RpcContract("bench.echo")]
public partial interface IEcho
{
    Task<string> EchoAsync(string text);

    Task<string> EchoLaterAsync(string text);

    IAsyncEnumerable<string> ItemsAsync(int count);
}

internal sealed class Echo : IEcho
{
    private readonly string _item = new('y', 100);

    public Task<string> EchoAsync(string text) => Task.FromResult(text);

    public async Task<string> EchoLaterAsync(string text)
    {
        await Task.Yield();
        return text;
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

/// <summary>Asks as fast as answers come; each figure is of the second of two rounds.</summary>
internal sealed class Load(IEcho echo)
{
    private readonly string _text = new('x', 100);

    public async Task<double> CallsAsync(int inFlight, bool yielding)
    {
        var calls = inFlight == 1 ? 3_000 : 60_000;
        var seconds = 0.0;
        for (var round = 0; round < 2; round++)
        {
            var left = calls;
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, inFlight).Select(async _ =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                    await (yielding ? echo.EchoLaterAsync(_text) : echo.EchoAsync(_text));
            }));
            seconds = watch.Elapsed.TotalSeconds;
        }
        return calls / seconds;
    }

    public async Task<double> ItemsAsync()
    {
        const int Count = 200_000;
        var watch = Stopwatch.StartNew();
        var items = 0;
        await foreach (var _ in echo.ItemsAsync(Count))
            items++;
        return items / watch.Elapsed.TotalSeconds;
    }
}
