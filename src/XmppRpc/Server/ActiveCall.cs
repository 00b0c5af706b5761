using System.Diagnostics;
using System.Security.Claims;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Streams;
using XmppRpc.Timing;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>
/// One received call from its admission to its last frame, and the context its implementation sees. Exceptions of implementations end here.
/// </summary>
internal sealed class ActiveCall(ActiveCalls calls, Jid caller, CallFrame frame, ServedMethod served, CallerBudget budget) : RpcContext, IHandedOver, IExpires, ICallInputs, IStreamSender, IStreamReceiver
{
    private const int Waiting = 0, Deciding = 1, Running = 2, Refused = 3;
    private readonly CancellationTokenSource _cancellation = new();
    private Deadline? _deadline;
    private ProgressReporter? _progress;
    private Dictionary<string, string>? _responseHeaders;
    private Dictionary<object, object?>? _items;
    private Jid? _replyTo;
    private ClaimsPrincipal? _user;
    private string? _token;
    private bool _isLate;
    private bool _isClosing;
    private int _start;
    private int _settled;

    public CallId Id => frame.Id;

    public CallFrame Frame => frame;

    public ServedMethod Served => served;

    /// <summary>What its caller may have; it has a place in there.</summary>
    public CallerBudget Budget => budget;

    /// <summary>Whether a stream belongs to it, of either direction.</summary>
    public bool IsStream => served.Method.Kind == RpcMethodKind.Stream || served.Method.HasUpload;

    public override Jid Caller => caller;

    public override ClaimsPrincipal User => LazyInitializer.EnsureInitialized(ref _user, () => calls.Authorization.PrincipalOf(caller));

    public override RpcCallId CallId => frame.Id.ToCallId();

    public override string Contract => served.Method.Contract;

    public override string Method => served.Method.Name;

    public override DateTimeOffset? Deadline { get; } = frame.TimeToLive is { } left ? calls.Now.AddMilliseconds(left) : null;

    public override IReadOnlyDictionary<string, string> Headers => frame.Headers;

    public override IDictionary<string, string> ResponseHeaders => LazyInitializer.EnsureInitialized(ref _responseHeaders, static () => new(StringComparer.Ordinal));

    public override IDictionary<object, object?> Items => LazyInitializer.EnsureInitialized(ref _items, static () => []);

    public override bool IsRedelivery => frame.Attempt > 0;

    public override CancellationToken Cancellation => _cancellation.Token;

    public bool IsSettled => Volatile.Read(ref _settled) != 0;

    /// <summary>Where its answers go: the address the last frame of the caller came from.</summary>
    public Jid ReplyTo { get => Volatile.Read(ref _replyTo) ?? caller; set => Volatile.Write(ref _replyTo, value); }

    /// <summary>The stream it sends, once it does, until that is no longer kept.</summary>
    public OutgoingStream? Download { get; set; }

    /// <summary>The stream it gets.</summary>
    public IncomingStream? Upload { get; private set; }

    /// <summary>Its last frame is what it stays, and is kept if there was room.</summary>
    public bool IsEndKnown { get; set; }

    /// <summary>Its answer was promised for later.</summary>
    public bool WasDeferred => _token is not null;

    /// <summary>Bytes of its arguments when it came.</summary>
    public int ArgumentBytes { get; } = frame.Arguments.Length;

    /// <summary>What is kept of it once it is settled.</summary>
    public long KeptBytes { get; set; }

    /// <summary>The last frame, while it is kept for a caller that asks again.</summary>
    public CallBoundFrame? KeptReply { get; set; }

    public void Arm(DeadlineWheel wheel)
    {
        if (frame.TimeToLive is { } left)
            wheel.Set(_deadline = new Deadline(this), TimeSpan.FromMilliseconds(left));
    }

    public void Disarm(DeadlineWheel wheel)
    {
        if (_deadline is { } deadline)
            wheel.Clear(deadline);
    }

    public void Run()
    {
        if (Interlocked.CompareExchange(ref _start, served.Access.Policies.Count > 0 ? Deciding : Running, Waiting) == Waiting)
            _ = RunAsync();
        else
            calls.OnReturned(this);
    }

    /// <summary>The caller gives up, or is gone. What has not started never will.</summary>
    public void Cancel()
    {
        if (TryRefuse())
            Settle(BrokenOff(" before it started", ran: false));
        else if (_token is { } token && calls.Deferred.Forget(token))
            Settle(BrokenOff("", ran: _isClosing ? null : true));
        _ = _cancellation.CancelAsync();
    }

    /// <summary>This endpoint ends. The caller has cancelled nothing, and is told so.</summary>
    public void Close()
    {
        _isClosing = true;
        Cancel();
    }

