using Microsoft.Extensions.Logging;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Timing;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>
/// All calls that this endpoint has received and not forgotten. A call is admitted here: known method, allowed caller, right instance, not run before,
/// room to run. Follow-up frames find their call here.
/// </summary>
internal sealed class ActiveCalls
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly CallerLinks _links;
    private readonly FairQueue _waiting = new();
    private readonly HashSet<ActiveCall> _open = [];
    private readonly ServedContracts _contracts;
    private readonly CallerLimits _limits;
    private readonly FrameBatcher _batcher;
    private readonly DeadlineWheel _wheel;
    private readonly TimeProvider _time;
    private TaskCompletionSource? _drained;
    private long _waitingBytes;
    private int _running;
    private bool _draining;

    public ActiveCalls(ServedContracts contracts, Authorization authorization, CallerLimits limits, FrameBatcher batcher, DeadlineWheel wheel, RpcEndpointOptions options, string instance, PayloadPool payloads, ILogger log)
    {
        (_contracts, Authorization, _limits, _batcher, _wheel) = (contracts, authorization, limits, batcher, wheel);
        (Options, Instance, Payloads, Log, _time) = (options, instance, payloads, log, options.Connection.Time);
        _links = new CallerLinks(options);
        Deferred = new DeferredReplies(options.MaxDeferredCalls, wheel);
    }

    public RpcEndpointOptions Options { get; }

    public Authorization Authorization { get; }

    public string Instance { get; }

    public PayloadPool Payloads { get; }

    public ILogger Log { get; }

    public DeferredReplies Deferred { get; }

    public DateTimeOffset Now => _time.GetUtcNow();

    public DeadlineWheel Wheel => _wheel;

    /// <summary>Calls that run or wait to.</summary>
    public int Load
    {
        get
        {
            lock (_lock)
                return _running + _waiting.Count;
        }
    }

    /// <summary>Takes a frame of a caller. A call that may start is added to the work.</summary>
    public void Receive(Jid from, CallBoundFrame frame, HandOver work)
    {
        switch (frame)
        {
            case CallFrame call:
                Admit(from, call, work);
                break;
            case CancelFrame:
                Find(from, frame.Id)?.Cancel();
                break;
            case CreditFrame credit:
                Find(from, frame.Id)?.Stream?.Grant(credit.Credit);
                break;
        }
    }

    /// <summary>The caller has settled calls, so they can be forgotten.</summary>
    public void Low(Jid from, LowFrame frame)
    {
        lock (_lock)
            _links.Find(from, frame.Link)?.Low(frame);
    }

    /// <summary>Nobody waits for these calls any more.</summary>
    public void CallerGone(Jid caller)
    {
        CancelWhere(call => call.Caller == caller);
        lock (_lock)
            _links.Forget(caller);
    }

    /// <summary>Takes no further call, cancels none; completes when those that run have ended.</summary>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            _draining = true;
            if (_running == 0 && _waiting.Count == 0)
                return Task.CompletedTask;
            return (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    public void CancelAll() => CancelWhere(_ => true);

    public void Sweep(TimeSpan idle)
    {
        lock (_lock)
            _links.ForgetWhere(link => _time.GetElapsedTime(link.UsedAt) >= idle);
        _limits.Sweep();
    }

    /// <summary>Sends a frame that is not the call's last.</summary>
    public void Send(ActiveCall call, CallBoundFrame frame) => Answer(call.Caller, call.Frame, frame);

    public void ClearDeadline(ActiveCall call) => call.Disarm(_wheel);

    /// <summary>The call has its last frame.</summary>
    public void OnSettled(ActiveCall call, CallBoundFrame last)
    {
        call.Disarm(_wheel);
        lock (_lock)
        {
            _open.Remove(call);
            _links.Find(call.Caller, call.Id.Scope)?.Keep(call, last);
        }
        Answer(call.Caller, call.Frame, last);
    }

    /// <summary>An implementation has returned: the next call may start.</summary>
    public void OnReturned(ActiveCall call)
    {
        call.Budget.Leave(call.IsStream);
        ActiveCall? next;
        lock (_lock)
        {
            next = _waiting.TryDequeue();
            if (next is not null)
                _waitingBytes -= next.Frame.Arguments.Length;
            else if (--_running == 0)
                _drained?.TrySetResult();
        }
        if (next is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.Run(), next, preferLocal: false);
    }

    private void Admit(Jid from, CallFrame frame, HandOver work)
    {
        var served = _contracts.Find(frame.Path);
        // To a stranger that may call nothing, what exists and what does not look alike. A call that was let in stays so: it may be running.
        var access = served is not null ? Authorization.Of(from, served) : Authorization.IsOwnDomain(from) ? Access.Allowed : _contracts.Of(from);
        if (access == Access.Denied && !IsKnown(from, frame.Id))
            Refuse(from, frame, RpcStatus.PermissionDenied, $"{from.Bare} may not call {frame.Path} here.");
        else if (access == Access.NotYet && !IsKnown(from, frame.Id))
            Refuse(from, frame, RpcStatus.Unavailable, "Who may call is not known here yet.", retryAfter: RetryAfter);
        else if (served is null)
            Refuse(from, frame, RpcStatus.Unimplemented, $"{frame.Path} is not served here.", FrameNames.UnknownMethod);
        else if (served.Method.Version != frame.Version)
            Refuse(from, frame, RpcStatus.Unimplemented, $"{served.Method.Contract} is served in version {served.Method.Version}, not {frame.Version}.", FrameNames.UnknownMethod);
        else if (!frame.Id.IsVolatile)
            Refuse(from, frame, RpcStatus.Unimplemented, "Only volatile calls are taken here: the call id must be link.number.", FrameNames.Unsupported);
        else if (!frame.Id.Scope.StartsWith(Instance, StringComparison.Ordinal))
            Refuse(from, frame, RpcStatus.Unavailable, "The call was meant for another instance.", FrameNames.WrongInstance);
        else if ((served.Method.Kind == Contracts.RpcMethodKind.Stream) != frame.Credit is not null)
            Refuse(from, frame, RpcStatus.InvalidArgument, $"{frame.Path} {(frame.Credit is null ? "is a stream and needs credit" : "is no stream")}.", FrameNames.BadFrame);
        else
            Enter(new ActiveCall(this, from, frame, served, _limits.Of(from)), work);
    }

    private void Enter(ActiveCall call, HandOver work)
    {
        Refusal? busy = null;
        CallBoundFrame? again = null;
        lock (_lock)
        {
            var link = _links.Find(call.Caller, call.Id.Scope);
            if (link is not null && link.IsBelowLow(call.Id.Number))
                return;
            if (link?.Find(call.Id.Number) is { } earlier)
            {
                if (!earlier.IsSettled)
                    return;
                again = earlier.KeptReply ?? new FaultFrame(call.Id, RpcStatus.FailedPrecondition, "The call has run, its reply is no longer kept.") { Code = FrameNames.ReplyExpired, Ran = true };
            }
            else if (_batcher.QueuedBytes > Options.MaxQueuedBytes)
                busy = new("Too much waits to be sent.", RetryAfter);
            else if (_draining)
                busy = new("This endpoint is closing.", null);
            else if (link is null ? !_links.HasRoomFor(call.Caller) : link.IsFull)
                busy = new("Too many calls are remembered for their callers.", RetryAfter);
            else if (_running >= Options.MaxConcurrentCalls && (_waiting.Count >= Options.MaxWaitingCalls || _waitingBytes + call.Frame.Arguments.Length > Options.MaxWaitingBytes))
                busy = new("Too many calls wait for their turn.", RetryAfter);
            else if (call.Budget.Enter(call.IsStream) is { } refusal)
                busy = refusal;
            else if (_running < Options.MaxConcurrentCalls)
            {
                _running++;
                work.Add(call);
            }
            else
            {
                _waitingBytes += call.Frame.Arguments.Length;
                _waiting.Enqueue(call);
            }
            if (again is null && busy is null)
            {
                link ??= _links.Add(call.Caller, call.Id.Scope);
                link.UsedAt = _time.GetTimestamp();
                link.Add(call);
                _open.Add(call);
                // Before another thread can start it, or the deadline would outlive the call.
                call.Arm(_wheel);
            }
        }
        if (again is not null)
            Answer(call.Caller, call.Frame, again);
        else if (busy is not null)
            Refuse(call.Caller, call.Frame, RpcStatus.ResourceExhausted, busy.Message, _draining ? FrameNames.Draining : FrameNames.Busy, busy.RetryAfter);
    }

    private void Refuse(Jid from, CallFrame frame, RpcStatus status, string message, string? code = null, TimeSpan? retryAfter = null)
    {
        if (!_limits.MayAnswer(from))
            return;
        Log.CallRefused(PlainText.Of(frame.Path)!, frame.Id.ToCallId(), PlainText.Of(from.ToString())!, status);
        if (_batcher.QueuedBytes <= 2 * Options.MaxQueuedBytes)
            Answer(from, frame, new FaultFrame(frame.Id, status, message) { Code = code, RetryAfter = retryAfter is { } wait ? (long)Math.Ceiling(wait.TotalMilliseconds) : null, Ran = code == FrameNames.WrongInstance ? null : false });
    }

    private bool IsKnown(Jid from, CallId id)
    {
        lock (_lock)
            return _links.Find(from, id.Scope)?.Find(id.Number) is not null;
    }

    private void Answer(Jid to, CallFrame frame, CallBoundFrame answer)
    {
        if (!frame.IsOneWay)
            _batcher.Append(to, answer);
    }

    private ActiveCall? Find(Jid from, CallId id)
    {
        lock (_lock)
            return _links.Find(from, id.Scope)?.Find(id.Number) is { IsSettled: false } call ? call : null;
    }

    private void CancelWhere(Func<ActiveCall, bool> condition)
    {
        List<ActiveCall> canceled;
        lock (_lock)
            canceled = [.. _open.Where(condition)];
        foreach (var call in canceled)
            call.Cancel();
    }
}
