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
/// not consumed, and what has not left, is kept, at most one window of the sender's own, whatever the receiver allows; it is sent again when the receiver asks.
/// </summary>
internal sealed class OutgoingStream(IStreamSender call, bool isUpload, ItemSource source, RpcStreamAttribute settings, StreamLimits limits, DeadlineWheel wheel) : IExpires
{
    private static readonly TimeSpan ResumePause = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly PayloadWriter _batch = new();
    private readonly KeptFrames _kept = new(Math.Max(settings.Window, limits.MaxWindow), Math.Max(settings.WindowBytes, limits.MaxWindowBytes));
    private readonly int _maxBatchBytes = Math.Min(settings.MaxBatchBytes, limits.MaxBatchBytes);
    private Credit _credit;
    private TaskCompletionSource? _granted;
    private Deadline? _silence;
    private CallBoundFrame? _end;
    private long _resumedAt = long.MinValue;
    private long _resumedFrom;
    private long _askedAt = -1;
    private long _itemsSent;
    private long _bytesSent;
    private int _batchItems;
    private int _batchBytes;
    private bool _isQuiet;
    private bool _isFinished;

    /// <summary>Items given to the writer.</summary>
    public long ItemsSent => Volatile.Read(ref _itemsSent);

    /// <summary>Bytes of items that are kept, to be sent again.</summary>
    public long KeptBytes => _kept.Bytes;

    /// <summary>Allows more, and forgets what is consumed; less than before changes nothing.</summary>
    public void Grant(long got, Credit credit)
    {
        lock (_lock)
            Hear(got, credit);
    }

    /// <summary>Sends again what the receiver lacks and does not wait to be sent anyway; if that is nothing, a sign of life.</summary>
    public void Resume(long from, Credit credit)
    {
        lock (_lock)
        {
            Hear(from - 1, credit);
            // Of the same gap one answer is enough for a while; another one is news.
            if (_kept.Forgotten == _resumedFrom && wheel.Now < _resumedAt + (long)ResumePause.TotalMilliseconds)
                return;
            (_resumedFrom, _resumedAt) = (_kept.Forgotten, wheel.Now);
            foreach (var frame in _kept.Left)
                call.Send(frame);
            if (_end is { HasLeft: true })
                call.Send(_end);
            else if (_end is null && _kept.IsEmpty)
                SendEmpty();
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
            lock (_lock)
                BeQuiet();
        }
    }

    /// <summary>
    /// The last word of the stream, which is sent elsewhere, or null if nobody waits for one: no item is sent behind it, and a fault learns how many came before.
    /// False if it had one already.
    /// </summary>
    public bool Finish(CallBoundFrame? end)
    {
        lock (_lock)
        {
            if (_isFinished)
                return false;
            (_isFinished, _end) = (true, end);
            if (end is FaultFrame fault)
                fault.ItemsBefore = _itemsSent;
            BeQuiet();
            return true;
        }
    }

    void IExpires.Expire()
    {
        lock (_lock)
        {
            if (_isQuiet)
                return;
            // The receiver cannot have heard of what still waits here: it is our own road that is slow, or being restored.
            if (_kept.IsAnyWaiting)
            {
                Heard();
                return;
            }
        }
        call.OnSilence();
    }

    private async Task SendAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            source.Open(cancellationToken);
            await PumpAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await GiveUpAsync().ConfigureAwait(false);
            throw;
        }
        Flush();
        await source.CloseAsync().ConfigureAwait(false);
    }

    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Wait before the next one is produced, so a slow consumer stops its producer.
            while (!HasCredit(out var granted))
            {
                Flush();
                AskForCredit();
                await granted.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            // A source that ignores its token is not asked for more.
            cancellationToken.ThrowIfCancellationRequested();
            var next = source.MoveNextAsync();
            if (!next.IsCompleted)
                Flush();
            if (!await next.ConfigureAwait(false))
                return;
            Add();
        }
    }

    // What ended the stream is what there is to tell, whatever fails on top of it.
    private async ValueTask GiveUpAsync()
    {
        try
        {
            Flush();
        }
        catch (Exception)
        {
            // Its items are not counted, so nobody misses them.
        }
        try
        {
            await source.CloseAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The source's own clean-up, after its own failure.
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
        var items = _batch.FinishArray(_batchBytes);
        lock (_lock)
            if (!_isFinished)
            {
                var frame = new ItemFrame(call.Id, isUpload, _itemsSent + 1, _batchItems, items);
                Volatile.Write(ref _itemsSent, _itemsSent + _batchItems);
                _bytesSent += items.Length;
                _kept.Add(frame);
                // Not behind the lock: the last word, which counts it, would overtake it.
                call.Send(frame);
            }
        (_batchItems, _batchBytes) = (0, 0);
    }

    private bool HasCredit(out Task granted)
    {
        lock (_lock)
        {
            var has = IsAllowed && HasRoom;
            granted = has ? Task.CompletedTask : (_granted ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            return has;
        }
    }

    private bool IsAllowed => _itemsSent + _batchItems < _credit.Items && _bytesSent + _batchBytes < _credit.Bytes;

    private bool HasRoom => _kept.HasRoom(_batchItems, _batchBytes);

    // A receiver with a larger window than ours would not say what it has consumed for long yet.
    private void AskForCredit()
    {
        lock (_lock)
        {
            if (!IsAllowed || HasRoom || _askedAt == _kept.Forgotten)
                return;
            _askedAt = _kept.Forgotten;
            SendEmpty();
        }
    }

    private void SendEmpty()
    {
        if (!_isFinished)
            call.Send(new ItemFrame(call.Id, isUpload, _itemsSent + 1, 0, "[]"u8.ToArray()));
    }

    private void Hear(long got, Credit credit)
    {
        Heard();
        _kept.Consumed(got);
        _credit = new Credit(Math.Max(_credit.Items, credit.Items), Math.Max(_credit.Bytes, credit.Bytes));
        _granted?.TrySetResult();
        _granted = null;
    }

    private void Heard()
    {
        if (!_isQuiet)
            wheel.Set(_silence ??= new Deadline(this), limits.Silence);
    }

    private void BeQuiet()
    {
        _isQuiet = true;
        if (_silence is { } silence)
            wheel.Clear(silence);
    }
}
