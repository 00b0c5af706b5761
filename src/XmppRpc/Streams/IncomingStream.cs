using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using XmppRpc.Frames;
using XmppRpc.Timing;

namespace XmppRpc.Streams;

/// <summary>What an incoming stream needs of its call.</summary>
internal interface IStreamReceiver
{
    CallId Id { get; }

    void Send(CallBoundFrame frame);

    /// <summary>The sender does not keep to the rules.</summary>
    void OnBroken(string reason);
}

/// <summary>
/// The receiving half of a stream. The receiving loop puts item frames in, in order; the consumer takes them out, and so grants credit for more. What waits here is
/// bounded by that credit. A gap is asked for; so is, now and then, whether the sender still lives.
/// </summary>
internal sealed class IncomingStream(IStreamReceiver call, bool isUpload, Credit window, StreamLimits limits, DeadlineWheel wheel) : IExpires
{
    private readonly Lock _lock = new();
    private readonly Channel<(ItemFrame Frame, int Skip)> _frames = Channel.CreateUnbounded<(ItemFrame, int)>(new UnboundedChannelOptions { SingleReader = false });
    private Credit _window = window;
    private Credit _granted = window;
    private readonly Queue<Credit> _grantedBefore = new();
    private Deadline? _probe;
    private long _received;
    private long _receivedBytes;
    private long _bytesBeforeLast;
    private long _consumed;
    private long _consumedBytes;
    private long _told;
    private long _askedFrom;
    private long? _total;
    private Exception? _fault;
    private Exception? _failure;
    private bool _waits;
    private bool _isMoving;
    private bool _isAsked;
    private bool _ended;

    /// <summary>Items that have come, without a gap.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Why it ended, if not in order.</summary>
    public Exception? Failure => Volatile.Read(ref _failure);

    /// <summary>What the sender may send, as a first word.</summary>
    public Credit Credit
    {
        get
        {
            lock (_lock)
                return _granted;
        }
    }

    /// <summary>From now on the sender is asked now and then.</summary>
    public void Begin()
    {
        lock (_lock)
            if (!_ended && _probe is null)
                wheel.Set(_probe = new Deadline(this), limits.Probe);
    }

    public void Take(ItemFrame frame)
    {
        string? broken = null;
        lock (_lock)
        {
            var count = frame.Count;
            if (_ended || frame.First + count - 1 <= _received && frame.First <= _received)
                return;
            if (frame.First > _received + 1)
                AskAgain();
            else if (count == 0)
            {
                (_isMoving, _isAsked) = (true, true);
                if (_waits)
                    TellIfAsked();
            }
            // The last item may start just below the byte credit, so one frame more than the window is not the sender's fault.
            else if (frame.First + count - 1 > _granted.Items || _receivedBytes > _granted.Bytes)
                broken = "its sender sent more than it was allowed to";
            else
            {
                _isMoving = true;
                var skip = (int)(_received + 1 - frame.First);
                _received += count - skip;
                _bytesBeforeLast = _receivedBytes;
                _receivedBytes += frame.Items.Length;
                _frames.Writer.TryWrite((frame, skip));
                if (_total == _received)
                    End(_fault);
            }
        }
        if (broken is not null)
            call.OnBroken(broken);
    }

    /// <summary>The sender's last word: how many items there are, and, unless it was the end, what went wrong. It counts once all of them are here.</summary>
    public void TakeEnd(long total, Exception? fault)
    {
        string broken;
        lock (_lock)
        {
            if (_ended)
                return;
            if (total >= _received && total <= _granted.Items)
            {
                (_total, _fault) = (total, fault);
                if (total > _received)
                    AskAgain();
                else
                    End(fault);
                return;
            }
            broken = total < _received ? "its sender counted fewer items than it sent" : "its sender counted more items than it was allowed to send";
        }
        call.OnBroken(broken);
    }

    /// <summary>Whether the sender's last word has come and all items with it.</summary>
    public bool IsEnded
    {
        get
        {
            lock (_lock)
                return _ended;
        }
    }

    /// <summary>Ends it, after what has come; null ends it in order.</summary>
    public void Complete(Exception? error)
    {
        lock (_lock)
            End(error);
    }

    /// <summary>Ends it, and drops what nobody reads any more.</summary>
    public void Abandon(Exception error)
    {
        lock (_lock)
            End(error);
        while (_frames.Reader.TryRead(out _))
            continue;
    }

