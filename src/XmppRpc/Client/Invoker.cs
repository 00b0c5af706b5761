using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Xmpp;

namespace XmppRpc.Client;

/// <summary>What the proxies of one target go through: turns a call into a <see cref="PendingCall"/> of its shape and starts it.</summary>
internal sealed class Invoker(PendingCalls calls, Targets targets, PayloadPool pool, Jid target, TimeSpan defaultTimeout, RpcCallOptions options) : RpcInvoker
{
    public override Jid Target => target;

    public override RpcInvoker With(RpcCallOptions options)
    {
        options.Validate();
        return new Invoker(calls, targets, pool, target, defaultTimeout, options);
    }

    public override RpcArgumentWriter Begin() => new(pool);

    public override Task CallAsync(RpcMethodInfo method, RpcArgumentWriter arguments, CancellationToken cancellationToken) =>
        Start(new UnaryCall<object?>(calls, Request(method, arguments), null), cancellationToken).Task;

    public override Task<T> CallAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken) =>
        Start(new UnaryCall<T>(calls, Request(method, arguments), result), cancellationToken).Task;

    public override Task SendAsync(RpcMethodInfo method, RpcArgumentWriter arguments, CancellationToken cancellationToken) =>
        Start(new OneWayCall(calls, Request(method, arguments)), cancellationToken).Task;

    public override Task<Deferred<T>> DeferAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken) =>
        Start(new DeferredPendingCall<T>(calls, Request(method, arguments), result), cancellationToken).Taken;

    public override IAsyncEnumerable<T> StreamAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> item, CancellationToken cancellationToken)
    {
        var settings = method.StreamSettings;
        var request = Request(method, arguments) with { Credit = new Credit(options.StreamWindow ?? settings.Window, settings.WindowBytes) };
        return EnumerateAsync(request, item, cancellationToken);
    }

    // The token of the parameter and the one of WithCancellation both arrive here: the compiler joins them.
    private async IAsyncEnumerable<T> EnumerateAsync<T>(CallRequest request, JsonTypeInfo<T> item, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = Start(new StreamingCall<T>(calls, request, item), cancellationToken);
        try
        {
            while (await call.NextAsync().ConfigureAwait(false) is { } items)
                foreach (var next in items)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    yield return next;
                }
        }
        finally
        {
            call.Stop();
        }
    }

    private CallRequest Request(RpcMethodInfo method, RpcArgumentWriter arguments) => new(target, method, arguments.Finish(), options.Timeout ?? method.Timeout ?? defaultTimeout)
    {
        Upload = arguments.Upload,
        RouteKey = options.RouteKey,
        Waits = options.Delivery == RpcDelivery.WaitUntilAvailable,
    };

    private TCall Start<TCall>(TCall call, CancellationToken cancellationToken) where TCall : PendingCall
    {
        calls.Start(call, targets, cancellationToken);
        return call;
    }
}
