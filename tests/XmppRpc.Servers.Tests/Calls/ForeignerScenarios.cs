using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>What a caller of another domain gets, beside all other bad input: nothing run, no presence, no list of contracts, unless a contract lets it in.</summary>
public abstract class ForeignerScenarios : HostileScenarios
{
    private const string Mallory = "mallory@" + XmppServer.ForeignDomain;

    [Fact]
    public async Task Foreigner_sees_nothing_and_runs_nothing()
    {
        var shop = new Shop();
        await using var callee = await ServeAsync(shop);
        await using var insider = await RawAsync("carol");
        var (_, instance) = await insider.DiscoverAsync(callee.Jid);
        await using var mallory = await RawAsync(Mallory);

        var (features, shown) = await mallory.DiscoverAsync(callee.Jid);
        Assert.Empty(features);
        Assert.Null(shown);

        // It may have learned the instance elsewhere.
        await mallory.SendFramesAsync(callee.Jid, $"{Delete(instance + "0123456789abcd", 1)}\n{Call(instance + "0123456789abcd", 2, "not even JSON", "tests.shop/nothing")}\n");
        await mallory.SendFramesAsync(callee.Jid.Bare, """{"who":"tests.shop:1"}""");
        var answers = await mallory.UntilAnsweredAsync(callee.Jid);

        Assert.Empty(shop.Deleted);
        Assert.DoesNotContain(answers, stanza => stanza is Presence && stanza.From?.Bare == callee.Jid.Bare);
        Assert.DoesNotContain(answers, stanza => stanza is Message && stanza.Element.Children.Any(child => child.Text.Contains("`here`", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Foreigner_is_told_the_same_of_what_exists_and_of_what_does_not()
    {
        await using var callee = await ServeAsync();
        await using var mallory = await RawAsync(Mallory);
        foreach (var method in new[] { "tests.shop/delete", "tests.shop/nothing", "tests.nothing/delete" })
        {
            await mallory.SendFramesAsync(callee.Jid, Call("abcdef0123456789abcd", 1, "{}", method));
            var fault = System.Text.Json.JsonDocument.Parse(Assert.Single(await mallory.NextFramesAsync())).RootElement;
            Assert.Equal("permission-denied", fault.GetProperty("st").GetString());
            Assert.Equal(0, fault.GetProperty("ran").GetInt32());
        }
    }

    [Fact]
    public async Task Foreigner_is_let_in_by_a_contract_that_says_so_and_sees_that_one_only()
    {
        await using var callee = await ServeAsync();
        await using var registration = callee.Serve<IOpen>(new Open());
        await using var caller = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = await ConnectionAsync(Mallory, Resource()) });

        Assert.Equal("hello Mallory", await caller.Get<IOpen>(callee.Jid).HelloAsync("Mallory"));
        Assert.Equal("hello Mallory", await caller.Get<IOpen>(callee.Jid.Bare).HelloAsync("Mallory"));
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await caller.Get<IShop>(callee.Jid).EchoTextAsync("x"));
        Assert.Equal((RpcStatus.Unimplemented, RpcOutcome.NotExecuted), (refused.Status, refused.Outcome));
        Assert.DoesNotContain("tests.catalogue", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Foreigner_without_a_contract_is_told_what_to_check()
    {
        await using var callee = await ServeAsync();
        await using var caller = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = await ConnectionAsync(Mallory, Resource()) });
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await caller.Get<IShop>(callee.Jid).EchoTextAsync("x"));
        Assert.Contains("RpcAuthorize", refused.Message, StringComparison.Ordinal);
    }

    private sealed class Open : IOpen
    {
        public Task<string> HelloAsync(string name) => Task.FromResult($"hello {name}");
    }
}
