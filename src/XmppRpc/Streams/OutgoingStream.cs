using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Timing;

namespace XmppRpc.Streams;

/// <summary>What an outgoing stream needs of its call.</summary>
internal interface IStreamSender
{
    CallId Id { get; }

    /// <summary>Queues a frame for the receiver.</summary>
    void Send(CallBoundFrame frame);

    /// <summary>The receiver has said nothing for too long: nobody will come for the rest.</summary>
    void OnSilence();
}

/// <summary>
/// The sending half of a stream: what is ready now shares a frame, and nothing is asked of the source while there is no credit. What the receiver has
/// not consumed is kept, at most what its credit allows, and sent again when it asks.
/// </summary>
internal sealed class OutgoingStream(IStreamSender call, bool isUpload, ItemSource source, RpcStreamAttribute settings, StreamLimits limits, DeadlineWheel wheel) : IExpires
{
    private static readonly TimeSpan ResumePause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly PayloadWriter _batch = new();
    private readonly Queue<(ItemFrame Frame, long Last)> _kept = new();
    private readonly int _maxBatchBytes = Math.Min(settings.MaxBatchBytes, limits.MaxBatchBytes);
    private Credit _credit;
    private TaskCompletionSource? _granted;
    private Deadline? _silence;
    private CallBoundFrame? _end;
    private long _resumedAt = long.MinValue;
    private long _bytesSent;
    private int _batchItems;
    private int _batchBytes;

    /// <summary>Items given to the writer.</summary>
    public long ItemsSent { get; private set; }

    /// <summary>Bytes of items that are kept, to be sent again.</summary>
    public long KeptBytes
    {
        get
        {
            lock (_lock)
                return _kept.Sum(kept => (long)kept.Frame.Items.Length);
        }
    }

    /// <summary>Allows more, and forgets what is consumed; less than before changes nothing.</summary>
    public void Grant(long got, Credit credit)
    {
        TaskCompletionSource? granted;
        lock (_lock)
        {
            Heard();
            while (_kept.TryPeek(out var first) && first.Last <= got)
                _kept.Dequeue();
            _credit = new Credit(Math.Max(_credit.Items, credit.Items), Math.Max(_credit.Bytes, credit.Bytes));
            (granted, _granted) = (_granted, null);
        }
        granted?.TrySetResult();
    }

    /// <summary>Sends again what the receiver lacks; if that is nothing, a sign of life.</summary>
    public void Resume(long from, Credit credit)
    {
        Grant(from - 1, credit);
        lock (_lock)
        {
            if (wheel.Now < _resumedAt + (long)ResumePause.TotalMilliseconds)
                return;
            _resumedAt = wheel.Now;
            foreach (var (frame, _) in _kept)
                call.Send(frame);
            if (_end is not null)
                call.Send(_end);
            else if (_kept.Count == 0)
                call.Send(new ItemFrame(call.Id, isUpload, ItemsSent + 1, "[]"u8.ToArray()));
        }
    }

    /// <summary>Sends all that the source yields; completes behind its last item, and throws what it throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            Heard();
        try
        {
            await SendAllAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Flush();
        }
    }

    /// <summary>The last word of the stream, which is sent elsewhere, or null if nobody waits for one.</summary>
    public void Finish(CallBoundFrame? end)
    {
        lock (_lock)
        {
            _end = end;
            if (_silence is { } silence)
                wheel.Clear(silence);
        }
    }

    void IExpires.Expire() => call.OnSilence();

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            source.Open(cancellationToken);
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
                Add();
            }
        }
        finally
        {
            await source.CloseAsync().ConfigureAwait(false);
        }
    }

    private void Add()
    {
        if (_batchItems == 0)
            _batch.Json.WriteStartArray();
        source.WriteCurrent(_batch.Json);
        _batch.Json.Flush();
        // Only what is counted is sent: an item that could not be written, or is too large, is not.
        var bytes = _batch.Length - _batchBytes;
        if (bytes > limits.MaxItemBytes)
            throw new RpcException(RpcStatus.ResourceExhausted, $"Item {ItemsSent + _batchItems + 1} takes {bytes} bytes, more than RpcEndpointOptions.MaxFrameBytes of its sender allows.") { Code = FrameNames.TooLarge, Outcome = RpcOutcome.Executed };
        if (_batchItems > 0 && _batch.Length >= _maxBatchBytes)
            BeginWithLast();
        (_batchItems, _batchBytes) = (_batchItems + 1, _batch.Length);
        if (_batchItems >= settings.MaxBatch || _batchBytes >= _maxBatchBytes)
            Flush();
    }

    // The item that made the batch too large is the first of the next one.
    private void BeginWithLast()
    {
        var item = _batch.Written[(_batchBytes + ",".Length)..].ToArray();
        Flush();
        _batch.Json.WriteStartArray();
        _batch.Json.WriteRawValue(item, skipInputValidation: true);
        _batch.Json.Flush();
    }

    private void Flush()
    {
        if (_batchItems == 0)
        {
            _batch.Reset();
            _batchBytes = 0;
            return;
        }
        var frame = new ItemFrame(call.Id, isUpload, ItemsSent + 1, _batch.FinishArray(_batchBytes));
        lock (_lock)
        {
            ItemsSent += _batchItems;
            _bytesSent += frame.Items.Length;
            _kept.Enqueue((frame, ItemsSent));
        }
        (_batchItems, _batchBytes) = (0, 0);
        call.Send(frame);
    }

    private bool HasCredit(out Task granted)
    {
        lock (_lock)
        {
            var has = ItemsSent + _batchItems < _credit.Items && _bytesSent + _batchBytes < _credit.Bytes;
            granted = has ? Task.CompletedTask : (_granted ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return has;
        }
    }

    private void Heard()
    {
        if (_end is null)
            wheel.Set(_silence ??= new Deadline(this), limits.Silence);
    }
}
