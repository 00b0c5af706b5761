using System.Text.Json.Serialization.Metadata;
using XmppRpc.Serialization;

namespace XmppRpc.Contracts;

/// <summary>The callee's side as the generator writes it: one arm a method, in the order of <see cref="RpcContractInfo.Methods"/>.</summary>
public abstract class RpcDispatcher
{
    /// <summary>Reads the arguments, calls the implementation, and gives what it returns to the responder.</summary>
    public abstract ValueTask DispatchAsync(int method, RpcArgumentReader arguments, RpcResponder responder, CancellationToken cancellationToken);
}

/// <summary>Takes what an implementation returns and answers the caller with it. One call, one use.</summary>
public abstract class RpcResponder
{
    /// <summary>Acknowledges when the task ends.</summary>
    public abstract ValueTask ReplyAsync(Task call);

    /// <summary>Acknowledges when the task ends.</summary>
    public abstract ValueTask ReplyAsync(ValueTask call);

    /// <summary>Replies with the task's result.</summary>
    public abstract ValueTask ReplyAsync<T>(Task<T> call, JsonTypeInfo<T> result);

    /// <summary>Replies with the task's result.</summary>
    public abstract ValueTask ReplyAsync<T>(ValueTask<T> call, JsonTypeInfo<T> result);

    /// <summary>Replies at once, or acknowledges and leaves the reply for later.</summary>
    public abstract ValueTask DeferAsync<T>(Task<Deferred<T>> call, JsonTypeInfo<T> result);

    /// <summary>Sends the items as the caller allows it.</summary>
    public abstract ValueTask StreamAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> item);
}
