using System.Text.Json.Serialization.Metadata;
using XmppRpc.Serialization;
using XmppRpc.Xmpp;

namespace XmppRpc.Contracts;

/// <summary>The caller's side as generated proxies see it: arguments are written once, then the call is made in one of its shapes. Safe for concurrent use.</summary>
public abstract class RpcInvoker
{
    /// <summary>Whom the calls go to: a full JID, a component, or a bare JID for any of its instances.</summary>
    public abstract Jid Target { get; }

    /// <summary>The same target with other options.</summary>
    public abstract RpcInvoker With(RpcCallOptions options);

    /// <summary>A writer for the arguments of one call; it must be given to one of the call methods, which gives it back.</summary>
    public abstract RpcArgumentWriter Begin();

    /// <summary>Calls and waits for the acknowledgement.</summary>
    public abstract Task CallAsync(RpcMethodInfo method, RpcArgumentWriter arguments, CancellationToken cancellationToken);

    /// <summary>Calls and waits for the result.</summary>
    public abstract Task<T> CallAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken);

    /// <summary>Calls without an answer; completes when the call was written to the connection.</summary>
    public abstract Task SendAsync(RpcMethodInfo method, RpcArgumentWriter arguments, CancellationToken cancellationToken);

    /// <summary>Calls and waits until the call was taken or answered.</summary>
    public abstract Task<Deferred<T>> DeferAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken);

    /// <summary>A stream that is ordered anew by each enumeration, with the arguments as they are now.</summary>
    public abstract IAsyncEnumerable<T> StreamAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> item, CancellationToken cancellationToken);
}
