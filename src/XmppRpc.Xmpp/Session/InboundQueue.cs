using System.Threading.Channels;

namespace XmppRpc.Xmpp.Session;

/// <summary>
/// What was received and not yet taken, bounded: while it is full the session reads nothing more, and TCP stops the XMPP server. One writer, one reader.
/// A reader that waits goes on at once on the thread that received, so a stanza costs no hop.
/// While somebody waits for what lies behind (an acknowledgement, an answer, the closing tag), reading goes on up to a second bound: else a program that sends from its
/// receiving loop would wait for ever.
/// </summary>
internal sealed class InboundQueue(InboundBounds bounds, InboundBounds boundsWhileAwaited, Action onStuck)
{
    private readonly Channel<(XmppEvent Event, int Bytes)> _events =
        Channel.CreateUnbounded<(XmppEvent, int)>(new() { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = true });
    private readonly Lock _gate = new();
    private SessionChanges? _last;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _roomForChanges;
    private bool _closing;
    private volatile bool _overflowed;
    private bool _told;
    private bool _heldUp;
    private int _awaiting;
    private int _count;
    private long _bytes;
    private long _uncertainBytes;
    private int _reading;

    /// <summary>Whether what comes is dropped, from here on: the connection is being closed, nobody takes anything, and the wider bound is reached.</summary>
    public bool IsOverflowed => _overflowed;

    /// <summary>Completes when there is room for the next. There is always while the connection is being closed: the closing tag must be found.</summary>
    public Task WhenRoom()
    {
        lock (_gate)
        {
            if (HasRoom)
                return Task.CompletedTask;
            _heldUp = true;
            _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_awaiting > 0 && !_told)
            {
                _told = true;
                onStuck();
            }
            return _room.Task;
        }
    }

    /// <summary>Whether the reader of the wire has been waiting for room at any time since this was last asked: then its silence is ours.</summary>
    public bool HasHeldUp()
    {
        lock (_gate)
        {
            var held = _heldUp || _room is not null;
            _heldUp = false;
            return held;
        }
    }

    /// <summary>Adds a stanza, for which <see cref="WhenRoom"/> was awaited.</summary>
    public void Add(XmppEvent received, int bytes)
    {
        lock (_gate)
        {
            _overflowed |= _closing && !IsBelow(boundsWhileAwaited);
            if (_overflowed)
                return;
            _last = null;
            _count++;
            _bytes += bytes;
        }
        _events.Writer.TryWrite((received, bytes));
    }

    /// <summary>Adds a change of the session: at once, full or not (<see cref="SessionChanges"/>).</summary>
    public void Tell(XmppEvent change)
    {
        SessionChanges changes;
        lock (_gate)
        {
            _uncertainBytes += UncertainBytes(change);
            if (_last is not null)
            {
                _last.Add(change);
                return;
            }
            changes = _last = new();
            changes.Add(change);
        }
        _events.Writer.TryWrite((changes, 0));
    }

    /// <summary>Completes when the next session may be opened: at once, unless the program has not been told of more uncertain stanzas than the wider bound allows.</summary>
    public Task WhenRoomForChanges()
    {
        lock (_gate)
            return HasRoomForChanges ? Task.CompletedTask : (_roomForChanges ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
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
                if (TryTake() is { } next)
                {
                    ReleaseRoom();
                    return next;
                }
            return null;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>The connection is being closed: from here on the reader of the wire is not held up any more, and what comes above the wider bound is dropped.</summary>
    public void BeginClose()
    {
        lock (_gate)
            _closing = true;
        ReleaseRoom();
    }

    /// <summary>No more will come; what is there is still taken, then <paramref name="reason"/> is thrown, or null returned if there is none.</summary>
    public void Complete(XmppException? reason) => _events.Writer.TryComplete(reason);

    private bool HasRoom => _closing || IsBelow(_awaiting > 0 ? boundsWhileAwaited : bounds);

    private bool HasRoomForChanges => _uncertainBytes < boundsWhileAwaited.Bytes;

    private bool IsBelow(InboundBounds most) => _count < most.Stanzas && _bytes + _uncertainBytes < most.Bytes;

    private XmppEvent? TryTake()
    {
        lock (_gate)
        {
            if (!_events.Reader.TryPeek(out var first))
                return null;
            if (first.Event is not SessionChanges changes)
            {
                _events.Reader.TryRead(out _);
                _count--;
                _bytes -= first.Bytes;
                return first.Event;
            }
            var change = changes.Take();
            _uncertainBytes -= UncertainBytes(change);
            if (!changes.IsEmpty)
                return change;
            _events.Reader.TryRead(out _);
            if (_last == changes)
                _last = null;
            return change;
        }
    }

    private void ReleaseRoom()
    {
        TaskCompletionSource? room = null, roomForChanges = null;
        lock (_gate)
        {
            if (HasRoom)
                (room, _room) = (_room, null);
            if (HasRoomForChanges)
                (roomForChanges, _roomForChanges) = (_roomForChanges, null);
        }
        room?.TrySetResult();
        roomForChanges?.TrySetResult();
    }

    private static long UncertainBytes(XmppEvent change) => change is SessionStarted started ? started.UnacknowledgedBytes : 0;
}

/// <summary>How much may wait.</summary>
internal readonly record struct InboundBounds(int Stanzas, long Bytes);
