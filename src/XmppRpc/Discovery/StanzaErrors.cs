using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Discovery;

/// <summary>What a stanza error that answers a frame or a ping says of the peer.</summary>
internal enum PeerState
{
    /// <summary>Nothing: a hop could not take it now.</summary>
    AsBefore,

    /// <summary>Nobody may be there.</summary>
    InDoubt,

    /// <summary>Somebody is there.</summary>
    Alive,

    /// <summary>A hop does not let us through: for good, or because the peer is just coming back (ejabberd, of a component that has not shaken hands yet).</summary>
    Forbidden,

    /// <summary>What we sent does not please a hop.</summary>
    Refused,
}

/// <summary>What a stanza error (RFC 6120 §8.3.3) means.</summary>
internal static class StanzaErrors
{
    /// <summary>What an error that answers a ping says. ejabberd calls a component that is gone not allowed, where it may not look for its domain elsewhere; the doubt is cleared if the peer can be found.</summary>
    public static PeerState OfPing(StanzaError error) => error.Condition == "feature-not-implemented" ? PeerState.Alive
        : OfMessage(error) is var state && state == PeerState.Forbidden ? PeerState.InDoubt : state;

    /// <summary>What the bounce of a message says.</summary>
    public static PeerState OfMessage(StanzaError error) => (error.Type, error.Condition) switch
    {
        (_, "service-unavailable" or "recipient-unavailable" or "item-not-found" or "gone" or "remote-server-not-found" or "remote-server-timeout") => PeerState.InDoubt,
        ("wait", _) or (_, "resource-constraint") => PeerState.AsBefore,
        (_, "forbidden" or "not-allowed") => PeerState.Forbidden,
        _ => PeerState.Refused,
    };

    /// <summary>What an error that answers a disco request means for the call behind it, which was not sent.</summary>
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
