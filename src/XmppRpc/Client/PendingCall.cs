using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Timing;
using XmppRpc.Xmpp;

namespace XmppRpc.Client;

/// <summary>What a call asks for, of whom.</summary>
internal sealed record CallRequest(Jid Target, RpcMethodInfo Method, ReadOnlyMemory<byte> Arguments, TimeSpan Timeout)
{
    /// <summary>The first credit, of a stream.</summary>
    public Credit? Credit { get; init; }

    /// <summary>What the caller sends as a stream, or null.</summary>
    public ItemSource? Upload { get; init; }

    /// <summary>Of several instances the same one for the same key; null takes the one with the fewest open calls.</summary>
    public string? RouteKey { get; init; }

    /// <summary>Whether the call waits until somebody is there.</summary>
    public bool Waits { get; init; }

    /// <summary>The trace that the calling code belongs to, or null.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Texts that travel beside the arguments.</summary>
    public RpcHeaders Headers { get; init; } = RpcHeaders.None;

    /// <summary>What the caller wants to be told besides the answer, or null.</summary>
    public CallExtras? Extras { get; init; }

    /// <summary>No more than these bytes are written for arguments and headers.</summary>
    public int PayloadBytes => Arguments.Length + Headers.MaxBytes;
}

/// <summary>
/// One call that waits for its end. It is settled exactly once: by the callee's last frame, the deadline, the caller's token, the loss of the peer or
/// of the connection. Whoever settles it completes it.
/// </summary>
internal abstract class PendingCall(PendingCalls calls, CallRequest request) : IExpires, IHandedOver
{
    private Deadline? _deadline;
    private CancellationTokenRegistration _cancellation;
    private OutgoingCall? _frame;
    private Link? _link;
    private CancellationTokenSource? _search;
    private Upload? _upload;
    private CallBoundFrame? _last;
    private bool _wasSent;
    private long _quietSince = long.MaxValue;
    private int _attempt;
    private int _settled;

    public CallRequest Request { get; } = request;

    public CallId Id { get; private set; }

    public Jid? Peer => _link?.Peer;

    public Link? Link => Volatile.Read(ref _link);

    /// <summary>The id as users see it, or null while the call has none.</summary>
    public RpcCallId? CallId => Peer is null ? null : Id.ToCallId();

    /// <summary>Whether it was sent more than once: what the callee says of one copy need not be true of another.</summary>
    public bool IsRepeated => Volatile.Read(ref _attempt) > 0;

    public bool IsSettled => Volatile.Read(ref _settled) != 0;

    /// <summary>When the call's time is over, by the wheel's clock; null for never.</summary>
    public long? DueAt { get; private set; }

    protected PendingCalls Calls { get; } = calls;

    /// <summary>Whether the frame ends the call, whatever else is under way.</summary>
    public virtual bool IsLast(CallBoundFrame frame) => frame is ReplyFrame or FaultFrame;

    /// <summary>The work of completing the call, which is settled, with the callee's last frame.</summary>
    public IHandedOver CompletedBy(CallBoundFrame last)
    {
        _last = last;
        return this;
    }

    void IHandedOver.Run() => Complete(_last!);

    /// <summary>The callee's last frame; runs on the pool, may run the awaiting code.</summary>
    public abstract void Complete(CallBoundFrame last);

    /// <summary>Any other end; runs on the pool, may run the awaiting code.</summary>
    public abstract void Fail(Exception error);

    /// <summary>A frame that does not end the call; runs on the receiving loop, in order, so it only takes note.</summary>
    public virtual void Note(CallBoundFrame frame) { }

    /// <summary>The callee has said something about this call, so it has it.</summary>
    public void Heard(CallBoundFrame frame)
    {
        Volatile.Write(ref _quietSince, Calls.Lately);
        _upload?.Note(frame);
    }

    /// <summary>The callee may not have got what was sent, or we not what it sent: asks again, under the same id. What still waits to be sent needs no repetition.</summary>
    public virtual void SendAgain()
    {
        if (IsSettled || !CanBeSentAgain)
            return;
        _wasSent = true;
        var frame = new OutgoingCall(Id, this, _frame!.Wheel) { Attempt = ++_attempt };
        Volatile.Write(ref _frame, frame);
        Volatile.Write(ref _quietSince, long.MaxValue);
        Send(frame);
    }

    /// <summary>
    /// Whether nothing of the call was sent or heard for so long that a frame of it may be lost: the more often it was sent, the longer, as the callee may
    /// just take its time. What waits to be sent is not quiet, however long it waits.
    /// </summary>
    public virtual bool IsQuiet(long now) => now - Volatile.Read(ref _quietSince) >= Calls.PatienceAfter(_attempt) && !IsSettled && CanBeSentAgain;

    // Of one that is lost in parts the callee may have some.
    private bool CanBeSentAgain => Request.Method.Kind != RpcMethodKind.OneWay && _frame is { } frame && (frame.IsTaken || frame.IsLost);

    public void Send(CallBoundFrame frame) => Calls.Send(this, frame);

    /// <summary>Ends the call for a reason of the caller's own.</summary>
    public void Abort(Exception reason)
    {
        if (TryGiveUp(out _))
            PendingCalls.FailLater(this, reason);
    }

