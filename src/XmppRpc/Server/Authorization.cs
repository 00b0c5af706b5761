using System.Collections.Frozen;
using System.Reflection;
using System.Security.Claims;
using Microsoft.Extensions.Logging;
using XmppRpc.Contracts;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>
/// Who may call what, decided from the sender's address and the method alone, before anything of the call is read: first the domain, then the groups of the roster, then the policies.
/// Without a word of the contract only the endpoint's own domain may.
/// </summary>
internal sealed class Authorization(Jid self, RosterGroups roster, IReadOnlyDictionary<string, Func<RpcContext, ValueTask<bool>>> policies, ILogger log)
{
    private FrozenSet<string> _named = FrozenSet.Create(StringComparer.Ordinal, self.Domain);

    /// <summary>What an implementation's class and the classes it derives from say.</summary>
    public static IReadOnlyList<RpcAuthorizeAttribute> SaidBy(Type implementation)
    {
        var said = new List<RpcAuthorizeAttribute>();
        for (var type = implementation; type is not null; type = type.BaseType)
            if (type.GetCustomAttribute<RpcAuthorizeAttribute>(inherit: false) is { } authorize)
                said.Add(authorize);
        return said;
    }

    /// <summary>
    /// Reads who may call each method of a contract, in their order. Throws <see cref="RpcContractException"/> with all that cannot be: an unknown policy, a domain that is none, groups without a
    /// roster, and a component that is to leave it to its own domain, where nobody has an account (T-26).
    /// </summary>
    public MethodAccess[] Read(RpcContractInfo contract, IReadOnlyList<RpcAuthorizeAttribute> narrowing)
    {
        var mistakes = new List<string>();
        var all = contract.Methods.Select(method => new MethodAccess(self, method, narrowing)).ToArray();
        foreach (var (method, access) in contract.Methods.Zip(all))
        {
            mistakes.AddRange(access.Policies.Where(policy => !policies.ContainsKey(policy)).Select(policy => $"{method.Name} asks for policy '{policy}', which RpcEndpointOptions.Policies does not have"));
            mistakes.AddRange(access.BadDomains.Select(domain => $"{method.Name} names '{domain}', which is no domain"));
            if (self.Local is null && access.NeedsRoster)
                mistakes.Add($"{method.Name} asks for groups of the roster, and the component {self} has none");
            else if (self.Local is null && !method.AllowAnyone && method.Authorize?.Domains is null)
                mistakes.Add($"nobody has an account in the domain of the component {self}, so nobody could call {method.Name}: put [RpcAuthorize(Domains = \"…\")] or [RpcAllowAnyone] on the contract or the method");
        }
        if (mistakes.Count > 0)
            throw new RpcContractException($"Contract {contract.Name} cannot be served: {string.Join("; ", mistakes.Distinct(StringComparer.Ordinal))}.");
        return all;
    }

    /// <summary>Served from now on: what a contract needs is fetched, whom it names is known.</summary>
    public void Use(IReadOnlyCollection<MethodAccess> served)
    {
        for (var named = Volatile.Read(ref _named); ;)
        {
            var before = named;
            named = Interlocked.CompareExchange(ref _named, before.Concat(served.SelectMany(access => access.Domains)).ToFrozenSet(StringComparer.Ordinal), before);
            if (ReferenceEquals(named, before))
                break;
        }
        if (served.Any(access => access.NeedsRoster))
            roster.Need();
    }

    public Access Of(Jid caller, ServedMethod served) => served.Access.Of(caller, roster);

    public bool IsOwnDomain(Jid caller) => string.Equals(caller.Domain, self.Domain, StringComparison.Ordinal);

    /// <summary>Whether the caller's domain is the own one, or one that a contract has named: its XMPP server is trusted to tell accounts apart.</summary>
    public bool IsNamedDomain(Jid caller) => Volatile.Read(ref _named).Contains(caller.Domain);

    /// <summary>Asks the policies, one after the other; one that throws denies.</summary>
    public async ValueTask<bool> AskPoliciesAsync(ServedMethod served, RpcContext call)
    {
        foreach (var policy in served.Access.Policies)
        {
            try
            {
                if (!await policies[policy](call).ConfigureAwait(false))
                    return false;
            }
            catch (Exception e)
            {
                log.PolicyFailed(e, policy, served.Method.Path, call.CallId, PlainText.Of(call.Caller.ToString())!);
                return false;
            }
        }
        return true;
    }

    /// <summary>The caller as the claims of an identity.</summary>
    public ClaimsPrincipal PrincipalOf(Jid caller)
    {
        var identity = new ClaimsIdentity("xmpp", "bare", ClaimsIdentity.DefaultRoleClaimType);
        identity.AddClaim(new Claim("jid", caller.ToString()));
        identity.AddClaim(new Claim("bare", caller.Bare.ToString()));
        identity.AddClaim(new Claim("domain", caller.Domain));
        if (caller.Resource is { } resource)
            identity.AddClaim(new Claim("resource", resource));
        foreach (var group in roster.Of(caller) ?? [])
            identity.AddClaim(new Claim(identity.RoleClaimType, group));
        return new ClaimsPrincipal(identity);
    }
}
