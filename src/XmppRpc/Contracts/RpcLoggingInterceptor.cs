using Microsoft.Extensions.Logging;

namespace XmppRpc;

/// <summary>Logs each call of an endpoint when it ends: its method, its target, how long it took, and how it failed. No arguments, no results. A stream is not logged.</summary>
public sealed class RpcLoggingInterceptor(ILogger log, TimeProvider? time = null) : RpcClientInterceptor
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public override async ValueTask<T> CallAsync<T>(RpcClientCall call, Func<RpcClientCall, ValueTask<T>> next)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        var start = _time.GetTimestamp();
        try
        {
            var result = await next(call).ConfigureAwait(false);
            log.CallEnded(call.Method.Path, PlainText.Of(call.Target.ToString())!, _time.GetElapsedTime(start).TotalMilliseconds);
            return result;
        }
        catch (Exception e)
        {
            log.CallEndedBadly(e, call.Method.Path, PlainText.Of(call.Target.ToString())!, _time.GetElapsedTime(start).TotalMilliseconds, (e as RpcException)?.Status, (e as RpcException)?.Outcome);
            throw;
        }
    }
}
