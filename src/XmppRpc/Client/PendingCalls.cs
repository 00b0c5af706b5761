using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Streams;
using XmppRpc.Timing;

namespace XmppRpc.Client;

/// <summary>
/// All calls that this endpoint has made and that are not settled. A call starts here: armed with its deadline, led to a link, queued as a frame.
/// Its replies are brought here, and it is timed out, cancelled and failed here.
/// </summary>
internal sealed class PendingCalls(FrameBatcher batcher, DeadlineWheel wheel, RpcEndpointOptions options, ILogger? log = null)
{
    private static readonly TimeSpan LongestPatience = TimeSpan.FromMinutes(1);

    // A quarter of what the callee remembers for: its memory of a call must not end between two times that it is sent.
    private readonly double _longestPatience = Math.Max(options.PeerSilence.TotalMilliseconds, Math.Min(LongestPatience.TotalMilliseconds, (options.LinkRetention / 4).TotalMilliseconds));
    private readonly StreamLimits _streams = StreamLimits.Of(options);
    private int _count;

    public ILogger Log { get; } = log ?? NullLogger.Instance;

    /// <summary>Milliseconds on the clock by which it is noted when calls were sent and heard.</summary>
    public long Lately => wheel.Lately;

    public int Count => Volatile.Read(ref _count);

    /// <summary>After how many milliseconds of silence a call is sent again that was sent again so often.</summary>
    public double PatienceAfter(int attempt) => Math.Min(_longestPatience, options.PeerSilence.TotalMilliseconds * (1L << Math.Min(attempt, 30)));

