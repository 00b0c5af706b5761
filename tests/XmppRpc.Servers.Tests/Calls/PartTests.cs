using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>Frames in parts between endpoints whose limits differ.</summary>
public sealed class PartTests(LocalServerFixture local) : IClassFixture<LocalServerFixture>
{
    private static readonly byte[] Data = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 7919 >> 3))];

    [Fact]
    public async Task Callee_that_takes_little_in_a_stanza_gets_small_parts_and_sends_such()
    {
        // What is longer would be skipped, and the call time out.
        await using var callee = await RpcEndpoint.ConnectAsync(Options("bob", "few", connection => connection with { Limits = connection.Limits with { MaxStanzaBytes = 4096 } }) with { MaxStanzaBytes = 2048, MaxPartBytes = 1024 });
        await using var _ = callee.Serve<IShop>(new Shop());
        await using var caller = await RpcEndpoint.ConnectAsync(Options("alice", "few", connection => connection with { Limits = connection.Limits with { MaxStanzaBytes = 4096 } }));
        var shop = caller.Get<IShop>(callee.Jid);

        Assert.Equal(Data, await shop.EchoAsync(Data));
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 200).Select(i => shop.EchoTextAsync($"{i}").AsTask())), Assert.NotNull);
        Assert.Equal((0L, 0L), (callee.SkippedStanzas, callee.BrokenFrames));
    }

    [Fact]
    public async Task Callee_that_takes_smaller_frames_refuses_a_larger_one_and_nothing_has_run()
    {
        await using var callee = await RpcEndpoint.ConnectAsync(Options("bob", "small") with { MaxFrameBytes = 70_000 });
        await using var _ = callee.Serve<IShop>(new Shop());
        await using var caller = await RpcEndpoint.ConnectAsync(Options("alice", "small"));
        var shop = caller.Get<IShop>(callee.Jid);

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await shop.EchoAsync(Data));

        Assert.Equal((RpcStatus.ResourceExhausted, RpcOutcome.NotExecuted, "too-large"), (refused.Status, refused.Outcome, refused.Code));
        Assert.Equal(Data[..50_000], await shop.EchoAsync(Data[..50_000]));
    }

    [Fact]
    public async Task Half_built_frames_have_the_room_that_the_options_give()
    {
        await using var callee = await RpcEndpoint.ConnectAsync(Options("bob", "room") with { MaxFrameBytes = 80_000, MaxHalfBuiltBytesPerPeer = 80_000, MaxHalfBuiltBytes = 80_000 });
        await using var _ = callee.Serve<IShop>(new Shop());
        await using var caller = await RpcEndpoint.ConnectAsync(Options("alice", "room"));

        // Base64 makes 79,000 of it: all the room there is, more than once.
        for (var i = 0; i < 3; i++)
            Assert.Equal(Data[..59_000], await caller.Get<IShop>(callee.Jid).EchoAsync(Data[..59_000]));
    }

    private RpcEndpointOptions Options(string user, string resource, Func<XmppConnectionOptions, XmppConnectionOptions>? change = null)
    {
        var connection = XmppConnectionOptions.Parse(local.Server.ConnectionString(user, resource));
        return new() { Connection = change?.Invoke(connection) ?? connection, DrainTimeout = TimeSpan.Zero };
    }
}
