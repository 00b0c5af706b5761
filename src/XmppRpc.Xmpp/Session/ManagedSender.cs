using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.StreamManagement;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>
/// Sends on one managed XML stream (XEP-0198): keeps each stanza until the XMPP server has acknowledged it, asks for that in time, answers when it is asked
/// itself, and lets senders wait while too much is unacknowledged. A stanza is accepted once it lies in the queue; the loss of the stream is then no longer the sender's concern.
/// </summary>
internal sealed class ManagedSender : IDisposable
{
    private const int AskEveryStanzas = 50;

    /// <summary>At 3 kB/s, which Debian's ejabberd lets through, the answer still comes within half of what is waited for it (F-17).</summary>
    private const int AskEveryBytes = 32 * 1024;

    private static readonly TimeSpan AskAfter = TimeSpan.FromMilliseconds(200);

    /// <summary>Prosody asks after each stanza; what is sent in answer to it takes ours along, where a write of its own would cost both sides a stanza's time.</summary>
    private static readonly TimeSpan AnswerAfter = TimeSpan.FromMilliseconds(5);

    private readonly XmppTransport _transport;
    private readonly ResumeState _state;
    private readonly SendWindow _window;
    private readonly int _maxStanzaBytes;
    private readonly AckCadence _cadence = new(AskEveryStanzas, AskEveryBytes);
    private readonly SendBuffer _scratch = new();
    private readonly ITimer _askTimer;
    private readonly ITimer _answerTimer;
    private TaskCompletionSource? _room;
    private int _waiting;
    private bool _willAsk;
    private bool _willAnswer;
    private bool _owesAnswer;
    private bool _detached;
    private int _largest;

