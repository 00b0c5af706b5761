using System.Threading.Channels;

namespace XmppRpc.Xmpp.Session;

/// <summary>
/// What was received and not yet taken, bounded: when it is full the session stops reading, and TCP stops the XMPP server. One writer, one reader.
/// A reader that waits goes on at once on the thread that received, so a stanza costs no hop.
/// </summary>
internal sealed class InboundQueue(int maxStanzas, long maxBytes)
{
    private readonly Channel<(XmppEvent Event, int Bytes)> _events =
        Channel.CreateUnbounded<(XmppEvent, int)>(new() { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = true });
    private readonly Lock _gate = new();
    private TaskCompletionSource? _room;
    private bool _unbounded;
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
            return HasRoom ? ValueTask.CompletedTask : new((_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
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

    private bool HasRoom => _unbounded || (_count < maxStanzas && _bytes < maxBytes);

    private void Release(int bytes)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _count--;
            _bytes -= bytes;
            if (HasRoom)
                (room, _room) = (_room, null);
        }
        room?.TrySetResult();
    }
}
