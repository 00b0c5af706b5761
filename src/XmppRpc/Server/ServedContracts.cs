using System.Collections.Frozen;
using System.Collections.Immutable;
using XmppRpc.Contracts;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>A method that is served: by which dispatcher, at which place, to whom.</summary>
internal sealed record ServedMethod(RpcMethodInfo Method, RpcContractInfo Contract, RpcDispatcher Dispatcher, int Index, MethodAccess Access);

/// <summary>What this endpoint serves. Reading is lock-free.</summary>
internal sealed class ServedContracts(Authorization authorization)
{
    private ImmutableDictionary<(string Path, int Version), ServedMethod> _methods = ImmutableDictionary.Create<(string Path, int Version), ServedMethod>();

    /// <summary>Adds all methods of a contract, or none: <see cref="InvalidOperationException"/> if one is served already, <see cref="RpcContractException"/> if who may call cannot be decided.</summary>
    /// <param name="contract">The contract.</param>
    /// <param name="dispatcher">Its callee's side.</param>
    /// <param name="narrowing">What the implementation demands of callers besides.</param>
    public void Add(RpcContractInfo contract, RpcDispatcher dispatcher, IReadOnlyList<RpcAuthorizeAttribute>? narrowing = null)
    {
        var access = authorization.Read(contract, narrowing ?? []);
        ImmutableInterlocked.Update(ref _methods, methods => Added(methods, contract, dispatcher, access));
        authorization.Use(access);
    }

    public void Remove(RpcContractInfo contract) => ImmutableInterlocked.Update(ref _methods, methods => methods.RemoveRange(methods.Where(served => served.Value.Contract == contract).Select(served => served.Key)));

    public ServedMethod? Find(string path, int version) => _methods.GetValueOrDefault((path, version));

    /// <summary>The method in all versions of its contract that are served, the newest first.</summary>
    public IReadOnlyList<ServedMethod> Versions(string path) => [.. _methods.Values.Where(served => string.Equals(served.Method.Path, path, StringComparison.Ordinal)).OrderByDescending(served => served.Method.Version)];

    /// <summary>Contracts, as <c>name:major</c>, of which domain and groups let the caller call at least one method; policies are asked for calls only.</summary>
    public FrozenSet<string> VisibleTo(Jid caller) => _methods.Values
        .Where(served => authorization.Of(caller, served) == Access.Allowed)
        .Select(served => $"{served.Method.Contract}:{served.Method.Version}")
        .ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whether the caller may call anything at all, and so may know that we are here.</summary>
    public bool IsVisibleTo(Jid caller) => Of(caller) == Access.Allowed;

    /// <summary>The most that the caller may do with any method.</summary>
    public Access Of(Jid caller)
    {
        var best = Access.Denied;
        foreach (var served in _methods.Values)
            switch (authorization.Of(caller, served))
            {
                case Access.Allowed:
                    return Access.Allowed;
                case Access.NotYet:
                    best = Access.NotYet;
                    break;
            }
        return best;
    }

    private static ImmutableDictionary<(string Path, int Version), ServedMethod> Added(ImmutableDictionary<(string Path, int Version), ServedMethod> methods, RpcContractInfo contract, RpcDispatcher dispatcher, MethodAccess[] access)
    {
        for (var index = 0; index < contract.Methods.Count; index++)
        {
            var method = contract.Methods[index];
            if (methods.TryGetValue((method.Path, method.Version), out var other))
                throw new InvalidOperationException($"Contract {contract.Name} cannot be served: {method} is served already, by contract {other.Contract.Name}. Dispose what Serve returned for that one first.");
            methods = methods.Add((method.Path, method.Version), new ServedMethod(method, contract, dispatcher, index, access[index]));
        }
        return methods;
    }
}
