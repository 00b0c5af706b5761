using XmppRpc.Contracts;
using XmppRpc.Xmpp;

namespace XmppRpc;

/// <summary>What can be asked of every proxy.</summary>
public static class RpcProxy
{
    /// <summary>A new proxy with the same target and these options, in front of those that the proxy has.</summary>
    /// <exception cref="ArgumentException">The object is no proxy, or an option is not above zero.</exception>
    public static T With<T>(this T proxy, RpcCallOptions options) where T : class, IRpcContract<T>
    {
        ArgumentNullException.ThrowIfNull(proxy);
        ArgumentNullException.ThrowIfNull(options);
        return T.CreateProxy(InvokerOf(proxy).With(options));
    }

    /// <summary>A new proxy with the same target, the same other options and this timeout.</summary>
    /// <exception cref="ArgumentException">The object is no proxy.</exception>
    public static T With<T>(this T proxy, TimeSpan timeout) where T : class, IRpcContract<T> => proxy.With(new RpcCallOptions { Timeout = timeout });

    /// <summary>Whom the proxy calls.</summary>
    /// <exception cref="ArgumentException">The object is no proxy.</exception>
    public static Jid GetTarget<T>(this T proxy) where T : class, IRpcContract<T> => InvokerOf(proxy).Target;

    private static RpcInvoker InvokerOf(object proxy) => proxy is IRpcProxy { Invoker: var invoker }
        ? invoker
        : throw new ArgumentException($"{proxy.GetType().Name} is no proxy. Take one from RpcEndpoint.Get.", nameof(proxy));
}
