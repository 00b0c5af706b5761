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

    [LoggerMessage(13, LogLevel.Error, "Policy {Policy} failed for call {CallId} of {Method} by {Caller}, which is denied.")]
    public static partial void PolicyFailed(this ILogger log, Exception error, string policy, string method, RpcCallId callId, string caller);

    [LoggerMessage(14, LogLevel.Warning, "The roster of {Jid} could not be read; until then calls that need it are refused. The next attempt is in {Pause}.")]
    public static partial void RosterMissing(this ILogger log, Exception reason, string jid, TimeSpan pause);

    [LoggerMessage(15, LogLevel.Warning, "The roster of {Jid} has more than {Max} contacts (RpcEndpointOptions.MaxRosterContacts); the others count as in no group.")]
    public static partial void RosterFull(this ILogger log, string jid, int max);

    [LoggerMessage(16, LogLevel.Warning, "{Caller} is over a limit: further refusals are not sent until it has slowed down.")]
    public static partial void RefusalsDropped(this ILogger log, string caller);

    [LoggerMessage(17, LogLevel.Error, "Call {CallId} of {Method} was answered with headers that cannot travel.")]
    public static partial void BadResponseHeaders(this ILogger log, Exception reason, string method, RpcCallId callId);

    [LoggerMessage(18, LogLevel.Warning, "Call {CallId} of {Method} failed with fault '{Code}', whose detail does not travel: {Reason}")]
    public static partial void FaultWithoutDetail(this ILogger log, Exception? error, string method, RpcCallId callId, string? code, string reason);

    [LoggerMessage(19, LogLevel.Warning, "Progress of {Method} at {Peer} could not be told.")]
    public static partial void ProgressFailed(this ILogger log, Exception error, string method, string peer);

    [LoggerMessage(20, LogLevel.Information, "{Method} at {Target} ended after {Elapsed} ms.")]
    public static partial void CallEnded(this ILogger log, string method, string target, double elapsed);

    [LoggerMessage(21, LogLevel.Warning, "{Method} at {Target} failed after {Elapsed} ms: {Status}, outcome {Outcome}.")]
    public static partial void CallEndedBadly(this ILogger log, Exception error, string method, string target, double elapsed, RpcStatus? status, RpcOutcome? outcome);

    [LoggerMessage(22, LogLevel.Warning, "What was sent to {Peer} was refused ({Type}, {Condition}); calls to it may end by their deadlines only.")]
    public static partial void StanzaRefused(this ILogger log, string peer, string type, string condition);
}
