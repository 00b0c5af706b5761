using XmppRpc.Xmpp;

namespace XmppRpc.Frames;

/// <summary>
/// Lets frames for the same peer share stanzas: the writer rule. Frames queue per peer. Outside a hold, the first one queues the writer on the thread pool;
/// it yields once, sends a stanza to each peer in turn, and queues itself again while frames are left. Nothing is sent on the thread that appends.
/// While a received stanza is worked off (a hold), the frames that come of it gather until its last call has started, a stanza is full, or the hold is too old.
/// </summary>
internal sealed class FrameBatcher : IThreadPoolWorkItem, IAsyncDisposable
{
    private const int Idle = 0, Queued = 1, Yielded = 2, Sending = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<Jid, PeerQueue> _queues = new();
    private readonly Queue<PeerQueue> _turns = new();
    private readonly StanzaFiller _stanza;
    private readonly Func<Jid, ReadOnlyMemory<byte>, ValueTask> _send;
    private readonly BatchLimits _limits;
    private readonly TimeProvider _time;
    private readonly ITimer _holdTimer;
    private TaskCompletionSource? _flushed;
    private long _queuedBytes;
    private int _state;
    private int _holds;
    private long _heldSince;
    private bool _timerArmed;
    private bool _isHoldOld;
    private Exception? _closed;

    /// <summary><paramref name="send"/> sends one stanza with that text and completes when it is on its way. Its failure ends the batcher, but for
    /// <see cref="ArgumentException"/> (the stanza was refused) and <see cref="XmppException"/> (it was lost): then only its frames are concerned.</summary>
    public FrameBatcher(Func<Jid, ReadOnlyMemory<byte>, ValueTask> send, BatchLimits limits, TimeProvider time)
    {
        (_send, _limits, _time) = (send, limits, time);
        _stanza = new StanzaFiller(_lock, limits);
        _holdTimer = time.CreateTimer(static batcher => ((FrameBatcher)batcher!).OnHoldTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>At most these bytes wait to be sent.</summary>
    public long QueuedBytes => Interlocked.Read(ref _queuedBytes);

    /// <summary>Frames that wait to be sent, and withdrawn ones that are not removed yet.</summary>
    public int QueuedFrames
    {
        get
        {
            lock (_lock)
                return _queues.Values.Sum(queue => queue.Count);
        }
    }

    public void Append(Jid peer, Frame frame)
    {
        lock (_lock)
        {
            if (_closed is null)
            {
                if (!_queues.TryGetValue(peer, out var queue))
                {
                    _queues.Add(peer, queue = new PeerQueue(peer, _limits, this));
                    _turns.Enqueue(queue);
                }
                queue.Add(frame);
                if (_holds == 0 || queue.Count >= _limits.MaxFrames || queue.Bytes * _stanza.Density >= queue.BatchBytes || _isHoldOld)
                    QueueWriter();
                return;
            }
        }
        frame.OnWritten(_closed);
    }

    /// <summary>Begins a hold; each must be released.</summary>
    public void Hold()
    {
        lock (_lock)
        {
            if (_holds++ > 0)
                return;
            (_heldSince, _isHoldOld) = (_time.GetTimestamp(), false);
            if (_timerArmed)
                return;
            _timerArmed = true;
            _holdTimer.Change(_limits.MaxHold, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Ends a hold; with the last one, what has gathered leaves: on this thread, which belongs to the pool and has done its work.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (--_holds > 0 || _turns.Count == 0 || _state != Idle)
                return;
            _state = Sending;
        }
        _ = SendAsync();
    }

    /// <summary>Ends the batcher: frames that wait and come from now on are told why they are not written.</summary>
    public void Close(Exception reason)
    {
        List<Frame> left = [];
        lock (_lock)
        {
            if (_closed is not null)
                return;
            _closed = reason;
            foreach (var queue in _queues.Values)
                queue.Drain(left);
            _queues.Clear();
            _turns.Clear();
        }
        foreach (var frame in left)
            frame.OnWritten(reason);
    }

    /// <summary>Our session is another one: frames that were half sent begin anew.</summary>
    public void StartOver()
    {
        lock (_lock)
            foreach (var queue in _queues.Values)
                queue.StartOver();
    }

    /// <summary>Called under the lock by the queues: so many bytes more, or less, wait.</summary>
    public void CountIn(long bytes) => Interlocked.Add(ref _queuedBytes, bytes);

    /// <summary>A frame of that queue was withdrawn.</summary>
    public void OnWithdrawn(PeerQueue queue, Frame frame)
    {
        lock (_lock)
            queue.OnWithdrawn(frame);
    }

    /// <summary>Completes when nothing waits any more and nothing is being sent; a hold keeps nothing back.</summary>
    public Task FlushAsync()
    {
        lock (_lock)
        {
            if (_state == Idle && _turns.Count == 0)
                return Task.CompletedTask;
            QueueWriter();
            return (_flushed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Waits for the stanza that is being sent.</summary>
    public async ValueTask DisposeAsync()
    {
        Close(new ObjectDisposedException(nameof(FrameBatcher)));
        await _holdTimer.DisposeAsync().ConfigureAwait(false);
        await FlushAsync().ConfigureAwait(false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (_lock)
        {
            if (_state == Queued)
            {
                // Let what is runnable now append first: its frames share the stanza.
                _state = Yielded;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
            _state = Sending;
        }
        _ = SendAsync();
    }

    private async Task SendAsync()
    {
        try
        {
            int peers;
            lock (_lock)
                peers = _turns.Count;
            for (; peers > 0 && NextTurn() is { } queue; peers--)
                await SendStanzaAsync(queue).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Close(e);
        }
        lock (_lock)
        {
            _state = Idle;
            if (_turns.Count > 0)
            {
                _state = Yielded;
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
                return;
            }
            _flushed?.TrySetResult();
            _flushed = null;
        }
    }

    private async ValueTask SendStanzaAsync(PeerQueue queue)
    {
        Exception? failure = null;
        try
        {
            try
            {
                _stanza.Fill(queue);
            }
            finally
            {
                EndTurn(queue);
            }
            if (!_stanza.IsEmpty)
                await _send(queue.Peer, _stanza.Finish()).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = e;
            if (e is not (ArgumentException or XmppException))
                throw;
        }
        finally
        {
            _stanza.Tell(failure);
        }
    }

    private PeerQueue? NextTurn()
    {
        lock (_lock)
            return _turns.TryDequeue(out var queue) ? queue : null;
    }

    private void EndTurn(PeerQueue queue)
    {
        lock (_lock)
            if (_closed is not null)
                return;
            else if (queue.Count > 0)
                _turns.Enqueue(queue);
            else
                _queues.Remove(queue.Peer);
    }

    private void QueueWriter()
    {
        if (_state != Idle)
            return;
        _state = Queued;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void OnHoldTimer()
    {
        lock (_lock)
        {
            _timerArmed = false;
            if (_holds == 0)
                return;
            _isHoldOld = _time.GetElapsedTime(_heldSince) >= _limits.MaxHold;
            if (_isHoldOld && _turns.Count > 0)
                QueueWriter();
            _timerArmed = true;
            _holdTimer.Change(_limits.MaxHold, Timeout.InfiniteTimeSpan);
        }
    }
}
