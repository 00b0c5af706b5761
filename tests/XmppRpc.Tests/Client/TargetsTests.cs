using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

public sealed class TargetsTests : IAsyncDisposable
{
    private static readonly Jid Bare = Jid.Parse("orders@example.org");
    private readonly CallerSide _caller = new();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Theory]
    [InlineData("orders@example.org/main")]
    [InlineData("orders.example.org")]
    public async Task Address_is_introduced_and_asked_once_however_many_call(string address)
    {
        var target = Jid.Parse(address);
        var answer = new TaskCompletionSource<PeerInfo>();
        var asked = 0;
        _caller.Discover = (_, _) =>
        {
            Interlocked.Increment(ref asked);
            return answer.Task;
        };
        var calls = Enumerable.Range(0, 5).Select(_ => Call(_caller.Invoker(target))).ToList();
        answer.SetResult(Info("x7Kd0w"));
        for (var i = 0; i < 5; i++)
        {
            var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
            _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"ok\"")), target);
        }
        Assert.All(await Task.WhenAll(calls), result => Assert.Equal("ok", result));
        Assert.Equal(1, asked);
        Assert.Equal([target], _caller.Announced);
    }

    [Fact]
    public async Task Peer_that_does_not_serve_the_contract_is_not_called()
    {
        _caller.Discover = (_, _) => Task.FromResult(Info("x7Kd0w", "acme.stock:1", "acme.orders:2"));
        var error = await FailsAsync<RpcException>(_caller.Call());
        Assert.Equal((RpcStatus.Unimplemented, FrameNames.UnknownMethod, RpcOutcome.NotExecuted, Peer), (error.Status, error.Code, error.Outcome, error.Remote));
        Assert.Contains("acme.orders:2, acme.stock:1", error.Message, StringComparison.Ordinal);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public async Task Who_that_has_not_left_yet_is_not_asked_again()
    {
        var stuck = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        _caller.Sent.Before = async _ =>
        {
            stuck.TrySetResult();
            await go.Task;
        };
        var calls = new List<Task<string>> { Call(_caller.Invoker(Bare)) };
        await stuck.Task;
        for (var i = 0; i < 50; i++)
        {
            calls.Add(Call(_caller.Invoker(Bare)));
            Assert.Equal(1, _caller.Batcher.QueuedFrames);
        }
        go.SetResult();
        Assert.IsType<WhoFrame>(await _caller.Sent.NextFrameAsync());
        Assert.IsType<WhoFrame>(await _caller.Sent.NextFrameAsync());
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        calls.Add(Call(_caller.Invoker(Bare)));
        Assert.IsType<WhoFrame>(await _caller.Sent.NextFrameAsync());
    }

    [Fact]
    public async Task What_a_peer_says_it_serves_is_shown_in_bounds()
    {
        _caller.Discover = (_, _) => Task.FromResult(Info("x7Kd0w", new string('x', 50_000), "line\nbreak"));
        var error = await FailsAsync<RpcException>(_caller.Call());
        Assert.InRange(error.Message.Length, 1, 2000);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Nobody_there_is_the_callers_answer_and_the_next_call_asks_again()
    {
        var asked = 0;
        _caller.Discover = (_, _) => ++asked == 1
            ? Task.FromException<PeerInfo>(new RpcException(RpcStatus.Unavailable, "nobody") { Outcome = RpcOutcome.NotExecuted })
            : Task.FromResult(Info("x7Kd0w"));
        Assert.Equal(RpcStatus.Unavailable, (await FailsAsync<RpcException>(_caller.Call())).Status);
        _ = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Search_that_takes_too_long_is_NotExecuted_and_names_the_target()
    {
        _caller.Discover = (_, _) => new TaskCompletionSource<PeerInfo>().Task;
        var call = _caller.Call(TimeSpan.FromSeconds(5));
        _caller.Time.Advance(TimeSpan.FromSeconds(6));
        var error = await FailsAsync<RpcTimeoutException>(call);
        Assert.Equal((RpcOutcome.NotExecuted, Peer), (error.Outcome, error.Remote));
        Assert.Contains(Peer.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _caller.Pending.Count);
    }

    [Fact]
    public async Task Bare_JID_is_asked_who_and_the_instance_that_answers_is_called()
    {
        var call = Call(_caller.Invoker(Bare));
        var stanza = await _caller.Sent.NextAsync();
        Assert.Equal((Bare, "{\"who\":\"acme.orders:1\"}"), (stanza.To, stanza.Text));
        await _caller.Targets.HereAsync(Peer, new HereFrame("acme.orders:1", "x7Kd0w", 0, 65536));
        Assert.Equal([Peer], _caller.Announced);
        var sent = await _caller.Sent.NextAsync();
        Assert.Equal(Peer, sent.To);
        _caller.Receive(new ReplyFrame(Assert.IsType<CallFrame>(Assert.Single(sent.Frames)).Id, Utf8("\"ok\"")));
        Assert.Equal("ok", await call);
    }

    [Fact]
    public async Task Here_counts_only_if_it_was_asked_for()
    {
        await _caller.Targets.HereAsync(Peer, new HereFrame("acme.orders:1", "x7Kd0w", 0, 65536));
        Assert.Null(_caller.Links.Current(Peer));
        _ = Call(_caller.Invoker(Bare));
        await _caller.Sent.NextFrameAsync<WhoFrame>();
        await _caller.Targets.HereAsync(Jid.Parse("mallory@example.org/x"), new HereFrame("acme.orders:1", "x7Kd0w", 0, 65536));
        await _caller.Targets.HereAsync(Peer, new HereFrame("acme.stock:1", "x7Kd0w", 0, 65536));
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public async Task Instance_with_the_fewest_open_calls_is_taken()
    {
        var other = Jid.Parse("orders@example.org/other");
        _ = Call(_caller.Invoker(Bare));
        await _caller.Sent.NextFrameAsync<WhoFrame>();
        await _caller.Targets.HereAsync(Peer, new HereFrame("acme.orders:1", "aaaaaa", 0, 65536));
        Assert.Equal(Peer, (await _caller.Sent.NextAsync()).To);
        await _caller.Targets.HereAsync(other, new HereFrame("acme.orders:1", "bbbbbb", 0, 65536));
        _ = Call(_caller.Invoker(Bare));
        Assert.Equal(other, (await _caller.Sent.NextAsync()).To);
    }

    [Fact]
    public async Task Nobody_answers_so_the_call_fails_without_having_run()
    {
        var call = Call(_caller.Invoker(Bare, TimeSpan.FromSeconds(30)));
        await _caller.Sent.NextFrameAsync<WhoFrame>();
        foreach (var pause in new[] { 1, 2 })
        {
            await _caller.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(pause));
            await _caller.Sent.NextFrameAsync<WhoFrame>();
        }
        await _caller.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(2));
        var error = await FailsAsync<RpcException>(call);
        Assert.Equal((RpcStatus.Unavailable, RpcOutcome.NotExecuted, Bare), (error.Status, error.Outcome, error.Remote));
    }

    [Fact]
    public async Task Call_that_waits_is_made_when_somebody_comes()
    {
        var call = Call(_caller.Invoker(Bare, TimeSpan.FromMinutes(5), new RpcCallOptions { Delivery = RpcDelivery.WaitUntilAvailable }));
        await _caller.Sent.NextFrameAsync<WhoFrame>();
        foreach (var pause in new[] { 1, 2, 5, 5, 5 })
        {
            await _caller.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(pause));
            await _caller.Sent.NextFrameAsync<WhoFrame>();
        }
        await _caller.Targets.HereAsync(Peer, new HereFrame("acme.orders:1", "x7Kd0w", 0, 65536));
        Assert.Equal("x7Kd0w", (await _caller.Sent.NextFrameAsync<CallFrame>()).Id.Scope[..6]);
        Assert.False(call.IsCompleted);
    }

    [Fact]
    public async Task Lost_connection_ends_the_search_too()
    {
        var call = Call(_caller.Invoker(Bare, Timeout.InfiniteTimeSpan));
        await _caller.Sent.NextFrameAsync<WhoFrame>();
        _caller.Targets.Close(new XmppConnectionException("reset"));
        foreach (var waiting in new[] { call, Call(_caller.Invoker(Bare, Timeout.InfiniteTimeSpan)) })
        {
            var error = await FailsAsync<RpcException>(waiting);
            Assert.Equal((RpcStatus.Unavailable, RpcOutcome.NotExecuted), (error.Status, error.Outcome));
        }
    }

    [Theory]
    [InlineData("bbbbbb", true)]
    [InlineData("aaaaaa", false)]
    // It has stopped serving, or shows us nothing: that says nothing of its process.
    [InlineData(null, false)]
    public async Task Peer_that_has_a_call_and_answers_after_a_silence_is_asked_whether_it_is_another_process(string? instance, bool restarted)
    {
        _caller.Connect("aaaaaa");
        var call = _caller.Call();
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Receive(new AckFrame(frame.Id, deferred: false, null));
        _caller.Discover = (_, _) => Task.FromResult(instance is null ? new PeerInfo("zzzzzz", [], 65536) : Info(instance));

        Assert.True(_caller.Links.Answered(Peer, 1000));
        await _caller.Sent.NextFrameAsync<LowFrame>();
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        await _caller.Targets.RecheckAsync(Peer);

        if (restarted)
            Assert.Equal((RpcStatus.Unavailable, RpcOutcome.Unknown), await FailsAsync<RpcException>(call) is var error ? (error.Status, error.Outcome) : default);
        else
            Assert.False(call.IsCompleted);
    }

    [Fact]
    public async Task Peer_that_has_shown_nothing_of_a_call_gets_it_again_and_says_so_itself_if_it_is_another_process()
    {
        _caller.Connect();
        _ = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        await _caller.Batcher.FlushAsync();
        _caller.Time.Advance(_caller.Options.PeerSilence);

        Assert.False(_caller.Links.Answered(Peer, 1000));

        Assert.Equal(1, (await _caller.Sent.NextFrameAsync<CallFrame>()).Attempt);
    }

    [Fact]
    public async Task Question_that_was_lost_is_asked_again_and_any_answer_counts()
    {
        var answers = new List<TaskCompletionSource<PeerInfo>>();
        var asked = new SemaphoreSlim(0);
        _caller.Discover = (_, token) =>
        {
            answers.Add(new TaskCompletionSource<PeerInfo>(TaskCreationOptions.RunContinuationsAsynchronously));
            asked.Release();
            return answers[^1].Task.WaitAsync(token);
        };
        var call = _caller.Call();
        Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(30)));
        await _caller.Time.TimerAsync(TimeSpan.FromSeconds(1));
        _caller.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(30)));

        answers[0].SetResult(Info("x7Kd0w"));

        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Receive(new ReplyFrame(frame.Id, Utf8("\"ok\"")));
        Assert.Equal("ok", await call);
        Assert.Equal(2, answers.Count);
    }

    [Fact]
    public async Task Calls_that_wait_for_somebody_end_with_their_own_endpoint()
    {
        _caller.Discover = (jid, _) => throw new RpcException(RpcStatus.Unavailable, "nobody") { Remote = jid, Outcome = RpcOutcome.NotExecuted };
        var patient = _caller.Invoker(options: new RpcCallOptions { Delivery = RpcDelivery.WaitUntilAvailable, Timeout = Timeout.InfiniteTimeSpan });
        var call = Call(patient);
        await _caller.Time.AdvanceToTimerAsync(TimeSpan.FromSeconds(1));
        _caller.Targets.Close(new ObjectDisposedException("RpcEndpoint", "gone"));
        foreach (var waiting in new[] { call, Call(patient), Call(_caller.Invoker()) })
        {
            var error = await FailsAsync<RpcException>(waiting);
            Assert.Equal((RpcStatus.Unavailable, RpcOutcome.NotExecuted), (error.Status, error.Outcome));
            Assert.Equal("acme.orders/place:1 was given up: the endpoint that called was disposed.", error.Message);
        }
    }
}
