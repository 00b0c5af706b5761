using Microsoft.Extensions.Logging;

namespace XmppRpc;

/// <summary>All log lines of the assembly. No payload, no secret; addresses come escaped.</summary>
internal static partial class RpcLog
{
    [LoggerMessage(1, LogLevel.Information, "Endpoint {Jid} is connected as instance {Instance}.")]
    public static partial void Connected(this ILogger log, string jid, string instance);

    [LoggerMessage(2, LogLevel.Information, "Endpoint {Jid} has closed.")]
    public static partial void Closed(this ILogger log, string jid);

    [LoggerMessage(3, LogLevel.Error, "Endpoint {Jid} has lost its connection; all open calls ended.")]
    public static partial void ConnectionLost(this ILogger log, Exception reason, string jid);

    [LoggerMessage(4, LogLevel.Information, "Serving {Contract} version {Version}.")]
    public static partial void Serving(this ILogger log, string contract, int version);

    [LoggerMessage(5, LogLevel.Debug, "Call {CallId} of {Method} by {Caller} is refused: {Status}.")]
    public static partial void CallRefused(this ILogger log, string method, RpcCallId callId, string caller, RpcStatus status);

    [LoggerMessage(6, LogLevel.Error, "Call {CallId} of {Method} by {Caller} failed in the implementation.")]
    public static partial void CallFailed(this ILogger log, Exception error, string method, RpcCallId callId, string caller);

    [LoggerMessage(7, LogLevel.Warning, "{Count} lines of {Peer} were no frames and were ignored.")]
    public static partial void BadLines(this ILogger log, long count, string peer);

    [LoggerMessage(8, LogLevel.Debug, "Peer {Peer} is gone.")]
    public static partial void PeerGone(this ILogger log, string peer);

    [LoggerMessage(9, LogLevel.Warning, "{Count} calls were still running when the endpoint closed; they were cancelled.")]
    public static partial void NotDrained(this ILogger log, int count);

    [LoggerMessage(11, LogLevel.Warning, "The last replies could not be sent before the endpoint closed.")]
    public static partial void NotFlushed(this ILogger log);

    [LoggerMessage(10, LogLevel.Warning, "A request of {Peer} could not be answered.")]
    public static partial void AnswerFailed(this ILogger log, Exception reason, string peer);

    [LoggerMessage(12, LogLevel.Warning, "Endpoint {Jid} has a new session; calls that were open on the one before ended.")]
    public static partial void StartedOver(this ILogger log, string jid);
}