    /// <summary>Starts a call; whatever happens is told to the call.</summary>
    public void Start(PendingCall call, Targets targets, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _count) > options.MaxPendingCalls)
        {
            Refuse(call, $"{options.MaxPendingCalls} calls are open. Await some first, or raise RpcEndpointOptions.MaxPendingCalls.");
            return;
        }
        if (call.Request.PayloadBytes + Frame.MaxOverhead > options.MaxFrameBytes)
        {
            Refuse(call, $"Arguments and headers of {call.Request.Method} take {call.Request.PayloadBytes} bytes, more than RpcEndpointOptions.MaxFrameBytes ({options.MaxFrameBytes}) allows. Send less at a time.", FrameNames.TooLarge);
            return;
        }
        if (batcher.QueuedBytes > options.MaxQueuedBytes)
        {
            Refuse(call, $"{batcher.QueuedBytes} bytes wait to be sent: the XMPP server takes them slowly, or the connection is being restored. Call less at a time, or raise RpcEndpointOptions.MaxQueuedBytes ({options.MaxQueuedBytes}).");
            return;
        }
        call.Arm(wheel, cancellationToken);
        if (targets.TryGet(call.Request) is { } link && TryLaunch(call, link))
            return;
        if (!call.IsSettled)
            _ = FindAndLaunchAsync(call, targets);
    }

    /// <summary>Takes a frame of the link's peer; false if its call is not open. What ends a call, and so may run user code, is added to the work; the rest is noted here, in order.</summary>
    public static bool Receive(Link link, CallBoundFrame frame, HandOver work)
    {
        if (link.Find(frame.Id.Number) is not { } call)
            return false;
        call.Heard(frame);
        call.Request.Extras?.Hear(link.Peer, frame);
        if (!call.IsLast(frame))
            call.Note(frame);
        else if (call.TrySettle())
            work.Add(call.CompletedBy(frame));
        return true;
    }

    /// <summary>Closes a link whose peer is gone, and ends all its calls.</summary>
    public static void FailAll(Link link, Func<PendingCall, RpcException> error)
    {
        foreach (var call in link.Close())
            Fail(call, error(call));
    }

    public static void Fail(PendingCall call, RpcException error)
    {
        if (!call.TrySettle())
            return;
        var sent = call.WasSent();
        FailLater(call, new RpcException(error.Status, error.Message, error.InnerException)
        {
            Code = error.Code,
            Remote = call.Peer ?? error.Remote ?? call.Request.Target,
            CallId = call.CallId,
            Outcome = sent ? RpcOutcome.Unknown : RpcOutcome.NotExecuted,
        });
    }

    public static RpcException ConnectionLost(PendingCall call, Exception reason) => new(RpcStatus.Unavailable, reason is ObjectDisposedException
        ? $"{call.Request.Method} was given up: the endpoint that called was disposed."
        : $"The connection to the XMPP server ended during {call.Request.Method}: {reason.Message}", reason);

    /// <summary>Completes a settled call on the pool, as the caller's code may run.</summary>
    public static void FailLater(PendingCall call, Exception error) => ThreadPool.UnsafeQueueUserWorkItem(static state => state.call.Fail(state.error), (call, error), preferLocal: false);

    public void SendCancel(PendingCall call)
    {
        if (call is { Peer: { } peer } and not OneWayCall)
            batcher.Append(peer, new CancelFrame(call.Id));
    }

    /// <summary>The receiving half of a stream that the callee sends.</summary>
    public IncomingStream NewDownload(IStreamReceiver call, Credit window) => new(call, isUpload: false, window, _streams, wheel);

    /// <summary>The stream that goes with a call.</summary>
    public Upload NewUpload(PendingCall call) => new(call, upload => new OutgoingStream(upload, isUpload: true, call.Request.Upload!, call.Request.Method.StreamSettings, _streams, wheel));

    public void Send(PendingCall call, CallBoundFrame frame)
    {
        if (call.Link is not { } link)
            return;
        frame.StanzaLimit = link.Info.MaxStanzaBytes;
        batcher.Append(link.Peer, frame);
    }

    /// <summary>The callee has the call and takes its time: the deadline no longer counts.</summary>
    public void ClearDeadline(PendingCall call) => call.ClearDeadline(wheel);

    /// <summary>The caller no longer waits, so neither its token nor the deadline ends the call.</summary>
    public void Disarm(PendingCall call) => call.Disarm(wheel);

    public void OnSettled(PendingCall call, Link? link)
    {
        Interlocked.Decrement(ref _count);
        call.Disarm(wheel);
        link?.Settle(call.Id.Number);
    }

    private async Task FindAndLaunchAsync(PendingCall call, Targets targets)
    {
        try
        {
            var search = call.BeginSearch();
            while (!TryLaunch(call, await targets.FindAsync(call.Request, search).ConfigureAwait(false)))
            {
                // The peer went between being found and being called: nothing was sent.
            }
        }
        catch (Exception e)
        {
            if (e is not RpcException error)
                Fail(call, ConnectionLost(call, e));
            else if (call.TrySettle())
                FailLater(call, error);
        }
    }

    /// <summary>Sends the call, or refuses it; false if the link was closed meanwhile.</summary>
    private bool TryLaunch(PendingCall call, Link link)
    {
        if (link.OpenCalls >= options.MaxPendingCallsPerPeer)
        {
            Refuse(call, $"{options.MaxPendingCallsPerPeer} calls to {link.Peer} are open. Await some first, or raise RpcEndpointOptions.MaxPendingCallsPerPeer.");
            return true;
        }
        if (link.TryAdd(call) is not { } id)
            return false;
        var frame = new OutgoingCall(id, call, wheel) { StanzaLimit = link.Info.MaxStanzaBytes };
        call.Bind(link, id, frame);
        if (call.IsSettled)
            link.Settle(id.Number);
        else
            batcher.Append(link.Peer, frame);
        return true;
    }

    private static void Refuse(PendingCall call, string message, string? code = null)
    {
        if (call.TrySettle())
            FailLater(call, Exhausted(call, message, code));
    }

    private static RpcException Exhausted(PendingCall call, string message, string? code = null) =>
        new(RpcStatus.ResourceExhausted, message) { Code = code, Remote = call.Request.Target, Outcome = RpcOutcome.NotExecuted };
}
