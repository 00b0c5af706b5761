using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Frames;
using XmppRpc.Serialization;

namespace XmppRpc.Server;

/// <summary>What a call needs of its stream, whatever its items are.</summary>
internal interface IStreamPump
{
    /// <summary>Items given to the writer.</summary>
    long ItemsSent { get; }

    /// <summary>Allows more; less than before changes nothing.</summary>
    void Grant(Credit credit);
}

/// <summary>Sends what an implementation yields: what is ready now shares a frame, and nothing is asked of it while there is no credit.</summary>
internal sealed class StreamPump<T>(ActiveCall call, ActiveCalls calls, JsonTypeInfo<T> item, RpcStreamAttribute settings) : IStreamPump
{
    private readonly Lock _lock = new();
    private readonly ArrayBufferWriter<byte> _batch = new();
    private readonly PayloadWriter _payload = new();
    private readonly int _maxBatchBytes = Math.Min(settings.MaxBatchBytes, calls.Options.MaxStanzaBytes - Frame.MaxOverhead);
    private Credit _credit = call.Frame.Credit!.Value;
    private TaskCompletionSource? _granted;
    private long _bytesSent;
    private int _batchItems;

    public long ItemsSent { get; private set; }

    public void Grant(Credit credit)
    {
        TaskCompletionSource? granted;
        lock (_lock)
        {
            _credit = new Credit(Math.Max(_credit.Items, credit.Items), Math.Max(_credit.Bytes, credit.Bytes));
            (granted, _granted) = (_granted, null);
        }
        granted?.TrySetResult();
    }

    public async ValueTask RunAsync(IAsyncEnumerable<T> items, CancellationToken cancellationToken)
    {
        try
        {
            await SendAllAsync(items, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Flush();
        }
        call.End(ItemsSent);
    }

    private async ValueTask SendAllAsync(IAsyncEnumerable<T> items, CancellationToken cancellationToken)
    {
        var source = items.GetAsyncEnumerator(cancellationToken);
        await using var _ = source.ConfigureAwait(false);
        while (true)
        {
            // Wait before the next one is produced, so a slow consumer stops its producer.
            while (!HasCredit(out var granted))
            {
                Flush();
                await granted.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            var next = source.MoveNextAsync();
            if (!next.IsCompleted)
                Flush();
            if (!await next.ConfigureAwait(false))
                return;
            Add(source.Current);
        }
    }

    private void Add(T value)
    {
        JsonSerializer.Serialize(_payload.Json, value, item);
        var bytes = _payload.Complete();
        if (bytes.Length + Frame.MaxOverhead > calls.Options.MaxFrameBytes)
            throw new RpcException(RpcStatus.ResourceExhausted, $"Item {ItemsSent + _batchItems + 1} takes {bytes.Length} bytes, more than RpcEndpointOptions.MaxFrameBytes of the callee allows.") { Code = FrameNames.TooLarge, Outcome = RpcOutcome.Executed };
        if (_batchItems >= settings.MaxBatch || (_batchItems > 0 && _batch.WrittenCount + bytes.Length > _maxBatchBytes))
            Flush();
        _batch.Write(_batchItems++ == 0 ? "["u8 : ","u8);
        _batch.Write(bytes);
        _payload.Reset();
    }

    private void Flush()
    {
        if (_batchItems == 0)
            return;
        _batch.Write("]"u8);
        var first = ItemsSent + 1;
        ItemsSent += _batchItems;
        _bytesSent += _batch.WrittenCount;
        calls.Send(call, new ItemFrame(call.Id, isUpload: false, first, _batch.WrittenSpan.ToArray()));
        _batch.ResetWrittenCount();
        _batchItems = 0;
    }

    private bool HasCredit(out Task granted)
    {
        lock (_lock)
        {
            var has = ItemsSent + _batchItems < _credit.Items && _bytesSent + _batch.WrittenCount < _credit.Bytes;
            granted = has ? Task.CompletedTask : (_granted ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return has;
        }
    }
}
