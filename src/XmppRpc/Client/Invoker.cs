using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Xmpp;

namespace XmppRpc.Client;

/// <summary>What the proxies of one target go through: turns a call into a <see cref="PendingCall"/> of its shape and starts it, inside the endpoint's interceptors, if there are any.</summary>
internal sealed class Invoker(PendingCalls calls, Targets targets, PayloadPool pool, Jid target, TimeSpan defaultTimeout, RpcCallOptions proxyOptions, ClientChain? chain = null) : RpcInvoker
{
    private readonly IReadOnlyDictionary<string, string>? _said = proxyOptions.Headers;
    private readonly RpcHeaders _headers = RpcHeaders.Of(proxyOptions.Headers);

    public override Jid Target => target;

    public override RpcInvoker With(RpcCallOptions options)
    {
        options.Validate();
        return new Invoker(calls, targets, pool, target, defaultTimeout, proxyOptions.Under(options), chain);
    }

    public override RpcArgumentWriter Begin() => new(pool);

    public override Task CallAsync(RpcMethodInfo method, RpcArgumentWriter arguments, CancellationToken cancellationToken) => chain is null
        ? CallAsync<object?>(Request(method, arguments), null, cancellationToken)
        : Chained<object?>(chain, Intercepted(method, arguments, cancellationToken), null);

    public override Task<T> CallAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken) => chain is null
        ? CallAsync(Request(method, arguments), result, cancellationToken)
        : Chained(chain, Intercepted(method, arguments, cancellationToken), result);

    public override Task SendAsync(RpcMethodInfo method, RpcArgumentWriter arguments, CancellationToken cancellationToken) => chain is null
        ? SendAsync(Request(method, arguments), cancellationToken)
        : ChainedSend(chain, Intercepted(method, arguments, cancellationToken));

    public override Task<Deferred<T>> DeferAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken) => chain is null
        ? DeferAsync(Request(method, arguments), result, cancellationToken)
        : ChainedDefer(chain, Intercepted(method, arguments, cancellationToken), result);

    public override IAsyncEnumerable<T> StreamAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> item, CancellationToken cancellationToken) => chain is null
        ? EnumerateAsync(Request(method, arguments), item, cancellationToken)
        : ChainedStream(chain, Intercepted(method, arguments, cancellationToken), item);

    // The closures of the chain are made apart: a call without interceptors makes none.
    private Task<T> Chained<T>(ClientChain chain, InterceptedCall call, JsonTypeInfo<T>? result) =>
        chain.CallAsync(call.Seen, made => new ValueTask<T>(CallAsync(call.Next(made), result, made.Cancellation)));

    private Task<object?> ChainedSend(ClientChain chain, InterceptedCall call) => chain.CallAsync<object?>(call.Seen, async made =>
    {
        await SendAsync(call.Next(made), made.Cancellation).ConfigureAwait(false);
        return null;
    });

    private Task<Deferred<T>> ChainedDefer<T>(ClientChain chain, InterceptedCall call, JsonTypeInfo<T> result) =>
        chain.CallAsync(call.Seen, made => new ValueTask<Deferred<T>>(DeferAsync(call.Next(made), result, made.Cancellation)));

    private IAsyncEnumerable<T> ChainedStream<T>(ClientChain chain, InterceptedCall call, JsonTypeInfo<T> item) =>
        chain.Stream(call.Seen, made => EnumerateAsync(call.Next(made), item, made.Cancellation));

    private Task<T> CallAsync<T>(CallRequest request, JsonTypeInfo<T>? result, CancellationToken cancellationToken) => Start(new UnaryCall<T>(calls, request, result), cancellationToken).Task;

    private Task SendAsync(CallRequest request, CancellationToken cancellationToken) => Start(new OneWayCall(calls, request), cancellationToken).Task;

    private Task<Deferred<T>> DeferAsync<T>(CallRequest request, JsonTypeInfo<T> result, CancellationToken cancellationToken) => Start(new DeferredPendingCall<T>(calls, request, result), cancellationToken).Taken;

    // The token of the parameter and the one of WithCancellation both arrive here: the compiler joins them.
    private async IAsyncEnumerable<T> EnumerateAsync<T>(CallRequest request, JsonTypeInfo<T> item, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Each enumeration is a call of its own, also of what the caller sends with it.
        if (request.Upload is { } upload)
            request = request with { Upload = upload.Again() };
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

    private CallRequest Request(RpcMethodInfo method, RpcArgumentWriter arguments)
    {
        var payload = arguments.Finish();
        return Request(target, method, payload, arguments, OptionsOf(arguments));
    }

    private CallRequest Request(Jid target, RpcMethodInfo method, ReadOnlyMemory<byte> payload, RpcArgumentWriter arguments, RpcCallOptions options) =>
        new(target, method, payload, Inherited(options.Timeout ?? method.Timeout ?? defaultTimeout))
        {
            Headers = HeadersOf(arguments, options),
            Extras = CallExtras.Of(options, arguments.Progress, method, calls.Log),
            Upload = arguments.Upload,
            TraceParent = RpcTelemetry.TraceParent,
            RouteKey = options.RouteKey,
            Waits = options.Delivery == RpcDelivery.WaitUntilAvailable,
            Credit = method.Kind == RpcMethodKind.Stream ? new Credit(options.StreamWindow ?? method.StreamSettings.Window, method.StreamSettings.WindowBytes) : null,
        };

    // A call made while another is served has no more time than what is left of that one.
    private static TimeSpan Inherited(TimeSpan timeout)
    {
        if (RpcContext.Current?.TimeLeft is not { } left)
            return timeout;
        if (left < TimeSpan.FromMilliseconds(1))
            left = TimeSpan.FromMilliseconds(1);
        return timeout == Timeout.InfiniteTimeSpan || left < timeout ? left : timeout;
    }

    /// <summary>The call as interceptors see it: with the timeout that counts.</summary>
    private InterceptedCall Intercepted(RpcMethodInfo method, RpcArgumentWriter arguments, CancellationToken cancellationToken)
    {
        var payload = arguments.Finish();
        var asked = OptionsOf(arguments);
        asked = asked with { Timeout = asked.Timeout ?? method.Timeout ?? defaultTimeout };
        return new InterceptedCall(
            new RpcClientCall(target, method.Contract, method, asked, cancellationToken),
            arguments.Upload is not null,
            made => Request(made.Target, method, payload, arguments, made.Options));
    }

    private RpcCallOptions OptionsOf(RpcArgumentWriter arguments)
    {
        arguments.Options?.Validate();
        return proxyOptions.Under(arguments.Options);
    }

    // What a parameter of the method says goes before what the options say.
    private RpcHeaders HeadersOf(RpcArgumentWriter arguments, RpcCallOptions options)
    {
        if (arguments.Headers is null)
            return ReferenceEquals(options.Headers, _said) ? _headers : RpcHeaders.Of(options.Headers);
        var headers = new Dictionary<string, string>(options.Headers ?? RpcHeaders.None, StringComparer.Ordinal);
        foreach (var (name, value) in arguments.Headers)
            headers[name] = value;
        return RpcHeaders.Of(headers);
    }

    private TCall Start<TCall>(TCall call, CancellationToken cancellationToken) where TCall : PendingCall
    {
        calls.Start(call, targets, cancellationToken);
        return call;
    }
}
