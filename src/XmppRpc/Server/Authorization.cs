using XmppRpc.Contracts;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>
/// Who may call what, decided from the sender's address and the method alone, before anything of the call is read. Without a word of the contract only
/// the endpoint's own domain may. Domains are compared whole: a sub-domain is another domain.
/// </summary>
internal sealed class Authorization(Jid self)
{
    /// <summary>Throws if the contract leaves it to the endpoint's own domain who may call, and nobody has an account there: a component's domain (T-26).</summary>
    public void RequireDecision(RpcContractInfo contract)
    {
        if (self.Local is null && contract.Methods.FirstOrDefault(method => !method.AllowAnyone && method.Authorize?.Domains is null) is { } open)
            throw new RpcContractException($"Contract {contract.Name} cannot be served by the component {self}: nobody has an account in its domain, so nobody could call {open.Name}. Put [RpcAuthorize(Domains = \"…\")] or [RpcAllowAnyone] on the contract or the method.");
    }

    public bool Allows(Jid caller, RpcMethodInfo method)
    {
        if (!method.AllowAnyone && !LetsIn(method.Authorize, caller))
            return false;
        foreach (var restriction in method.Restrictions)
            if (!LetsIn(restriction, caller))
                return false;
        return true;
    }

    public bool IsOwnDomain(Jid caller) => string.Equals(caller.Domain, self.Domain, StringComparison.Ordinal);

    private bool LetsIn(RpcAuthorizeAttribute? authorize, Jid caller)
    {
        if (authorize?.Domains is not { } domains)
            return IsOwnDomain(caller);
        foreach (var domain in domains.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            if (domain == "." ? IsOwnDomain(caller) : string.Equals(domain, caller.Domain, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
