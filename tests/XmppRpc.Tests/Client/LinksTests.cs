using XmppRpc.Client;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CallerSide;

namespace XmppRpc.Tests.Client;

public sealed class LinksTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Theory]
    [InlineData("orders@example.org/main", true)]
    [InlineData("Orders@EXAMPLE.org/main", true)]
    [InlineData("orders@example.org/Main", false)]
    [InlineData("orders@example.org/other", false)]
    [InlineData("orders@example.org", false)]
    [InlineData("orders@example.com/main", false)]
    [InlineData("mallory@example.org/main", false)]
    [InlineData("example.org", false)]
    public void Frame_counts_only_from_the_address_that_was_called(string from, bool counts)
    {
        var link = _caller.Connect();
        Assert.Equal(counts ? link : null, _caller.Links.Find(link.Id, Jid.Parse(from)));
        Assert.Null(_caller.Links.Find("unknown", Jid.Parse(from)));
    }

    [Fact]
    public void Same_instance_keeps_its_link_and_new_contracts_are_added()
    {
        var link = _caller.Connect();
        Assert.Same(link, _caller.Connect());
        var wider = _caller.Links.Learn(Peer, Info("x7Kd0w", "acme.stock:2"));
        Assert.True(wider.Info.Serves("acme.orders", 1));
        Assert.True(wider.Info.Serves("acme.stock", 2));
        Assert.False(wider.Info.Serves("acme.stock", 1));
        Assert.Same(wider, _caller.Links.Current(Peer));
    }

    [Fact]
    public async Task Other_instance_at_the_same_address_ends_the_calls_of_the_earlier_one()
    {
        var old = _caller.Connect("aaaaaa");
        var sent = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        var link = _caller.Connect("bbbbbb");
        Assert.NotSame(old, link);
        Assert.Null(_caller.Links.Find(old.Id, Peer));
        var error = await FailsAsync<RpcException>(sent);
        Assert.Equal((RpcStatus.Unavailable, RpcOutcome.Unknown, Peer), (error.Status, error.Outcome, error.Remote));
        Assert.Contains("restarted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peer_that_does_not_come_back_ends_its_own_calls_only_and_says_what_never_left()
    {
        var other = Jid.Parse("orders@example.org/other");
        _caller.Connect();
        _caller.Links.Learn(other, Info("yyyyyy"));
        var sent = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Batcher.Hold();
        var waiting = _caller.Call();
        var elsewhere = Call(_caller.Invoker(other));
        _caller.Lose(reason: "gone offline");
        _caller.Batcher.Release();
        Assert.Equal(RpcOutcome.Unknown, (await FailsAsync<RpcException>(sent)).Outcome);
        Assert.Equal(RpcOutcome.NotExecuted, (await FailsAsync<RpcException>(waiting)).Outcome);
        Assert.Null(_caller.Links.Current(Peer));
        var call = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal("yyyyyy", call.Id.Scope[..6]);
        Assert.False(elsewhere.IsCompleted);
        Assert.Equal(1, _caller.Pending.Count);
    }

    [Fact]
    public async Task Lost_connection_ends_every_call()
    {
        _caller.Connect();
        var calls = Enumerable.Range(0, 10).Select(_ => _caller.Call()).ToList();
        _caller.Links.FailAll(new XmppConnectionException("reset"));
        foreach (var call in calls)
        {
            var error = await FailsAsync<RpcException>(call);
            Assert.Equal(RpcStatus.Unavailable, error.Status);
            Assert.IsType<XmppConnectionException>(error.InnerException);
        }
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Sweep_forgets_idle_links_and_replaced_ones_without_calls()
    {
        var old = _caller.Connect();
        var call = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        var link = _caller.Links.Learn(Peer, Info("x7Kd0w", "acme.stock:1"));
        var idle = TimeSpan.FromMinutes(5);
        _caller.Links.Sweep(idle);
        Assert.Same(old, _caller.Links.Find(old.Id, Peer));
        _caller.Receive(new ReplyFrame(new CallId(old.Id, 1), TextFrames.Utf8("\"ok\"")));
        Assert.Equal("ok", await call);
        _caller.Links.Sweep(idle);
        Assert.Null(_caller.Links.Find(old.Id, Peer));
        Assert.Same(link, _caller.Links.Current(Peer));
        _caller.Time.Advance(idle);
        _caller.Links.Sweep(idle);
        Assert.Null(_caller.Links.Current(Peer));
        Assert.Null(_caller.Links.Find(link.Id, Peer));
    }

    [Fact]
    public async Task Link_of_an_earlier_process_is_retired_with_its_calls_and_its_successor_stays()
    {
        var old = _caller.Connect();
        var call = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Links.Retire(old);
        Assert.Equal(RpcOutcome.Unknown, (await Assert.ThrowsAsync<RpcException>(() => call)).Outcome);
        Assert.Null(_caller.Links.Current(Peer));
        Assert.Null(_caller.Links.Find(old.Id, Peer));

        var link = _caller.Links.Learn(Peer, Info("zzzzzz"));
        _caller.Links.Retire(old);
        Assert.Same(link, _caller.Links.Current(Peer));
        Assert.False(link.IsWorn);
    }

    [Fact]
    public void Instances_are_those_behind_the_bare_JID()
    {
        _caller.Connect();
        _caller.Links.Learn(Jid.Parse("orders@example.org/2"), Info("yyyyyy"));
        _caller.Links.Learn(Jid.Parse("other@example.org/2"), Info("zzzzzz"));
        Assert.Equal(2, _caller.Links.Instances(Peer.Bare).Length);
        Assert.Empty(_caller.Links.Instances(Jid.Parse("nobody@example.org")));
        _caller.Links.Doubt(Peer, "gone");
        Assert.Equal("orders@example.org/2", Assert.Single(_caller.Links.Instances(Peer.Bare)).Peer.ToString());
    }

    [Fact]
    public async Task Instances_above_the_limit_are_not_taken_and_known_ones_stay()
    {
        await using var caller = new CallerSide(CallerSide.NewOptions(_caller.Time) with { MaxInstances = 2 });
        caller.Connect();
        Assert.True(caller.Links.HasRoomFor(Jid.Parse("orders@example.org/2")));
        caller.Links.Learn(Jid.Parse("orders@example.org/2"), Info("yyyyyy"));
        Assert.False(caller.Links.HasRoomFor(Jid.Parse("orders@example.org/3")));
        Assert.True(caller.Links.HasRoomFor(Peer));
        Assert.True(caller.Links.HasRoomFor(Jid.Parse("other@example.org/3")));
    }
}
