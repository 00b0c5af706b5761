using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>The implementation behind the scenarios; it notes what was done to it.</summary>
internal sealed class Shop : IShop
{
    public static readonly DateTimeOffset Noon = new(2026, 2, 28, 12, 0, 0, TimeSpan.FromHours(1));
    private readonly TaskCompletionSource _touch = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _streamStopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hangCanceled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _produced;

    public ConcurrentQueue<DeferredToken<Decision>> Applications { get; } = new();

    public SemaphoreSlim Applied { get; } = new(0);

    public ConcurrentDictionary<int, bool> Deleted { get; } = new();

    public Task Touched => _touch.Task;

    public Task StreamStopped => _streamStopped.Task;

    public Task HangCanceled => _hangCanceled.Task;

    public int Produced => Volatile.Read(ref _produced);

    public Task<Order> PlaceAsync(Customer customer, Line[] lines, Priority priority, DateOnly? due, string note, CancellationToken ct) =>
        Task.FromResult(new Order(4711, customer, lines, priority, due, Noon, TimeSpan.FromDays(2.5), note, [0, 255, 34, 96], priority == Priority.Normal ? null : Priority.Normal));

    public async ValueTask<byte[]> EchoAsync(byte[] data, CancellationToken ct)
    {
        await Task.Yield();
        return data;
    }

    public ValueTask<string?> EchoTextAsync(string? text) => new(text);

    public Task DeleteAsync(int id, CancellationToken ct)
    {
        Deleted[id] = true;
        return Task.CompletedTask;
    }

    public Task TouchAsync(int id)
    {
        _touch.TrySetResult();
        return Task.CompletedTask;
    }

    public ValueTask<int> TouchedAsync() => new(Touched.IsCompleted ? 1 : 0);

    public Task<Deferred<Decision>> ApplyAsync(decimal amount, CancellationToken ct)
    {
        if (amount <= 0)
            throw new RpcException(RpcStatus.InvalidArgument, "The amount must be above 0.") { Code = "amount" };
        if (amount < 100)
            return Task.FromResult<Deferred<Decision>>(new Decision(true, "a small sum"));
        var ticket = Deferred.Later<Decision>();
        Applications.Enqueue(ticket.Token);
        Applied.Release();
        return Task.FromResult<Deferred<Decision>>(ticket);
    }

    public async IAsyncEnumerable<Tick> TicksAsync(int count, int failAfter, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var i = 1; i <= count; i++)
        {
            if (i % 100 == 0)
                await Task.Yield();
            if (i == failAfter + 1)
                throw new RpcException(RpcStatus.Aborted, "The exchange has closed.") { Code = "closed" };
            yield return new Tick(i, Noon.AddSeconds(i), $"tick «{i}»");
        }
    }

    public async IAsyncEnumerable<int> EndlessAsync([EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                yield return Interlocked.Increment(ref _produced);
                if (_produced % 16 == 0)
                    await Task.Yield();
            }
        }
        finally
        {
            _streamStopped.TrySetResult();
        }
    }

    public async Task HangAsync(CancellationToken ct)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            _hangCanceled.TrySetResult();
        }
    }

    public Task<int> FailAsync(string how, CancellationToken ct) => how switch
    {
        "planned" => throw new RpcException(RpcStatus.NotFound, "There is no such article.\nReally.") { Code = "article" },
        _ => throw new InvalidOperationException("secret path /etc/shadow"),
    };

    public Task<Article?> FindAsync(string sku, CancellationToken ct) => Task.FromResult(sku == "A-7" ? new Article(sku, "Ångström «A»") : null);
}
