namespace XmppRpc.Server;

/// <summary>The interceptors of an endpoint around one received call.</summary>
internal sealed class ServerChain(ActiveCall call, IReadOnlyList<RpcServerInterceptor> interceptors, Func<ValueTask> dispatch)
{
    private int _dispatched;

    public async ValueTask RunAsync()
    {
        await NextAsync(0).ConfigureAwait(false);
        // Else its caller would wait for ever.
        if (Volatile.Read(ref _dispatched) == 0 && !call.IsSettled)
            throw new InvalidOperationException($"An interceptor has neither run the implementation of {call.Served.Method} nor thrown. Call next, or throw an RpcException.");
    }

    private ValueTask NextAsync(int index)
    {
        if (index < interceptors.Count)
            return interceptors[index].InvokeAsync(call, context => ReferenceEquals(context, call)
                ? NextAsync(index + 1)
                : throw new ArgumentException("An interceptor must hand on the context that it was given.", nameof(context)));
        return Interlocked.Exchange(ref _dispatched, 1) == 0
            ? dispatch()
            : throw new InvalidOperationException($"An interceptor has called next again. A received call runs once: {call.Served.Method} has run.");
    }
}
