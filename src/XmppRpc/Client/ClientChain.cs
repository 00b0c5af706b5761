using XmppRpc.Contracts;

namespace XmppRpc.Client;

/// <summary>The interceptors of an endpoint around its calls.</summary>
internal sealed class ClientChain
{
    private readonly IReadOnlyList<RpcClientInterceptor> _interceptors;

    private ClientChain(IReadOnlyList<RpcClientInterceptor> interceptors) => _interceptors = interceptors;

    /// <summary>Null where there are none, so that calls need not ask.</summary>
    public static ClientChain? Of(IReadOnlyList<RpcClientInterceptor> interceptors) => interceptors.Count == 0 ? null : new([.. interceptors]);

    /// <summary>One call; what an interceptor throws at once fails the task, too.</summary>
    public async Task<T> CallAsync<T>(RpcClientCall call, Func<RpcClientCall, ValueTask<T>> make) => await Next(0, make)(call).ConfigureAwait(false);

    public IAsyncEnumerable<T> Stream<T>(RpcClientCall call, Func<RpcClientCall, IAsyncEnumerable<T>> make) => NextStream(0, make)(call);

    private Func<RpcClientCall, ValueTask<T>> Next<T>(int index, Func<RpcClientCall, ValueTask<T>> make) =>
        index == _interceptors.Count ? make : call => _interceptors[index].CallAsync(call, Next(index + 1, make));

    private Func<RpcClientCall, IAsyncEnumerable<T>> NextStream<T>(int index, Func<RpcClientCall, IAsyncEnumerable<T>> make) =>
        index == _interceptors.Count ? make : call => _interceptors[index].StreamAsync(call, NextStream(index + 1, make));
}

/// <summary>One call as interceptors see it. Each time it is made it is a new call with a new id and the same arguments; they were written before.</summary>
internal sealed class InterceptedCall(RpcClientCall seen, bool hasUpload, Func<RpcClientCall, CallRequest> request)
{
    private int _made;

    public RpcClientCall Seen => seen;

    /// <summary>The request of one attempt; <see cref="InvalidOperationException"/> if it cannot be made of this call.</summary>
    public CallRequest Next(RpcClientCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        if (!ReferenceEquals(call.Method, seen.Method) || !string.Equals(call.Contract, seen.Contract, StringComparison.Ordinal))
            throw new InvalidOperationException($"An interceptor cannot make another call of {seen.Method}: its arguments are written. It may change Target, Options and Cancellation.");
        if (Interlocked.Exchange(ref _made, 1) != 0 && hasUpload)
            throw new InvalidOperationException($"{seen.Method} sends a stream, which can be enumerated only once, so the call cannot be made again.");
        if (!ReferenceEquals(call.Options, seen.Options))
            call.Options.Validate();
        return request(call);
    }
}
