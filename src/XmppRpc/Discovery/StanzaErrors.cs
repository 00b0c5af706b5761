using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Discovery;

/// <summary>What a stanza error (RFC 6120 §8.3.3) that answers a disco request means for the call behind it, which was not sent.</summary>
internal static class StanzaErrors
{
    public static RpcException ToRpc(StanzaError error, Jid peer)
    {
        var (status, meaning) = error.Condition switch
        {
            "service-unavailable" or "recipient-unavailable" => (RpcStatus.Unavailable, "nobody is there under this address. Is the service running, and is the resource right?"),
            "remote-server-not-found" or "remote-server-timeout" => (RpcStatus.Unreachable, "its XMPP server cannot be reached. Is the domain right, and is the component connected?"),
            "item-not-found" or "feature-not-implemented" => (RpcStatus.Unimplemented, "it is no endpoint of this protocol."),
            "forbidden" or "not-authorized" or "not-allowed" => (RpcStatus.PermissionDenied, "an XMPP server on the way does not allow it."),
            "resource-constraint" or "policy-violation" => (RpcStatus.ResourceExhausted, "an XMPP server on the way is at a limit. Try later."),
            _ => (RpcStatus.Unavailable, $"an XMPP server on the way answered {error.Condition}."),
        };
        return new RpcException(status, $"{peer} cannot be called: {meaning}") { Code = error.Condition, Remote = peer, Outcome = RpcOutcome.NotExecuted };
    }
}
