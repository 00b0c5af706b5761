using System.Diagnostics.CodeAnalysis;
using XmppRpc.Contracts;
using XmppRpc.Xmpp;

namespace XmppRpc;

/// <summary>A call as interceptors see it before it is made. Change it with <c>with</c> and hand the copy on.</summary>
/// <param name="Target">Whom it goes to.</param>
/// <param name="Contract">The contract's name on the wire.</param>
/// <param name="Method">The method as data.</param>
/// <param name="Options">Its options: those of the proxy with those of the call in front.</param>
/// <param name="Cancellation">The caller's token.</param>
public sealed record RpcClientCall(Jid Target, string Contract, RpcMethodInfo Method, RpcCallOptions Options, CancellationToken Cancellation);

/// <summary>Stands between the proxies of an endpoint and its calls: retries, measures, adds headers. Safe for concurrent use.</summary>
[SuppressMessage("Naming", "CA1716", Justification = "next is the usual word.")]
public abstract class RpcClientInterceptor
{
    /// <summary>One request, one answer; a call without a result has <see cref="object"/> null. <paramref name="next"/> may be called again: that is a new call with a new id.</summary>
    public virtual ValueTask<T> CallAsync<T>(RpcClientCall call, Func<RpcClientCall, ValueTask<T>> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return next(call);
    }

    /// <summary>A stream; <paramref name="next"/> orders it when it is enumerated.</summary>
    public virtual IAsyncEnumerable<T> StreamAsync<T>(RpcClientCall call, Func<RpcClientCall, IAsyncEnumerable<T>> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return next(call);
    }
}

/// <summary>Stands between received calls and their implementations, for all shapes alike: what it throws is the call's fault. Safe for concurrent use.</summary>
[SuppressMessage("Naming", "CA1716", Justification = "next is the usual word.")]
public abstract class RpcServerInterceptor
{
    /// <summary>Runs the implementation with <paramref name="next"/>, once or not at all; it completes when the call has its answer, a stream when it has ended.</summary>
    public virtual ValueTask InvokeAsync(RpcContext context, Func<RpcContext, ValueTask> next)
    {
        ArgumentNullException.ThrowIfNull(next);
        return next(context);
    }
}
