using XmppRpc.Xmpp;

namespace XmppRpc;

/// <summary>Whom a proxy calls: a full JID or a component's domain is that very one; a bare JID is any instance behind it that serves the contract.</summary>
public sealed record RpcTarget(Jid Address)
{
    /// <summary>Whether any instance will do.</summary>
    public bool IsAnyInstance => MeansAnyInstance(Address);

    /// <summary>A target from a JID.</summary>
    public static implicit operator RpcTarget(Jid jid) => new(jid);

    /// <summary>A target from a JID's text; <see cref="FormatException"/> if it is none.</summary>
    public static implicit operator RpcTarget(string jid) => new(Jid.Parse(jid));

    internal static bool MeansAnyInstance(Jid address) => address is { IsBare: true, Local: not null };
}
