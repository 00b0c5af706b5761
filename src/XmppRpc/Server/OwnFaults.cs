using XmppRpc.Contracts;
using XmppRpc.Frames;

namespace XmppRpc.Server;

/// <summary>The fault that an implementation's own <see cref="RpcException"/> stands for. A detail travels only as the contract declares it.</summary>
internal static class OwnFaults
{
    public static FaultFrame Of(ActiveCall call, ActiveCalls calls, RpcException own) => new(call.Id, own.Status, own.Message)
    {
        Code = own.Code,
        Ran = own.Outcome != RpcOutcome.NotExecuted,
        ItemsBefore = call.Download?.ItemsSent,
        RetryAfter = own.RetryAfter is { } after ? Math.Max(0, (long)Math.Ceiling(after.TotalMilliseconds)) : null,
        Detail = DetailOf(call, calls, own),
    };

    private static byte[] DetailOf(ActiveCall call, ActiveCalls calls, RpcException own)
    {
        if (!IsTyped(own))
            return [];
        var declared = call.Served.Method.Faults.FirstOrDefault(fault => string.Equals(fault.Code, own.Code, StringComparison.Ordinal));
        try
        {
            var detail = declared?.Write(own);
            if (detail is not null && detail.Length + Frame.MaxOverhead <= calls.Options.MaxStanzaBytes)
                return detail;
            Mistake(null, declared is null ? "the method does not declare this code with [RpcFault<T>]." : detail is null ? "the method declares another type for this code." : $"it takes {detail.Length} bytes, more than RpcEndpointOptions.MaxStanzaBytes allows.");
        }
        catch (Exception e)
        {
            // Converters and properties of the user's types run in here, and may throw what they like.
            Mistake(e, "it cannot be written.");
        }
        return [];

        void Mistake(Exception? error, string reason) => calls.Log.FaultWithoutDetail(error, call.Served.Method.Path, call.CallId, PlainText.Of(own.Code), reason);
    }

    private static bool IsTyped(RpcException own) => own.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(RpcFaultException<>);
}
