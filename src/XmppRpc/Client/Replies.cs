using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Frames;

namespace XmppRpc.Client;

/// <summary>Reads what a callee answered.</summary>
internal static class Replies
{
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
        var outcome = fault.Ran switch { true => RpcOutcome.Executed, false => RpcOutcome.NotExecuted, null => RpcOutcome.Unknown };
        return fault.Status == RpcStatus.DeadlineExceeded
            ? new RpcTimeoutException($"{call.Request.Method} at {call.Peer} was not answered in time: {message}") { Code = fault.Code, Remote = call.Peer, CallId = call.Id.ToCallId(), Outcome = outcome }
            : new RpcException(fault.Status, message) { Code = fault.Code, Detail = Detail(fault), Remote = call.Peer, CallId = call.Id.ToCallId(), Outcome = outcome };
    }

    private static JsonElement? Detail(FaultFrame fault)
    {
        if (fault.Detail.IsEmpty)
            return null;
        using var document = JsonDocument.Parse(fault.Detail);
        return document.RootElement.Clone();
    }
}
