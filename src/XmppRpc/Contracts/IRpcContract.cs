namespace XmppRpc.Contracts;

/// <summary>What the generator adds to a contract, so that proxies and dispatchers are made without a registry or reflection.</summary>
public interface IRpcContract<TSelf>
    where TSelf : class, IRpcContract<TSelf>
{
    /// <summary>The contract as data.</summary>
    static abstract RpcContractInfo Contract { get; }

    /// <summary>A caller's side whose methods go through the invoker.</summary>
    static abstract TSelf CreateProxy(RpcInvoker invoker);

    /// <summary>A callee's side that calls the implementation.</summary>
    static abstract RpcDispatcher CreateDispatcher(TSelf service);
}

/// <summary>Every generated proxy gives its invoker, for <see cref="RpcProxy"/>.</summary>
public interface IRpcProxy
{
    /// <summary>What the proxy's methods go through.</summary>
    RpcInvoker Invoker { get; }
}
