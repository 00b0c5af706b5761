using System.Collections.Frozen;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.Contracts;
using XmppRpc.Server;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Services;

namespace XmppRpc.Tests.Server;

public class AuthorizationTests
{
    [Theory]
    [InlineData(null, "ann@example.org/x", true)]
    [InlineData(null, "ANN@Example.ORG/x", true)]
    [InlineData(null, "example.org", true)]
    [InlineData(null, "ann@sub.example.org/x", false)]
    [InlineData(null, "ann@example.org.evil.net/x", false)]
    [InlineData(null, "ann@evilexample.org/x", false)]
    [InlineData(null, "example.org@evil.net/example.org", false)]
    [InlineData("", "ann@example.org/x", false)]
    [InlineData(".", "ann@example.org/x", true)]
    [InlineData(".", "ann@other.net/x", false)]
    [InlineData("other.net", "ann@other.net", true)]
    [InlineData("other.net", "ann@example.org", false)]
    [InlineData("other.net", "ann@sub.other.net", false)]
    [InlineData("other.net", "ann@anotherother.net", false)]
    [InlineData("OTHER.net , .,", "ann@other.net/y", true)]
    [InlineData("OTHER.net , .,", "ann@example.org", true)]
    [InlineData("OTHER.net , .,", "ann@third.net", false)]
    public void Domains_are_compared_whole(string? domains, string caller, bool allowed)
    {
        var method = new RpcMethodInfo("c", 1, "m", RpcMethodKind.Unary) { Authorize = domains is null ? null : new RpcAuthorizeAttribute { Domains = domains } };
        Assert.Equal(allowed, Allows(Jid.Parse(caller), method));
    }

    [Fact]
    public void Attribute_without_domains_means_the_own_domain()
    {
        var method = new RpcMethodInfo("c", 1, "m", RpcMethodKind.Unary) { Authorize = new RpcAuthorizeAttribute() };
        Assert.True(Allows(Jid.Parse("ann@example.org"), method));
        Assert.False(Allows(Jid.Parse("ann@other.net"), method));
    }

    [Theory]
    [InlineData("ann@example.org", false)]
    [InlineData("ann@other.net", true)]
    [InlineData("ann@third.net", false)]
    public void Restrictions_narrow_whom_a_method_lets_in(string caller, bool allowed)
    {
        RpcAuthorizeAttribute[] restrictions = [new() { Domains = "., other.net" }, new() { Domains = "other.net, third.net" }];
        Assert.Equal(allowed, Allows(Jid.Parse(caller), new RpcMethodInfo("c", 1, "m", RpcMethodKind.Unary) { AllowAnyone = true, Restrictions = restrictions }));
        Assert.False(Allows(Jid.Parse(caller), new RpcMethodInfo("c", 1, "m", RpcMethodKind.Unary) { Restrictions = restrictions }));
    }

    [Fact]
    public void Anyone_means_anyone() =>
        Assert.True(Allows(Jid.Parse("evil.net"), new RpcMethodInfo("c", 1, "m", RpcMethodKind.Unary) { AllowAnyone = true }));

    [Fact]
    public void Contract_is_added_whole_or_not_at_all_and_removed_whole()
    {
        var contracts = new ServedContracts(New(CalleeSide.Self));
        contracts.Add(CalleeSide.Contract, null!);
        var overlapping = new RpcContractInfo("other", 1, CalleeSide.Json, [new("other", 1, "new", RpcMethodKind.Unary), new("acme.orders", 1, "place", RpcMethodKind.Unary)], []);
        var error = Assert.Throws<InvalidOperationException>(() => contracts.Add(overlapping, null!));
        Assert.Contains("acme.orders/place", error.Message, StringComparison.Ordinal);
        Assert.Null(contracts.Find("other/new", 1));
        Assert.Equal(2, contracts.Find("acme.orders/list", 1)!.Index);
        Assert.Null(contracts.Find("ACME.orders/list", 1));
        contracts.Remove(CalleeSide.Contract);
        Assert.Null(contracts.Find("acme.orders/place", 1));
        contracts.Add(overlapping, null!);
    }

    [Fact]
    public void Caller_sees_only_contracts_it_may_call()
    {
        var contracts = new ServedContracts(New(CalleeSide.Self));
        contracts.Add(CalleeSide.Contract, null!);
        contracts.Add(new RpcContractInfo("open", 3, CalleeSide.Json, [new("open", 3, "a", RpcMethodKind.Unary) { AllowAnyone = true }, new("open", 3, "b", RpcMethodKind.Unary)], []), null!);
        Assert.Equal(["acme.orders:1", "open:3"], contracts.VisibleTo(CalleeSide.Caller));
        Assert.Equal(["open:3"], contracts.VisibleTo(Jid.Parse("a@evil.net/x")));
        Assert.True(contracts.IsVisibleTo(Jid.Parse("a@evil.net/x")));
    }

    [Fact]
    public void Component_serves_only_what_says_who_may_call_T26()
    {
        var contracts = new ServedContracts(New(Jid.Parse("orders.example.org")));
        var decided = new RpcMethodInfo("c", 1, "decided", RpcMethodKind.Unary) { Authorize = new() { Domains = "example.org" } };
        var open = new RpcMethodInfo("c", 1, "anyone", RpcMethodKind.Unary) { AllowAnyone = true };
        var silent = new RpcMethodInfo("c", 1, "silent", RpcMethodKind.Unary);
        contracts.Add(Contract("c", decided, open), null!);
        var refused = Assert.Throws<RpcContractException>(() => contracts.Add(Contract("d", decided, silent), null!));
        Assert.Contains("silent", refused.Message);
        Assert.Contains("[RpcAllowAnyone]", refused.Message);
        new ServedContracts(New(Jid.Parse("orders@example.org/main"))).Add(Contract("d", silent), null!);
    }

    private static readonly RosterGroups NoRoster = new(CalleeSide.Self, _ => Task.FromException<IReadOnlyList<RosterItem>>(new NotSupportedException()), TimeProvider.System, 0, NullLogger.Instance);

    private static Authorization New(Jid self) => new(self, NoRoster, FrozenDictionary<string, Func<RpcContext, ValueTask<bool>>>.Empty, NullLogger.Instance);

    private static bool Allows(Jid caller, RpcMethodInfo method) => new MethodAccess(Jid.Parse("orders@example.org/main"), method, []).Of(caller, NoRoster) == Access.Allowed;

    private static RpcContractInfo Contract(string name, params RpcMethodInfo[] methods) => new(name, 1, CalleeSide.Json, methods, []);
}
