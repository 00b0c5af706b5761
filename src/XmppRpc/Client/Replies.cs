using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Contracts;
using XmppRpc.Frames;

namespace XmppRpc.Client;

/// <summary>Reads what a callee answered.</summary>
internal static class Replies
{
    // A day: what a peer says must not become a time that no clock here can hold.
    private const long MaxRetryAfter = 24L * 60 * 60 * 1000;

    /// <summary>Ends a task as cancelled or as failed, whichever the exception says.</summary>
    public static void Fail<T>(this TaskCompletionSource<T> completion, Exception error)
    {
        if (error is OperationCanceledException canceled)
            completion.TrySetCanceled(canceled.CancellationToken);
        else
            completion.TrySetException(error);
    }

    /// <summary>The result of a reply, or the exception a fault stands for.</summary>
    public static T Result<T>(PendingCall call, CallBoundFrame last, JsonTypeInfo<T>? result)
    {
        if (last is FaultFrame fault)
            throw Fault(call, fault);
        if (result is null)
            return default!;
        try
        {
            return JsonSerializer.Deserialize(((ReplyFrame)last).Result.Span, result)!;
        }
        catch (Exception e)
        {
            // Constructors and converters of the user's types run in here, and may throw what they like.
            throw Unreadable(call, typeof(T), e);
        }
    }

    public static RpcException Unreadable(PendingCall call, Type type, Exception inner) =>
        new(RpcStatus.Internal, $"{call.Request.Method} at {call.Peer} answered what cannot be read as {type.Name}. Do both sides have the same version of the contract and its types?", inner)
        {
            Remote = call.Peer,
            CallId = call.Id.ToCallId(),
            Outcome = RpcOutcome.Executed,
        };

    public static RpcException Fault(PendingCall call, FaultFrame fault)
    {
        var message = PlainText.Of(fault.Message) is { Length: > 0 } text ? text : $"{call.Request.Method} at {call.Peer} failed with {fault.Status}.";
        var outcome = fault.Ran switch
        {
            true => RpcOutcome.Executed,
            false when !(call.IsRepeated && IsOfTheMoment(fault)) => RpcOutcome.NotExecuted,
            _ => RpcOutcome.Unknown,
        };
        TimeSpan? retryAfter = fault.RetryAfter is { } wait ? TimeSpan.FromMilliseconds(Math.Min(wait, MaxRetryAfter)) : null;
        if (fault.Status == RpcStatus.DeadlineExceeded)
            return new RpcTimeoutException($"{call.Request.Method} at {call.Peer} was not answered in time: {message}") { Code = fault.Code, Remote = call.Peer, CallId = call.Id.ToCallId(), Outcome = outcome, RetryAfter = retryAfter };
        return Declared(call, fault, new FaultReport(message, fault.Detail, call.Peer, call.Id.ToCallId(), outcome, retryAfter))
            ?? new RpcException(fault.Status, message) { Code = fault.Code, Detail = Detail(fault), Remote = call.Peer, CallId = call.Id.ToCallId(), Outcome = outcome, RetryAfter = retryAfter };
    }

    // Room that one copy of a call did not find another may have found.
    private static bool IsOfTheMoment(FaultFrame fault) => fault.Status == RpcStatus.ResourceExhausted || fault.Code is FrameNames.Busy or FrameNames.Draining or FrameNames.TooLarge;

    // Null too where the detail cannot be read: the plain exception then has it as JSON.
    private static RpcException? Declared(PendingCall call, FaultFrame fault, FaultReport report)
    {
        if (fault.Status != RpcStatus.Fault || fault.Detail.IsEmpty)
            return null;
        foreach (var declared in call.Request.Method.Faults)
            if (string.Equals(declared.Code, fault.Code, StringComparison.Ordinal))
                return declared.Read(report);
        return null;
    }

    private static JsonElement? Detail(FaultFrame fault)
    {
        if (fault.Detail.IsEmpty)
            return null;
        using var document = JsonDocument.Parse(fault.Detail);
        return document.RootElement.Clone();
    }
}
