using Microsoft.Extensions.Logging;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Streams;
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
    private readonly EarlyCancels _canceled = new();
    private readonly FairQueue _waiting = new();
    private readonly HashSet<ActiveCall> _open = [];
    private readonly ServedContracts _contracts;
    private readonly CallerLimits _limits;
    private readonly FrameBatcher _batcher;
    private readonly DeadlineWheel _wheel;
    private readonly TimeProvider _time;
    private readonly StreamLimits _streams;
    private TaskCompletionSource? _drained;
    private long _waitingBytes;
    private int _running;
    private int _streaming;
    private int _doubts;
    private bool _draining;

    public ActiveCalls(ServedContracts contracts, Authorization authorization, CallerLimits limits, FrameBatcher batcher, DeadlineWheel wheel, RpcEndpointOptions options, string instance, PayloadPool payloads, ILogger log)
    {
        (_contracts, Authorization, _limits, _batcher, _wheel) = (contracts, authorization, limits, batcher, wheel);
        (Options, Instance, Payloads, Log, _time) = (options, instance, payloads, log, options.Connection.Time);
        _links = new CallerLinks(options);
        _streams = StreamLimits.Of(options);
        Deferred = new DeferredReplies(options.MaxDeferredCalls, wheel);
    }

    public RpcEndpointOptions Options { get; }

    public Authorization Authorization { get; }

    public string Instance { get; }

    public PayloadPool Payloads { get; }

    public ILogger Log { get; }

    public DeferredReplies Deferred { get; }

    /// <summary>How implementations call their callers back.</summary>
    public Func<Jid, Contracts.RpcInvoker> InvokerTo { get; set; } = static _ => throw new InvalidOperationException("There is nobody to call back from here.");

    public DateTimeOffset Now => _time.GetUtcNow();

    public DeadlineWheel Wheel => _wheel;

    /// <summary>Calls that run or wait to.</summary>
    public int Load
    {
        get
        {
            lock (_lock)
                return _running + _streaming + _waiting.Count;
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
                Cancel(from, frame.Id);
                break;
            case CreditFrame credit:
                if (FindOrTell(from, frame)?.Download is { } sent)
                    sent.Grant(credit.Got, credit.Credit);
                break;
            case ResumeFrame resume:
                if (FindOrTell(from, frame) is { } asked && !asked.Resume(resume.From, resume.Credit))
                    Answer(from, asked.Frame, Expired(frame.Id));
                break;
            case ItemFrame item:
                FindOrTell(from, frame)?.Upload?.Take(item);
                break;
            case EndFrame end:
                FindOrTell(from, frame)?.Upload?.TakeEnd(end.Total, null);
                break;
        }
    }

    /// <summary>Whether a call whose first part this is may come whole; if not it is refused now, and nothing of it need be kept.</summary>
    public bool LetsIn(Jid from, PartFrame first)
    {
        var call = new CallFrame(first.Id, first.Path!, 0, default);
        if (IsKnown(from, call, isWhole: false) || Served(from, call, isWhole: false) is null)
            return false;
        string? busy;
        lock (_lock)
        {
            busy = _draining ? "This endpoint is closing."
                : _batcher.QueuedBytes > Options.MaxQueuedBytes ? "Too much waits to be sent."
                : _running >= Options.MaxConcurrentCalls && _waiting.Count >= Options.MaxWaitingCalls ? "Too many calls wait for their turn."
                : null;
        }
        if (busy is not null)
            Refuse(from, call, RpcStatus.ResourceExhausted, busy, _draining ? FrameNames.Draining : FrameNames.Busy);
        return busy is null;
    }

    /// <summary>Whether the call is open, and of that caller.</summary>
    public bool IsOpen(Jid from, CallId id)
    {
        lock (_lock)
            return _links.Find(from, id.Scope)?.Find(id.Number) is { IsSettled: false };
    }

    /// <summary>The caller has settled calls, so they can be forgotten.</summary>
    public void Low(Jid from, LowFrame frame)
    {
        List<ActiveCall>? running = null;
        lock (_lock)
            if (_links.Find(from, frame.Link) is { } link)
            {
                link.Heard(from, _wheel.Lately);
                running = link.Low(frame);
            }
        // Its cancel was lost, or comes behind this.
        foreach (var call in running ?? [])
            call.Cancel();
    }

    /// <summary>The caller's process seems gone. Unless it is heard within the grace, nobody waits for its calls any more.</summary>
    public void CallerGone(Jid caller)
    {
        List<CallerLink> links;
        lock (_lock)
        {
            links = _links.Of(caller);
            links.RemoveAll(static link => link.Doubt > 0);
            if (links.Count == 0)
                return;
            _doubts++;
            foreach (var link in links)
                link.BeginDoubt(_doubts);
            _wheel.Set(new Deadline(new Grace(this, links, _doubts)), Options.PeerGrace);
        }
    }

    /// <summary>Callers with open calls that have been silent for that long.</summary>
    public List<Jid> Silent(TimeSpan span)
    {
        lock (_lock)
            return [.. _links.All.Where(link => link.Doubt == 0 && Since(link) >= span && link.HasOpenCalls).Select(link => link.Caller).Distinct()];
    }

    /// <summary>Callers with calls that are open or whose end they may not have got.</summary>
    public List<Jid> Busy()
    {
        lock (_lock)
            return [.. _links.All.Where(link => !link.IsEmpty).Select(link => link.Caller).Distinct()];
    }

    /// <summary>The caller has shown that it lives.</summary>
    public void Heard(Jid caller)
    {
        lock (_lock)
            foreach (var link in _links.Of(caller))
                link.Heard(caller, _wheel.Lately);
    }

    /// <summary>Our own session is another one, and what was on the way is lost: says again how each call stands that its caller has not settled.</summary>
    public void SendAgain()
    {
        List<ActiveCall> calls;
        lock (_lock)
            calls = [.. _links.All.SelectMany(link => link.Calls)];
        foreach (var call in calls)
            if (_batcher.QueuedBytes <= Options.MaxQueuedBytes)
                Repeat(call);
    }

    /// <summary>Takes no further call, cancels none; completes when those that run have ended.</summary>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            _draining = true;
            if (_running == 0 && _streaming == 0 && _waiting.Count == 0)
                return Task.CompletedTask;
            return (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Breaks off what still runs: the endpoint ends.</summary>
    public void CloseAll()
    {
        foreach (var call in OpenWhere(_ => true))
            call.Close();
    }

    public void Sweep(TimeSpan idle)
    {
        lock (_lock)
        {
            foreach (var link in _links.All)
                link.ForgetExpired(Now);
            // A caller sends nothing again on a link that was silent for half as long.
            _links.ForgetWhere(link => link.IsEmpty && link.IsGone || Since(link) >= idle && !link.HasOpenCalls);
        }
        _limits.Sweep();
    }

    /// <summary>Sends a frame that is not the call's last.</summary>
    public void Send(ActiveCall call, CallBoundFrame frame) => Answer(call.ReplyTo, call.Frame, frame);

    /// <summary>The sending half of a stream.</summary>
    public OutgoingStream NewDownload(ActiveCall call, ItemSource source) => new(call, isUpload: false, source, call.Served.Method.StreamSettings, _streams, _wheel);

    /// <summary>The receiving half of a stream that comes with a call.</summary>
    public IncomingStream NewUpload(ActiveCall call)
    {
        var settings = call.Served.Method.StreamSettings;
        return new IncomingStream(call, isUpload: true, new Credit(settings.Window, settings.WindowBytes), _streams, _wheel);
    }

    public void ClearDeadline(ActiveCall call) => call.Disarm(_wheel);

    /// <summary>The call has its last frame.</summary>
    public void OnSettled(ActiveCall call, CallBoundFrame last)
    {
        call.Disarm(_wheel);
        lock (_lock)
        {
            _open.Remove(call);
            _links.Find(call.Caller, call.Id.Scope)?.Keep(call, last);
            call.IsEndKnown = true;
        }
        Answer(call.ReplyTo, call.Frame, last);
    }

    /// <summary>An implementation has returned: the next call may start.</summary>
    public void OnReturned(ActiveCall call)
    {
        call.Budget.Leave(call.IsStream);
        ActiveCall? next;
        lock (_lock)
        {
            next = call.IsStream ? null : _waiting.TryDequeue();
            if (next is not null)
                _waitingBytes -= next.ArgumentBytes;
            else if (call.IsStream)
                _streaming--;
            else
                _running--;
            if (_running == 0 && _streaming == 0)
                _drained?.TrySetResult();
        }
        if (next is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static call => call.Run(), next, preferLocal: false);
    }

    private void Admit(Jid from, CallFrame frame, HandOver work)
    {
        if (!IsKnown(from, frame, isWhole: true) && Served(from, frame, isWhole: true) is { } served)
            Enter(new ActiveCall(this, from, frame, served, _limits.Of(from)), work);
    }

    /// <summary>The method that is called, if that caller may call it here; else the call is refused.</summary>
    private ServedMethod? Served(Jid from, CallFrame frame, bool isWhole)
    {
        var served = _contracts.Find(frame.Path, frame.Version) ?? (_contracts.Versions(frame.Path) is [var newest, ..] ? newest : null);
        // To a stranger that may call nothing, what exists and what does not look alike.
        var access = served is not null ? Authorization.Of(from, served) : Authorization.IsOwnDomain(from) ? Access.Allowed : _contracts.Of(from);
        if (access == Access.Denied)
            Refuse(from, frame, RpcStatus.PermissionDenied, $"{from.Bare} may not call {frame.Path} here.");
        else if (access == Access.NotYet)
            Refuse(from, frame, RpcStatus.Unavailable, "Who may call is not known here yet.", retryAfter: RetryAfter);
        else if (served is null)
            Refuse(from, frame, RpcStatus.Unimplemented, $"{frame.Path} is not served here.", FrameNames.UnknownMethod);
        else if (isWhole && served.Method.Version != frame.Version)
            Refuse(from, frame, RpcStatus.Unimplemented, $"{served.Method.Contract} is served in version {string.Join(" and ", _contracts.Versions(frame.Path).Select(other => other.Method.Version))}, not {frame.Version}.", FrameNames.UnknownMethod);
        else if (!frame.Id.IsVolatile)
            Refuse(from, frame, RpcStatus.Unimplemented, "Only volatile calls are taken here: the call id must be link.number.", FrameNames.Unsupported);
        else if (!frame.Id.Scope.StartsWith(Instance, StringComparison.Ordinal))
            Refuse(from, frame, RpcStatus.Unavailable, "The call was meant for another instance.", FrameNames.WrongInstance);
        else if (isWhole && (served.Method.Kind == Contracts.RpcMethodKind.Stream) != frame.Credit is not null)
            Refuse(from, frame, RpcStatus.InvalidArgument, $"{frame.Path} {(frame.Credit is null ? "is a stream and needs credit" : "is no stream")}.", FrameNames.BadFrame);
        else if (isWhole && served.Method.HasUpload != frame.HasUpload)
            Refuse(from, frame, RpcStatus.InvalidArgument, $"{frame.Path} {(frame.HasUpload ? "takes no stream" : "takes a stream, which the call does not have")}.", FrameNames.BadFrame);
        else
            return served;
        return null;
    }

    private void Enter(ActiveCall call, HandOver work)
    {
        Refusal? busy = null;
        var wasCanceled = false;
        lock (_lock)
        {
            var link = _links.Find(call.Caller, call.Id.Scope);
            if (_canceled.Contains(call.Caller, call.Id))
                wasCanceled = true;
            else if (_batcher.QueuedBytes > Options.MaxQueuedBytes)
                busy = new("Too much waits to be sent.", RetryAfter);
            else if (_draining)
                busy = new("This endpoint is closing.", null);
            else if (link is null ? !_links.HasRoomFor(call.Budget) : link.IsFull)
                busy = new("Too many calls are remembered for their callers.", RetryAfter);
            else if (call.IsStream && _streaming >= Options.MaxStreams)
                busy = new("Too many streams are open.", RetryAfter);
            else if (!call.IsStream && _running >= Options.MaxConcurrentCalls && (_waiting.Count >= Options.MaxWaitingCalls || _waitingBytes + call.Frame.Arguments.Length > Options.MaxWaitingBytes))
                busy = new("Too many calls wait for their turn.", RetryAfter);
            else if (call.Budget.Enter(call.IsStream) is { } refusal)
                busy = refusal;
            else if (call.IsStream)
            {
                // A stream lasts: it takes no place from calls that end.
                _streaming++;
                work.Add(call);
            }
            else if (_running < Options.MaxConcurrentCalls)
            {
                _running++;
                work.Add(call);
            }
            else
            {
                _waitingBytes += call.ArgumentBytes;
                _waiting.Enqueue(call);
            }
            if (wasCanceled || busy is not null)
                link?.Close(call.Id.Number);
            else
            {
                link ??= _links.Add(call.Caller, call.Budget, call.Id.Scope);
                link.Heard(call.Caller, _wheel.Lately);
                link.Add(call);
                _open.Add(call);
                // Before another thread can start it, or the deadline would outlive the call.
                call.Arm(_wheel);
            }
        }
        if (wasCanceled)
            Refuse(call.Caller, call.Frame, RpcStatus.Canceled, "The call was cancelled before it came.");
        else if (busy is not null)
            Refuse(call.Caller, call.Frame, RpcStatus.ResourceExhausted, busy.Message, _draining ? FrameNames.Draining : FrameNames.Busy, busy.RetryAfter);
    }

    /// <summary>
    /// Whether the call came before, which is asked first of all: one that has run, or runs, must not be refused as one that has not. Its caller is told again how it stands;
    /// one that is over for its caller is dropped.
    /// </summary>
    private bool IsKnown(Jid from, CallFrame frame, bool isWhole)
    {
        ActiveCall? earlier;
        lock (_lock)
        {
            if (_links.Find(from, frame.Id.Scope) is not { } link)
                return false;
            link.Heard(from, _wheel.Lately);
            if (link.IsOver(frame.Id.Number))
                return true;
            earlier = link.Find(frame.Id.Number);
            if (earlier is null)
                return false;
            earlier.ReplyTo = from;
        }
        if (!_limits.MayAnswer(from))
            return true;
        if (isWhole && !earlier.IsSameCall(frame))
            Refuse(from, frame, RpcStatus.AlreadyExists, $"The id of this call is that of another one, of {earlier.Frame.Path}.", FrameNames.CallIdReused);
        else if (_batcher.QueuedBytes <= Options.MaxQueuedBytes)
            Repeat(earlier);
        return true;
    }

    /// <summary>Says again how a call stands: its end, unless that just leaves, or that it is under way; and asks for what its streams lack.</summary>
    private void Repeat(ActiveCall call)
    {
        if (!call.IsEndKnown)
            call.Repeat();
        else if (call.Download is { } download)
            download.Resume(1, call.Frame.Credit!.Value);
        else if (call.KeptReply is not { IsQueued: true })
            Answer(call.ReplyTo, call.Frame, call.KeptReply ?? Expired(call.Id));
    }

    private static FaultFrame Expired(CallId id) => new(id, RpcStatus.FailedPrecondition, "The call has run, its reply is no longer kept.") { Code = FrameNames.ReplyExpired, Ran = true };

    private void Cancel(Jid from, CallId id)
    {
        ActiveCall? call;
        lock (_lock)
        {
            var link = _links.Find(from, id.Scope);
            // A process that has just taken the caller's place cancels streams it does not know: that does not show that the caller is back.
            if (link is { Doubt: 0 })
                link.Heard(from, _wheel.Lately);
            call = link?.Find(id.Number);
            if (call is null)
            {
                // It may have overtaken its call.
                if (link is not null)
                    link.Close(id.Number);
                else if (_contracts.IsVisibleTo(from))
                    _canceled.Add(from, id);
                return;
            }
        }
        call.Cancel();
    }

    /// <summary>The call a frame of a stream is for; one that nobody knows here is told to whoever may know that.</summary>
    private ActiveCall? FindOrTell(Jid from, CallBoundFrame frame)
    {
        lock (_lock)
        {
            var link = _links.Find(from, frame.Id.Scope);
            link?.Heard(from, _wheel.Lately);
            if (link?.Find(frame.Id.Number) is { } call)
            {
                call.ReplyTo = from;
                return call;
            }
            if (link is not null && link.IsOver(frame.Id.Number) || !_contracts.IsVisibleTo(from) || _batcher.QueuedBytes > Options.MaxQueuedBytes)
                return null;
        }
        if (!_limits.MayAnswer(from))
            return null;
        var ours = frame.Id.Scope.StartsWith(Instance, StringComparison.Ordinal);
        _batcher.Append(from, new FaultFrame(frame.Id, RpcStatus.Unavailable, ours ? "The call is not known here." : "The call was meant for another instance.")
        {
            Code = ours ? FrameNames.UnknownCall : FrameNames.WrongInstance,
        });
        return null;
    }

    private void Refuse(Jid from, CallFrame frame, RpcStatus status, string message, string? code = null, TimeSpan? retryAfter = null)
    {
        if (!_limits.MayAnswer(from))
            return;
        Log.CallRefused(PlainText.Of(frame.Path)!, frame.Id.ToCallId(), PlainText.Of(from.ToString())!, status);
        if (_batcher.QueuedBytes <= 2 * Options.MaxQueuedBytes)
            Answer(from, frame, new FaultFrame(frame.Id, status, message) { Code = code, RetryAfter = retryAfter is { } wait ? (long)Math.Ceiling(wait.TotalMilliseconds) : null, Ran = code == FrameNames.WrongInstance ? null : false });
    }

    private void Answer(Jid to, CallFrame frame, CallBoundFrame answer)
    {
        if (!frame.IsOneWay)
            _batcher.Append(to, answer);
    }

    private void CancelWhere(Func<ActiveCall, bool> condition)
    {
        foreach (var call in OpenWhere(condition))
            call.Cancel();
    }

    private TimeSpan Since(CallerLink link) => TimeSpan.FromMilliseconds(_wheel.Now - link.UsedAt);

    private List<ActiveCall> OpenWhere(Func<ActiveCall, bool> condition)
    {
        lock (_lock)
            return [.. _open.Where(condition)];
    }

    private void GiveUp(List<CallerLink> links, int doubt)
    {
        List<ActiveCall> calls;
        lock (_lock)
        {
            links.RemoveAll(link => link.Doubt != doubt);
            foreach (var link in links)
                link.IsGone = true;
            calls = [.. links.SelectMany(link => link.Calls).Where(call => !call.IsSettled)];
        }
        foreach (var call in calls)
            call.CallerLost();
    }

    private sealed class Grace(ActiveCalls calls, List<CallerLink> links, int doubt) : IExpires
    {
        public void Expire() => calls.GiveUp(links, doubt);
    }
}
