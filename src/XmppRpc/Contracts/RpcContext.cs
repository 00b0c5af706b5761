using System.Security.Claims;
using XmppRpc.Contracts;
using XmppRpc.Xmpp;

namespace XmppRpc;

/// <summary>The call that is being served. <see cref="Current"/> is set while an implementation runs, also after its awaits.</summary>
public abstract class RpcContext
{
    private static readonly AsyncLocal<RpcContext?> CurrentCall = new();

    private protected RpcContext() { }

    /// <summary>The call that this code serves, or null outside of one.</summary>
    public static RpcContext? Current { get => CurrentCall.Value; internal set => CurrentCall.Value = value; }

    /// <summary>Who calls: the address as the XMPP servers stamped it.</summary>
    public abstract Jid Caller { get; }

    /// <summary>
    /// Who calls, as claims: <c>jid</c>, <c>bare</c> (the identity's name), <c>domain</c>, <c>resource</c> where there is one, and as roles (<see cref="ClaimTypes.Role"/>) the groups of the endpoint's
    /// roster that it is in. The roster is read only where a served contract asks for groups; without it there are no roles.
    /// </summary>
    public abstract ClaimsPrincipal User { get; }

    /// <summary>The call's id.</summary>
    public abstract RpcCallId CallId { get; }

    /// <summary>The contract, by its name on the wire.</summary>
    public abstract string Contract { get; }

    /// <summary>The method, by its name on the wire.</summary>
    public abstract string Method { get; }

    /// <summary>When the caller stops waiting, or null if it does not say.</summary>
    public abstract DateTimeOffset? Deadline { get; }

    /// <summary>What the caller sent beside the arguments.</summary>
    public abstract IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>What goes to the caller beside the result; at most 64, values up to 4,096 characters. Not read any more once the call is answered.</summary>
    public abstract IDictionary<string, string> ResponseHeaders { get; }

    /// <summary>For interceptors and implementations of this call to leave each other what they like.</summary>
    public abstract IDictionary<object, object?> Items { get; }

    /// <summary>Whether the caller sent the call before. It has not run before: of all that arrive, one runs.</summary>
    public abstract bool IsRedelivery { get; }

    /// <summary>Fires when the caller cancels, is gone, or the deadline passes.</summary>
    public abstract CancellationToken Cancellation { get; }

    /// <summary>
    /// The caller's own service: a contract that its process serves, on the address it called from. Calls through it are bound by this call's deadline.
    /// </summary>
    /// <exception cref="RpcContractException">The contract's JSON context lacks types.</exception>
    public T Peer<T>() where T : class, IRpcContract<T>
    {
        T.Contract.Validate();
        return T.CreateProxy(InvokerToCaller());
    }

    /// <summary>Tells the caller how far the call is. At most four a second leave, the latest wins; the last one leaves ahead of the answer, and what comes after it is dropped.</summary>
    public abstract void Report(RpcProgress progress);

    /// <summary>What is left of the caller's time, never negative; null if it does not say, or no longer waits.</summary>
    internal abstract TimeSpan? TimeLeft { get; }

    internal abstract RpcInvoker InvokerToCaller();

    /// <summary>A token under which this call can be answered from now on.</summary>
    internal abstract string Defer(Type result, TimeSpan? expires);
}