    /// <summary>The caller does not come back: nobody waits, and nothing more comes.</summary>
    public void CallerLost()
    {
        Upload?.Complete(new RpcStreamInterruptedException($"{caller} is gone; its stream to {served.Method} broke after item {Upload.Received}.", Upload.Received) { Remote = caller });
        Cancel();
    }

    /// <summary>Whether a frame with the same id is the same call.</summary>
    public bool IsSameCall(CallFrame other) => string.Equals(frame.Path, other.Path, StringComparison.Ordinal) && frame.HasSameArguments(other);

    /// <summary>The caller has doubts: says that the call is here, and shows what its streams lack.</summary>
    public void Repeat()
    {
        Acknowledge(_token is not null);
        Upload?.Resume();
        Download?.Resume(1, frame.Credit!.Value);
    }

    /// <summary>Sends again what of its stream is asked for; false if that is no longer kept.</summary>
    public bool Resume(long from, Credit credit)
    {
        Download?.Resume(from, credit);
        return Download is not null || !IsSettled;
    }

    /// <summary>The caller sends more than it may, or counts wrong.</summary>
    void IStreamReceiver.OnBroken(string reason)
    {
        Upload?.Complete(new RpcStreamInterruptedException($"The stream of {caller} to {served.Method} broke after item {Upload.Received}: {reason}", Upload.Received) { Remote = caller });
        if (Settle(Failure(RpcStatus.InvalidArgument, $"The call's stream cannot be taken: {reason}.", ran: null, FrameNames.BadFrame)))
            _ = _cancellation.CancelAsync();
    }

    /// <summary>The caller takes nothing of the stream any more, and says nothing.</summary>
    void IStreamSender.OnSilence() => Cancel();

    void IStreamSender.Send(CallBoundFrame next) => calls.Send(this, next);

    void IStreamReceiver.Send(CallBoundFrame next) => calls.Send(this, next);

    IAsyncEnumerable<T> ICallInputs.ReadStream<T>(JsonTypeInfo<T> item) => new UploadedItems<T>(Upload ?? throw new InvalidOperationException($"{served.Method} has no stream of its caller."), item, Cancellation);

    public override void Report(RpcProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        if (MayReport)
            Progress.Report(progress);
    }

    /// <summary>Whether anybody is told of progress.</summary>
    public bool MayReport => !frame.IsOneWay && !IsSettled;

    public ProgressReporter Progress => LazyInitializer.EnsureInitialized(ref _progress, () => new ProgressReporter(this, calls));

    IProgress<T> ICallInputs.Progress<T>(JsonTypeInfo<T> value) => new ValueReporter<T>(this, calls, value);

    string? ICallInputs.Header(string name) => frame.Headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>Sends the result, unless the call has ended.</summary>
    public void Reply(byte[] result)
    {
        RpcHeaders headers;
        try
        {
            headers = RpcHeaders.Of(_responseHeaders);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // Also where something still writes to them.
            calls.Log.BadResponseHeaders(e, served.Method.Path, CallId);
            Settle(Unexpected(e));
            return;
        }
        Settle(result.Length + headers.MaxBytes + Frames.Frame.MaxOverhead <= calls.Options.MaxFrameBytes
            ? new ReplyFrame(Id, result) { Headers = headers }
            : Failure(RpcStatus.ResourceExhausted, $"The result takes {result.Length} bytes, more than RpcEndpointOptions.MaxFrameBytes of the callee allows. Ask for less, or for a stream.", ran: true, FrameNames.TooLarge));
    }

    /// <summary>Sends the failure that an exception stands for, unless the call has ended.</summary>
    public bool Fail(Exception error) => Settle(ToFault(error));

    /// <summary>Ends a stream.</summary>
    public void End(long items) => Settle(new EndFrame(Id, isUpload: false, items));

    /// <summary>The implementation has promised an answer: the caller is told, unless it has it already.</summary>
    public void Acknowledge(bool deferred)
    {
        if (deferred)
            calls.ClearDeadline(this);
        if (!IsSettled)
            calls.Send(this, new AckFrame(Id, deferred, calls.Instance) { Credit = Upload?.Credit });
    }

    public void Expired(string token)
    {
        if (calls.Deferred.Forget(token))
            Settle(Failure(RpcStatus.DeadlineExceeded, "The callee's promise to answer expired.", ran: true, FrameNames.ReplyExpired));
    }

    // Once it is answered, or promised for later, nobody waits by that clock.
    internal override TimeSpan? TimeLeft => Deadline is { } deadline && !IsSettled && _token is null ? deadline - calls.Now is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero : null;

    internal override RpcInvoker InvokerToCaller() => calls.InvokerTo(ReplyTo);