    public ManagedSender(XmppTransport transport, ResumeState state, SendWindow window, int maxStanzaBytes, TimeProvider time)
    {
        (_transport, _state, _window, _maxStanzaBytes) = (transport, state, window, maxStanzaBytes);
        _askTimer = time.CreateTimer(static sender => ((ManagedSender)sender!).AskLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _answerTimer = time.CreateTimer(static sender => ((ManagedSender)sender!).AnswerLate(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The largest stanza that is unacknowledged since the queue was last empty, in bytes; 0 if there is none.</summary>
    public int LargestUnacked => Volatile.Read(ref _largest);

    /// <summary>False: the stream is over, and nothing was done. The stanza is as <see cref="XmppTransport.WriteAsync"/> wants it.</summary>
    public ValueTask<bool> SendAsync(XmppElement stanza, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Task room;
        lock (_state.Gate)
        {
            // behind our closing tag nothing leaves any more
            if (_detached || _transport.IsStreamEnded)
                return new(false);
            if (_window.HasRoom(_state.Unacked))
            {
                Enqueue(stanza);
                return LeaveAsync(cancellationToken);
            }
            room = NextRoom();
            _waiting++;
        }
        return SendLaterAsync(room, stanza, cancellationToken);
    }

    /// <summary>Sends what others had the connection answer, without waiting, if nobody here waits and there is room for answers; false: nothing was done.</summary>
    public bool TryAnswer(XmppElement answer)
    {
        lock (_state.Gate)
        {
            if (_detached || _transport.IsStreamEnded || _waiting > 0)
                return false;
            Serialise(answer);
            if (!_window.HasRoomForAnswer(_state.Unacked, _scratch.Length))
                return false;
            Enqueue(isAnswer: true);
        }
        _transport.Leave();
        return true;
    }

    /// <summary>Sends what a stream before this one left unacknowledged, unchanged and in order (XEP-0198 §5).</summary>
    public void SendAgain()
    {
        lock (_state.Gate)
        {
            if (_state.Unacked.Count == 0)
                return;
            foreach (var stanza in _state.Unacked.Copies())
            {
                Append(stanza);
                _largest = Math.Max(_largest, stanza.Length);
            }
            Append(SmNonzas.Request);
        }
        _transport.Leave();
    }

    /// <summary>The XMPP server has handled that many; false if they are more than were sent.</summary>
    public bool TryAcknowledge(uint handled)
    {
        TaskCompletionSource? room = null;
        lock (_state.Gate)
        {
            if (!_state.Unacked.TryAcknowledge(handled))
                return false;
            if (_state.Unacked.Count == 0)
                _largest = 0;
            if (_window.HasRoom(_state.Unacked))
                (room, _room) = (_room, null);
        }
        room?.TrySetResult();
        return true;
    }

    /// <summary>Asks for an acknowledgement now.</summary>
    public void Ask()
    {
        lock (_state.Gate)
        {
            if (_detached)
                return;
            Append(SmNonzas.Request);
            _cadence.Asked();
        }
        _transport.Leave();
    }

    /// <summary>The XMPP server asks what was handled: answered with the next stanza, or a moment later without.</summary>
    public void AnswerSoon()
    {
        lock (_state.Gate)
        {
            _owesAnswer = true;
            if (_willAnswer || _detached)
                return;
            _willAnswer = true;
            _answerTimer.Change(AnswerAfter, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The stream is over: nothing is added to the queue any more.</summary>
    public void Dispose()
    {
        TaskCompletionSource? room;
        lock (_state.Gate)
        {
            _detached = true;
            (room, _room) = (_room, null);
        }
        room?.TrySetResult();
        _askTimer.Dispose();
        _answerTimer.Dispose();
    }

    private async ValueTask<bool> SendLaterAsync(Task room, XmppElement stanza, CancellationToken cancellationToken)
    {
        for (var isQueued = false; !isQueued;)
        {
            try
            {
                await room.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                lock (_state.Gate)
                    _waiting--;
                throw;
            }

            lock (_state.Gate)
            {
                isQueued = _window.HasRoom(_state.Unacked);
                if (!_detached && !_transport.IsStreamEnded && !isQueued)
                {
                    room = NextRoom();
                    continue;
                }
                _waiting--;
                if (_detached || _transport.IsStreamEnded)
                    return false;
                Enqueue(stanza);
            }
        }
        return await LeaveAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task NextRoom() => (_room ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Enqueue(XmppElement stanza)
    {
        Serialise(stanza);
        Enqueue(isAnswer: false);
    }

    private void Serialise(XmppElement stanza)
    {
        _scratch.Clear();
        _transport.Serialise(_scratch, stanza);
        XmppTransport.RefuseOversize(stanza, _scratch.Length, _maxStanzaBytes);
    }

    /// <summary>Queues what <see cref="Serialise"/> wrote.</summary>
    private void Enqueue(bool isAnswer)
    {
        var length = _scratch.Length;
        _state.Unacked.Add(_scratch.Written.Span, isAnswer);
        _largest = Math.Max(_largest, length);
        Append(_scratch.Written.Span);
        if (_cadence.Count(length))
        {
            // behind the stanza, and mostly in the same write
            Append(SmNonzas.Request);
            _cadence.Asked();
        }
        else if (!_willAsk)
        {
            _willAsk = true;
            _askTimer.Change(AskAfter, Timeout.InfiniteTimeSpan);
        }
        AppendOwedAnswer();
    }

    /// <summary>A stream that breaks at this moment is found by the one who reads; the stanza stays in the queue.</summary>
    private void Append(ReadOnlySpan<byte> xml)
    {
        try
        {
            _transport.Append(xml);
        }
        catch (XmppConnectionException)
        {
            // the reader finds it too
        }
    }

    private ValueTask<bool> LeaveAsync(CancellationToken cancellationToken)
    {
        ValueTask departure;
        try
        {
            departure = _transport.FlushAsync(cancellationToken);
        }
        catch (XmppConnectionException)
        {
            return new(true);
        }
        return departure.IsCompletedSuccessfully ? new(true) : AwaitAsync(departure);

        static async ValueTask<bool> AwaitAsync(ValueTask departure)
        {
            try
            {
                await departure.ConfigureAwait(false);
            }
            catch (XmppConnectionException)
            {
                // the reader finds it too
            }
            return true;
        }
    }

    private void AppendOwedAnswer()
    {
        if (!_owesAnswer)
            return;
        _owesAnswer = false;
        _scratch.Clear();
        SmNonzas.WriteAnswer(_scratch, _state.Handled);
        Append(_scratch.Written.Span);
    }

    private void AnswerLate()
    {
        lock (_state.Gate)
        {
            _willAnswer = false;
            if (_detached || !_owesAnswer)
                return;
            AppendOwedAnswer();
        }
        _transport.Leave();
    }

    private void AskLate()
    {
        lock (_state.Gate)
        {
            _willAsk = false;
            if (_detached || !_cadence.IsOwed)
                return;
            Append(SmNonzas.Request);
            _cadence.Asked();
        }
        _transport.Leave();
    }
}