    /// <summary>The call's frame was given to the connection, or could not be: then the call has failed.</summary>
    public virtual void OnWritten(OutgoingCall frame, Exception? failure)
    {
        // What becomes of an earlier copy says nothing: a later one is on its way.
        if (frame != Volatile.Read(ref _frame) && failure is null or XmppException)
            return;
        Volatile.Write(ref _quietSince, Calls.Lately);
        // Refused before it was sent, so nothing has run, unless of an earlier copy.
        if (failure is ArgumentException)
        {
            if (TrySettle())
                PendingCalls.FailLater(this, new RpcException(RpcStatus.Internal, $"{Request.Method} could not be written: {failure.Message}", failure) { Remote = Peer, CallId = CallId, Outcome = IsRepeated ? RpcOutcome.Unknown : RpcOutcome.NotExecuted });
        }
        // Lost with its session: what is open is sent again on the next one, or ends with the connection. One that has never been taken comes back from a
        // connection that has ended.
        else if (failure is XmppException && Request.Method.Kind != RpcMethodKind.OneWay && !frame.IsWaiting)
            frame.IsLost = true;
        else if (failure is not null)
            PendingCalls.Fail(this, PendingCalls.ConnectionLost(this, failure));
    }

    /// <summary>Starts the clock and listens to the token, before the peer is even looked for.</summary>
    public void Arm(DeadlineWheel wheel, CancellationToken cancellationToken)
    {
        if (Request.Timeout != Timeout.InfiniteTimeSpan)
        {
            _deadline = new Deadline(this);
            DueAt = wheel.Set(_deadline, Request.Timeout);
        }
        if (cancellationToken.CanBeCanceled)
            _cancellation = cancellationToken.UnsafeRegister(static (call, token) => ((PendingCall)call!).OnCanceled(token), this);
        if (IsSettled)
            Disarm(wheel);
    }

    /// <summary>Stops the clock, for good or because the call was taken.</summary>
    public void ClearDeadline(DeadlineWheel wheel)
    {
        if (_deadline is { } deadline)
            wheel.Clear(deadline);
    }

    /// <summary>Stops the clock and listens to the token no more.</summary>
    public void Disarm(DeadlineWheel wheel)
    {
        ClearDeadline(wheel);
        _cancellation.Unregister();
    }

    /// <summary>A token for the search of the peer; it fires when the call is settled.</summary>
    public CancellationToken BeginSearch()
    {
        var search = new CancellationTokenSource();
        Interlocked.Exchange(ref _search, search);
        if (IsSettled)
            search.Cancel();
        return search.Token;
    }

    /// <summary>Gives the call its place on a link and the frame that carries it.</summary>
    public void Bind(Link link, CallId id, OutgoingCall frame)
    {
        (Id, _frame) = (id, frame);
        if (Request.Upload is not null)
            _upload = Calls.NewUpload(this);
        // Pairs with TrySettle: either we see the call settled, or whoever settles it sees the link.
        Interlocked.Exchange(ref _link, link);
    }

    /// <summary>True for the one who may complete the call.</summary>
    public bool TrySettle()
    {
        if (Interlocked.Exchange(ref _settled, 1) != 0)
            return false;
        Settle();
        return true;
    }

    /// <summary>As <see cref="TrySettle"/>, for one who no longer waits: the callee is told, if it may have seen the call, and before it is told that it may forget it.</summary>
    public bool TryGiveUp(out bool wasSent)
    {
        wasSent = false;
        if (Interlocked.Exchange(ref _settled, 1) != 0)
            return false;
        wasSent = WasSent();
        if (wasSent)
            Calls.SendCancel(this);
        Settle();
        return true;
    }

    private void Settle()
    {
        Calls.OnSettled(this, Volatile.Read(ref _link));
        Volatile.Read(ref _search)?.Cancel();
        _upload?.Dispose();
    }

    /// <summary>Takes the call's frame back if it is still here; true if the callee may have seen it.</summary>
    public bool WasSent() => _frame is { } frame && !frame.TryWithdraw() | _wasSent;

    void IExpires.Expire() => TimeOut();

    private void TimeOut()
    {
        if (!TryGiveUp(out var sent))
            return;
        var message = Peer is null
            ? $"{Request.Method} was not sent: no instance at {Request.Target} answered within {Request.Timeout}. It may be offline, not serve the contract, or not let this account in."
            : $"{Request.Method} at {Peer} was not answered within {Request.Timeout}.";
        PendingCalls.FailLater(this, new RpcTimeoutException(message) { Remote = Peer ?? Request.Target, CallId = CallId, Outcome = sent ? RpcOutcome.Unknown : RpcOutcome.NotExecuted });
    }

    private void OnCanceled(CancellationToken token) => Abort(new OperationCanceledException(token));
}

/// <summary>The frame of a pending call: it says what time is left when it is written.</summary>
internal sealed class OutgoingCall : CallFrame
{
    private readonly PendingCall _call;

    public OutgoingCall(CallId id, PendingCall call, DeadlineWheel wheel) : base(id, call.Request.Method.Path, call.Request.Method.Version, call.Request.Arguments)
    {
        (_call, Wheel) = (call, wheel);
        Credit = call.Request.Credit;
        HasUpload = call.Request.Upload is not null;
        Headers = call.Request.Headers;
        TraceParent = call.Request.TraceParent;
        IsOneWay = call.Request.Method.Kind == RpcMethodKind.OneWay;
    }

    // A stream's time is for its first sign of life, so the callee is not told.
    public override long? TimeToLive => Credit is null && _call.DueAt is { } due ? due - Wheel.Lately : null;

    public DeadlineWheel Wheel { get; }

    /// <summary>It was lost with its session, whole or in parts.</summary>
    public bool IsLost { get; set; }

    public override void OnWritten(Exception? failure) => _call.OnWritten(this, failure);
}
