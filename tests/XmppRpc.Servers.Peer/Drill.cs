using System.Runtime.CompilerServices;

namespace XmppRpc.Servers.Peer;

/// <summary>The implementation: writes down what it does, and is as slow as the test wants.</summary>
public sealed class Drill(Ledger ledger, Func<IRpcReplier> replier) : IDrill
{
    /// <summary>What all shapes but streams answer.</summary>
    public const int Answer = 42;

    /// <summary>Items of a stream before it pauses, or fails.</summary>
    public const int Half = 100;

    /// <summary>Items of a stream.</summary>
    public const int Count = 2 * Half;

    private static RpcException Refusal => new(RpcStatus.Aborted, "It was told to fail.") { Code = "told-to" };

    public Task<int> AskAsync(string key, Act act, CancellationToken ct) => RecordAsync(key, async () =>
    {
        await ActAsync(key, act, ct);
        return Answer;
    });

    public Task NoteAsync(string key, Act act) => RecordAsync(key, async () =>
    {
        await ActAsync(key, act, RpcContext.Current!.Cancellation);
        return Answer;
    });

    public async Task<Deferred<int>> DeferAsync(string key, Act act, CancellationToken ct)
    {
        if (act is Act.Stall or Act.Fail)
            return await RecordAsync(key, async () =>
            {
                await ActAsync(key, act, ct);
                return Answer;
            });
        ledger.Started(key);
        var ticket = Deferred.Later<int>();
        _ = KeepPromiseAsync(key, act, ticket.Token, ct);
        return ticket;
    }

    public async IAsyncEnumerable<int> DownAsync(string key, Act act, [EnumeratorCancellation] CancellationToken ct)
    {
        ledger.Started(key);
        var end = "left";
        try
        {
            if (act is Act.Stall)
                await ledger.WaitAsync(key, ct);
            for (var i = 1; i <= Count; i++)
            {
                yield return i;
                if (i == Half)
                    await ActAsync(key, act, ct);
            }
            end = "done";
        }
        finally
        {
            ledger.Ended(key, end);
        }
    }

    public Task<int> UpAsync(string key, Act act, IAsyncEnumerable<int> items, CancellationToken ct) => RecordAsync(key, async () =>
    {
        var sum = 0;
        await foreach (var item in CheckedAsync(key, act, items, ct))
            sum += item;
        return sum;
    });

    public async IAsyncEnumerable<int> BothAsync(string key, Act act, IAsyncEnumerable<int> items, [EnumeratorCancellation] CancellationToken ct)
    {
        ledger.Started(key);
        var end = "left";
        try
        {
            await foreach (var item in CheckedAsync(key, act, items, ct))
                yield return item;
            end = "done";
        }
        finally
        {
            ledger.Ended(key, end);
        }
    }

    /// <summary>The items of the caller, which are 1, 2, 3 and so on, or the stream is broken.</summary>
    private async IAsyncEnumerable<int> CheckedAsync(string key, Act act, IAsyncEnumerable<int> items, [EnumeratorCancellation] CancellationToken ct)
    {
        if (act is Act.Stall)
            await ledger.WaitAsync(key, ct);
        var count = 0;
        await foreach (var item in items.WithCancellation(ct))
        {
            if (item != ++count)
                throw new InvalidOperationException($"Item {item} came where {count} was due.");
            yield return item;
            if (count == Half)
                ledger.Reached(key);
            if (count == Half && act is Act.Fail)
                throw Refusal;
        }
        if (count != Count)
            throw new InvalidOperationException($"The stream ended in order after {count} items.");
    }

    private async Task ActAsync(string key, Act act, CancellationToken ct)
    {
        ledger.Reached(key);
        if (act is Act.Fail)
            throw Refusal;
        if (act is Act.Hold or Act.Stall)
            await ledger.WaitAsync(key, ct);
    }

    private async Task KeepPromiseAsync(string key, Act act, DeferredToken<int> token, CancellationToken ct)
    {
        try
        {
            await ActAsync(key, act, ct);
            ledger.Ended(key, await replier().CompleteAsync(token, Answer, CancellationToken.None) ? "done" : "late");
        }
        catch (OperationCanceledException)
        {
            ledger.Ended(key, "canceled");
        }
    }

    private async Task<int> RecordAsync(string key, Func<Task<int>> body)
    {
        ledger.Started(key);
        var end = "done";
        try
        {
            return await body();
        }
        catch (Exception e)
        {
            end = e is OperationCanceledException ? "canceled" : $"{e.GetType().Name}: {e.Message}";
            throw;
        }
        finally
        {
            ledger.Ended(key, end);
        }
    }
}