    /// <summary>Asks the sender for all that is missing, and shows that somebody is here.</summary>
    public void Resume()
    {
        lock (_lock)
        {
            if (_ended)
                return;
            _told = _received;
            call.Send(new ResumeFrame(call.Id, isUpload, _received + 1, _granted));
        }
    }

    /// <summary>Adds the next items to the list; false after the last. Throws how the stream ended otherwise, and what reading an item throws.</summary>
    public async ValueTask<bool> ReadAsync<T>(List<T> items, JsonTypeInfo<T> item, CancellationToken cancellationToken)
    {
        (ItemFrame Frame, int Skip) next;
        // Once more if what came was dropped meanwhile: then it ended for a reason.
        while (!_frames.Reader.TryRead(out next))
        {
            BeforeWait();
            if (!await _frames.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                return false;
        }
        Read(next.Frame.Items.Span, next.Skip, items, item);
        Consumed(items.Count, next.Frame.Items.Length);
        return true;
    }

    void IExpires.Expire()
    {
        lock (_lock)
        {
            if (_ended)
                return;
            // Whoever is slow, or gets what it waits for, has what it needs; whoever waits for nothing may have lost something. The sender hears something in either case.
            if (_waits && !_isMoving)
                Resume();
            else
                Tell();
            _isMoving = false;
            wheel.Set(_probe!, limits.Probe);
        }
    }

    private void BeforeWait()
    {
        lock (_lock)
        {
            _waits = true;
            TellIfAsked();
            if (!SenderRanDry() || _ended || (_window.Items >= limits.MaxWindow && _window.Bytes >= limits.MaxWindowBytes))
                return;
            _window = new Credit(Math.Max(_window.Items, Math.Min(2 * _window.Items, limits.MaxWindow)), Math.Max(_window.Bytes, Math.Min(2 * _window.Bytes, limits.MaxWindowBytes)));
            Grant();
        }
    }

    // What has come ends where an earlier credit did: the sender had to wait for the next one while the consumer kept up. It may send too little ahead for this road.
    private bool SenderRanDry()
    {
        ForgetPassed();
        return _grantedBefore.TryPeek(out var edge) && (edge.Items == _received || edge.Bytes <= _receivedBytes);
    }

    private void Consumed(int items, int bytes)
    {
        lock (_lock)
        {
            _waits = false;
            _consumed += items;
            _consumedBytes += bytes;
            if (2 * (_granted.Items - _consumed) <= _window.Items || 2 * (_granted.Bytes - _consumedBytes) <= _window.Bytes)
                Grant();
        }
    }

    private void Grant()
    {
        ForgetPassed();
        _grantedBefore.Enqueue(_granted);
        _granted = new Credit(_consumed + _window.Items, _consumedBytes + _window.Bytes);
        if (!_ended && _total is null)
            Tell();
    }

    private void ForgetPassed()
    {
        while (_grantedBefore.TryPeek(out var before) && (before.Items < _received || before.Bytes <= _bytesBeforeLast))
            _grantedBefore.Dequeue();
    }

    // The sender keeps less than the window allows and waits to hear what it may forget; once all that came is consumed, so that it need not ask for each item.
    private void TellIfAsked()
    {
        if (_isAsked && !_ended && _total is null && _consumed > _told)
            Tell();
    }

    private void Tell()
    {
        _isAsked = false;
        _told = Math.Max(_told, _consumed);
        call.Send(new CreditFrame(call.Id, isUpload, _consumed, _granted));
    }

    private void AskAgain()
    {
        if (_askedFrom == _received + 1)
            return;
        _askedFrom = _received + 1;
        Resume();
    }

    private void End(Exception? error)
    {
        if (!_ended)
            Volatile.Write(ref _failure, error);
        _ended = true;
        if (_probe is { } probe)
            wheel.Clear(probe);
        _frames.Writer.TryComplete(error);
    }

    private static void Read<T>(ReadOnlySpan<byte> array, int skip, List<T> items, JsonTypeInfo<T> item)
    {
        var reader = new Utf8JsonReader(array, new JsonReaderOptions { MaxDepth = 40 });
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            if (skip-- > 0)
                reader.Skip();
            else
                items.Add(JsonSerializer.Deserialize(ref reader, item)!);
    }
}
