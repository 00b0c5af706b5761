using System.Text.Json;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>Bad input, by strangers and by mistake, through every XMPP server: it hurts neither its neighbours nor the endpoint.</summary>
public abstract class HostileScenarios : StrangerScenarios
{
    [Fact]
    public async Task Wrong_password_says_so_and_shows_neither_password()
    {
        var options = await ConnectionAsync("alice", "wrong");
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = options with { Password = "hunter2" } }));
        Assert.Contains("alice@localhost", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(options.Password!, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_that_is_not_trusted_is_refused_before_anything_secret_is_sent()
    {
        var options = await ConnectionAsync("alice", "tls") with { TrustedCertificate = null, CertificateFingerprint = new string('0', 64) };
        var refused = await Assert.ThrowsAsync<XmppTlsException>(() => RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = options }));
        Assert.Contains("CertificateFingerprint", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<XmppTlsException>(() => RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = options with { CertificateFingerprint = null } }));
    }

    [Theory]
    [InlineData("not json at all")]
    [InlineData("{\"call\":")]
    [InlineData("{\"call\":\"x\"}")]
    [InlineData("[1,2,3]")]
    [InlineData("{\"reply\":{\"a\":1},\"r\":1}")]
    [InlineData("{\"call\":\"bad id!\",\"m\":\"tests.shop/echoText\",\"v\":1}")]
    [InlineData("{\"low\":17}")]
    public async Task Line_that_is_no_frame_hurts_neither_its_neighbours_nor_the_endpoint(string line)
    {
        await using var callee = await ServeAsync();
        await using var peer = await RawAsync("carol");
        var link = await LinkAsync(peer, callee.Jid);

        await peer.SendFramesAsync(callee.Jid, $"{Call(link, 1, """{"text":"one"}""")}\n{line}\n{Call(link, 2, """{"text":"two"}""")}\n");

        var replies = await RepliesAsync(peer, 2);
        Assert.Equal("one", replies[$"{link}.1"].GetProperty("r").GetString());
        Assert.Equal("two", replies[$"{link}.2"].GetProperty("r").GetString());
        Assert.Equal(1, callee.IgnoredLines);
    }

    [Theory]
    [InlineData("{}", "text")]
    [InlineData("""{"text":17}""", "text")]
    [InlineData("""{"text":{"deep":[1]}}""", "text")]
    [InlineData("""{"text":"a","text":"b"}""", "text")]
    [InlineData("[]", "one JSON object")]
    public async Task Argument_that_is_missing_or_wrong_is_named_and_nothing_runs(string arguments, string named)
    {
        await using var callee = await ServeAsync();
        await using var peer = await RawAsync("carol");
        var link = await LinkAsync(peer, callee.Jid);

        await peer.SendFramesAsync(callee.Jid, Call(link, 1, arguments));

        var fault = (await RepliesAsync(peer, 1))[$"{link}.1"];
        Assert.Equal("invalid-argument", fault.GetProperty("st").GetString());
        Assert.Equal(0, fault.GetProperty("ran").GetInt32());
        Assert.Contains(named, fault.GetProperty("e").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tests.shop/nothing", 1, "unimplemented", "unknown-method")]
    [InlineData("tests.nothing/echoText", 1, "unimplemented", "unknown-method")]
    [InlineData("tests.shop/echoText", 2, "unimplemented", "unknown-method")]
    [InlineData("tests.shop/EchoText", 1, "unimplemented", "unknown-method")]
    [InlineData("tests.shop/ToString", 1, "unimplemented", "unknown-method")]
    public async Task Method_that_is_not_served_is_refused_by_name(string method, int version, string status, string code)
    {
        await using var callee = await ServeAsync();
        await using var peer = await RawAsync("carol");
        var link = await LinkAsync(peer, callee.Jid);

        await peer.SendFramesAsync(callee.Jid, Call(link, 1, "{}", method, version));

        var fault = (await RepliesAsync(peer, 1))[$"{link}.1"];
        Assert.Equal((status, code, 0), (fault.GetProperty("st").GetString(), fault.GetProperty("code").GetString(), fault.GetProperty("ran").GetInt32()));
    }

    [Fact]
    public async Task Call_for_an_earlier_instance_or_repeated_does_not_run()
    {
        var shop = new Shop();
        await using var callee = await ServeAsync(shop);
        await using var peer = await RawAsync("carol");
        var link = await LinkAsync(peer, callee.Jid);

        var call = Delete(link, 1);
        var other = Delete($"zzzzzz{link[6..]}", 1);
        await peer.SendFramesAsync(callee.Jid, $"{call}\n{other}");
        var first = await RepliesAsync(peer, 2);
        Assert.Equal("wrong-instance", first[$"zzzzzz{link[6..]}.1"].GetProperty("code").GetString());
        Assert.True(shop.Deleted.TryRemove(1, out _));

        await peer.SendFramesAsync(callee.Jid, call);
        Assert.True((await RepliesAsync(peer, 1))[$"{link}.1"].TryGetProperty("reply", out _));
        Assert.Empty(shop.Deleted);
    }

    [Fact]
    public async Task Stanza_over_a_cap_is_skipped_and_counted_and_calls_go_on()
    {
        await using var callee = await ServeAsync();
        await using var caller = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = await ConnectionAsync("alice", Resource()) });
        var shop = caller.Get<IShop>(callee.Jid);
        Assert.Equal("before", await shop.EchoTextAsync("before"));
        await using var stranger = await RawAsync("carol");

        var deep = new XmppElement("d", "urn:deep");
        for (var i = 0; i < 100; i++)
            deep = new XmppElement("d", "urn:deep").Add(deep);
        var wide = new XmppElement("w", "urn:wide");
        for (var i = 0; i < 6000; i++)
            wide.Add(new XmppElement("w", "urn:wide"));
        await stranger.SendAsync(RawPeer.ToMessage(callee.Jid, "headline", deep));
        await stranger.SendAsync(RawPeer.ToMessage(callee.Jid, "headline", wide));
        await stranger.UntilAnsweredAsync(callee.Jid);

        Assert.Equal(2, callee.SkippedStanzas);
        Assert.Equal("after", await shop.EchoTextAsync("after"));
    }

    [Fact]
    public async Task Forged_forwarded_errors_and_group_chat_run_nothing_and_complete_nothing()
    {
        var shop = new Shop();
        await using var callee = await ServeAsync(shop);
        await using var peer = await RawAsync("carol");
        var link = await LinkAsync(peer, callee.Jid);
        XmppElement Frames(int number) => new XmppElement("rpc", "urn:xmpprpc:1").WithText(Delete(link, number));

        await peer.SendAsync(RawPeer.ToMessage(callee.Jid, "groupchat", Frames(1)));
        await peer.SendAsync(RawPeer.ToMessage(callee.Jid, "error", Frames(2)));
        var forwarded = new XmppElement("forwarded", "urn:xmpp:forward:0").Add(new XmppElement("message", XmppNames.Client).Set("from", "alice@localhost/x").Add(Frames(3)));
        await peer.SendAsync(RawPeer.ToMessage(callee.Jid, "headline", new XmppElement("received", "urn:xmpp:carbons:2").Add(forwarded)));
        await peer.SendAsync(RawPeer.ToMessage(callee.Jid, "headline", new XmppElement("event", "urn:x").Add(Frames(4))));
        await peer.SendFramesAsync(callee.Jid, Delete(link, 5));
        await RepliesAsync(peer, 1);

        Assert.Equal([5], shop.Deleted.Keys);
    }

    [Fact]
    public async Task Reply_from_another_address_than_the_one_called_completes_nothing()
    {
        await using var callee = await ServeAsync();
        await using var impostor = await RawAsync("carol");
        await using var victim = await RawAsync("bob");
        await using var caller = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = await ConnectionAsync("alice", Resource()) });
        // The victim is asked what it is, says that it serves, and is called: so we see the call id.
        var call = caller.Get<IShop>(victim.Jid).EchoTextAsync("secret").AsTask();
        var disco = (Iq)await victim.NextAsync(stanza => stanza is Iq { Type: "get" });
        var query = new XmppElement("query", XmppNames.DiscoInfo).Add(new XmppElement("feature", XmppNames.DiscoInfo).Set("var", "urn:xmpprpc:1#c:tests.shop:1"));
        query.Add(new XmppElement("x", XmppNames.DataForms).Set("type", "result").Add(Field("FORM_TYPE", "urn:xmpprpc:1")).Add(Field("in", "abcdef")));
        await victim.SendAsync(disco.CreateResult(query));
        var id = JsonDocument.Parse(Assert.Single(await victim.NextFramesAsync())).RootElement.GetProperty("call").GetString();

        var forged = $$"""{"reply":"{{id}}","r":"forged"}""";
        await impostor.SendFramesAsync(caller.Jid, forged);
        await impostor.UntilAnsweredAsync(caller.Jid);
        Assert.False(call.IsCompleted);

        await victim.SendFramesAsync(caller.Jid, $$"""{"reply":"{{id}}","r":"true"}""", "chat");
        Assert.Equal("true", await call);
    }

    private static XmppElement Field(string name, string value) =>
        new XmppElement("field", XmppNames.DataForms).Set("var", name).Add(new XmppElement("value", XmppNames.DataForms).WithText(value));
}
