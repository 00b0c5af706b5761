using System.Runtime.CompilerServices;

namespace XmppRpc.Servers.Peer;

/// <summary>One call of a shape, from its caller's side.</summary>
public sealed class DrillCall(IDrill drill, string key)
{
    private readonly TaskCompletionSource _halfway = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _sourceClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _rest = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<int> _items = [];

    /// <summary>The items that came.</summary>
    public IReadOnlyList<int> Items => _items;

    /// <summary>Completes when half of the items have come, or the promise of a deferred call.</summary>
    public Task Halfway => _halfway.Task;

    /// <summary>Completes when the source of the items that are sent was left.</summary>
    public Task SourceClosed => _sourceClosed.Task;

    /// <summary>Lets the source go on behind its first half.</summary>
    public void OpenSource() => _rest.TrySetResult();

    /// <summary>Makes the call; completes as it does, with what it answered, or the last item.</summary>
    public async Task<int> RunAsync(Shape shape, Act act, CancellationToken ct)
    {
        switch (shape)
        {
            case Shape.Unary:
                return await drill.AskAsync(key, act, ct);
            case Shape.OneWay:
                await drill.NoteAsync(key, act);
                return Drill.Answer;
            case Shape.Deferred:
                var deferred = await drill.DeferAsync(key, act, ct);
                _halfway.TrySetResult();
                return await deferred;
            case Shape.Download:
                return await ReadAsync(drill.DownAsync(key, act, ct));
            case Shape.Upload:
                return await drill.UpAsync(key, act, SourceAsync(CancellationToken.None), ct);
            case Shape.Duplex:
                return await ReadAsync(drill.BothAsync(key, act, SourceAsync(CancellationToken.None), ct));
            default:
                throw new ArgumentOutOfRangeException(nameof(shape));
        }
    }

    private async Task<int> ReadAsync(IAsyncEnumerable<int> items)
    {
        await foreach (var item in items)
        {
            _items.Add(item);
            if (_items.Count == Drill.Half)
                _halfway.TrySetResult();
        }
        return _items.Count;
    }

    private async IAsyncEnumerable<int> SourceAsync([EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            for (var i = 1; i <= Drill.Count; i++)
            {
                yield return i;
                if (i == Drill.Half)
                    await _rest.Task.WaitAsync(ct);
            }
        }
        finally
        {
            _sourceClosed.TrySetResult();
        }
    }
}
