using System.Threading.Channels;

namespace XmppRpc.Xmpp.Session;

/// <summary>
/// What was received and not yet taken, bounded: when it is full the session stops reading, and TCP stops the XMPP server. One writer, one reader.
/// A reader that waits goes on at once on the thread that received, so a stanza costs no hop.
/// While somebody waits for what lies behind (an acknowledgement, an answer), reading goes on up to a second bound: else a program that sends from its
/// receiving loop would wait for ever.
/// </summary>
internal sealed class InboundQueue(InboundBounds bounds, InboundBounds boundsWhileAwaited, Action onStuck)
{
    private readonly Channel<(XmppEvent Event, int Bytes)> _events =
        Channel.CreateUnbounded<(XmppEvent, int)>(new() { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = true });
    private readonly Lock _gate = new();
    private TaskCompletionSource? _room;
    private bool _unbounded;
    private bool _told;
    private int _awaiting;
    private int _count;
    private long _bytes;
    private int _reading;

    /// <summary>Adds, and completes when there is room for the next.</summary>
    public ValueTask AddAsync(XmppEvent received, int bytes)
    {
        lock (_gate)
        {
            _count++;
            _bytes += bytes;
        }
        _events.Writer.TryWrite((received, bytes));
        lock (_gate)
        {
            if (HasRoom)
                return ValueTask.CompletedTask;
            if (_awaiting > 0 && !_told)
            {
                _told = true;
                onStuck();
            }
            return new((_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
        }
    }

    /// <summary>Somebody waits for what has not been read yet; until <see cref="EndAwait"/> the wider bound holds.</summary>
    public void BeginAwait()
    {
        lock (_gate)
            _awaiting++;
        ReleaseRoom();
    }

    public void EndAwait()
    {
        lock (_gate)
            _awaiting--;
    }

    /// <summary>The next one, or null after the end.</summary>
    /// <exception cref="InvalidOperationException">Somebody else is waiting already.</exception>
    public async ValueTask<XmppEvent?> TakeAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
            throw new InvalidOperationException("Somebody is receiving from this connection already; receive from one place at a time.");
        try
        {
            while (await _events.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                if (_events.Reader.TryRead(out var next))
                {
                    Release(next.Bytes);
                    return next.Event;
                }
            return null;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>From here on the reader of the wire is not held up any more: the connection is being closed.</summary>
    public void Unbound()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _unbounded = true;
            (room, _room) = (_room, null);
        }
        room?.TrySetResult();
    }

    /// <summary>No more will come; what is there is still taken, then <paramref name="reason"/> is thrown, or null returned if there is none.</summary>
    public void Complete(XmppException? reason) => _events.Writer.TryComplete(reason);

    private bool HasRoom
    {
        get
        {
            var (stanzas, bytes) = _awaiting > 0 ? boundsWhileAwaited : bounds;
            return _unbounded || (_count < stanzas && _bytes < bytes);
        }
    }

    private void Release(int bytes)
    {
        lock (_gate)
        {
            _count--;
            _bytes -= bytes;
        }
        ReleaseRoom();
    }

    private void ReleaseRoom()
    {
        TaskCompletionSource? room = null;
        lock (_gate)
            if (HasRoom)
                (room, _room) = (_room, null);
        room?.TrySetResult();
    }
}

/// <summary>How much may wait.</summary>
internal readonly record struct InboundBounds(int Stanzas, long Bytes);