    internal override string Defer(Type result, TimeSpan? expires)
    {
        if (_token is not null)
            throw new InvalidOperationException($"{served.Method} has promised its answer already. Use the first ticket.");
        _token = calls.Deferred.Add(this, result, expires);
        // Nobody waits for the answer of a call that has ended, or takes the ticket of one that was cancelled before it.
        if (IsSettled || Cancellation.IsCancellationRequested)
            calls.Deferred.Forget(_token);
        Cancellation.ThrowIfCancellationRequested();
        return _token;
    }

    void IExpires.Expire()
    {
        _isLate = true;
        if (TryRefuse())
            Settle(Failure(RpcStatus.DeadlineExceeded, "The deadline passed before the call started.", ran: false));
        _ = _cancellation.CancelAsync();
    }

    private async Task RunAsync()
    {
        using var span = RpcTelemetry.BeginServing(served.Method.Contract, served.Method.Name, frame.TraceParent);
        try
        {
            Current = this;
            if (served.Access.Policies.Count == 0 || await IsLetInAsync().ConfigureAwait(false))
                await InvokeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            span?.SetStatus(ActivityStatusCode.Error);
            Fail(e);
        }
        calls.OnReturned(this);
    }

    private void BeginUpload()
    {
        Upload = calls.NewUpload(this);
        Upload.Begin();
        Acknowledge(deferred: false);
    }

    private ValueTask InvokeAsync() => calls.Options.ServerInterceptors is { Count: > 0 } interceptors ? new ServerChain(this, interceptors, DispatchAsync).RunAsync() : DispatchAsync();

    private ValueTask DispatchAsync()
    {
        if (frame.HasUpload)
            BeginUpload();
        return served.Dispatcher.DispatchAsync(served.Index, new RpcArgumentReader(frame.Arguments) { Inputs = this }, new Responder(this, calls), Cancellation);
    }

    /// <summary>Asks the policies; false if one denies, or the call was cancelled meanwhile.</summary>
    private async ValueTask<bool> IsLetInAsync()
    {
        if (await calls.Authorization.AskPoliciesAsync(served, this).ConfigureAwait(false))
            return Interlocked.CompareExchange(ref _start, Running, Deciding) == Deciding;
        if (TryRefuse())
        {
            calls.Log.CallRefused(served.Method.Path, CallId, PlainText.Of(caller.ToString())!, RpcStatus.PermissionDenied);
            Settle(Failure(RpcStatus.PermissionDenied, $"{caller.Bare} may not call {frame.Path} here.", ran: false));
        }
        return false;
    }

    /// <summary>True for the one who keeps it from starting.</summary>
    private bool TryRefuse() => Interlocked.CompareExchange(ref _start, Refused, Waiting) == Waiting || Interlocked.CompareExchange(ref _start, Refused, Deciding) == Deciding;

    private bool Settle(CallBoundFrame last)
    {
        if (Interlocked.Exchange(ref _settled, 1) != 0)
            return false;
        _progress?.Stop();
        Upload?.Abandon(new OperationCanceledException("The call has ended."));
        Download?.Finish(last);
        if (_token is { } token)
            calls.Deferred.Forget(token);
        calls.OnSettled(this, last);
        frame.ForgetArguments();
        return true;
    }

    private FaultFrame ToFault(Exception error)
    {
        switch (error)
        {
            case OperationCanceledException when _cancellation.IsCancellationRequested:
            // A call that it made had no more time than this one.
            case RpcTimeoutException when _isLate:
                // It was broken off somewhere: nobody can say what it has done.
                return _isLate
                    ? Failure(RpcStatus.DeadlineExceeded, "The deadline passed while the call was running.", ran: null)
                    : BrokenOff("", ran: null);
            // What a peer of the implementation answered is not the implementation's own word.
            case RpcException { Remote: null } own:
                calls.Log.CallRefused(served.Method.Path, CallId, PlainText.Of(caller.ToString())!, own.Status);
                return OwnFaults.Of(this, calls, own);
            default:
                calls.Log.CallFailed(error, served.Method.Path, CallId, PlainText.Of(caller.ToString())!);
                return Unexpected(error);
        }
    }

    private FaultFrame BrokenOff(string when, bool? ran) => _isClosing
        ? Failure(RpcStatus.Unavailable, $"The callee was closed and broke the call off{when}.", ran, FrameNames.Draining)
        : Failure(RpcStatus.Canceled, $"The call was cancelled{when}.", ran);

    private FaultFrame Unexpected(Exception error) => Failure(RpcStatus.Internal, calls.Options.ExceptionDetails
        ? $"{error.GetType().Name}: {error.Message}"
        : $"The implementation of {served.Method.Path} failed. Its log has the reason under call id {CallId}.", ran: true);

    private FaultFrame Failure(RpcStatus status, string message, bool? ran, string? code = null) => new(Id, status, message) { Code = code, Ran = ran, ItemsBefore = Download?.ItemsSent };
}
