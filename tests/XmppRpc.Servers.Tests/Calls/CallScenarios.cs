using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>What must work through every XMPP server. Each test takes resources of its own on the accounts of the server.</summary>
public abstract class CallScenarios
{
    private static int _resources;

    /// <summary>The connection of one of the server's accounts.</summary>
    protected abstract Task<XmppConnectionOptions> ConnectionAsync(string user, string resource);

    private async Task<RpcEndpoint> ConnectAsync(string user) => await RpcEndpoint.ConnectAsync(new RpcEndpointOptions
    {
        Connection = await ConnectionAsync(user, $"r{Interlocked.Increment(ref _resources)}"),
        DrainTimeout = TimeSpan.Zero,
    });

    private static Customer Ada => new("Ada Łovelace 🧮", new Address("12 «Rue»", null, new GeoPoint(48.85, -0.5)), "+33 1", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));

    [Fact]
    public async Task Call_with_every_type_of_argument_comes_back_equal()
    {
        await using var pair = await PairAsync();
        var lines = new[] { new Line("A-7", 3, 12.50m, new Dictionary<string, string> { ["Größe"] = "XL", ["a\"b`c"] = "<&>" }), new Line("B", 1, 0.1m, new Dictionary<string, string>()) };

        var order = await pair.Shop.PlaceAsync(Ada, lines, Priority.Très_élevée, new DateOnly(2026, 3, 1));

        Assert.Equal(Ada, order.Customer);
        Assert.Equal("A-7", order.Lines[0].Sku);
        Assert.Equal("<&>", order.Lines[0].Options["a\"b`c"]);
        Assert.Equal(Priority.Très_élevée, order.Priority);
        Assert.Equal(Priority.Normal, order.Former);
        Assert.Equal(new DateOnly(2026, 3, 1), order.Due);
        Assert.Equal(Shop.Noon, order.PlacedAt);
        Assert.Equal(TimeSpan.FromDays(2.5), order.Patience);
        Assert.Equal("none ‹✓› \"quoted\" `ticked` <&>", order.Note);
        Assert.Equal(new byte[] { 0, 255, 34, 96 }, order.Seal);
    }

    [Fact]
    public async Task Default_values_and_nulls_arrive()
    {
        await using var pair = await PairAsync();

        var order = await pair.Shop.PlaceAsync(Ada, []);

        Assert.Equal(Priority.Normal, order.Priority);
        Assert.Null(order.Due);
        Assert.Null(order.Former);
        Assert.Null(await pair.Shop.EchoTextAsync(null));
        Assert.Equal("", await pair.Shop.EchoTextAsync(""));
    }

    [Fact]
    public async Task Text_of_any_kind_survives_the_servers()
    {
        await using var pair = await PairAsync();
        foreach (var text in new[] { "\"", "`", "\r\n\t\0\u0001\u2028", "]]>", "&amp;", "🧮\ud7ff\ufffd", new string('"', 5000), new string('`', 5000) })
            Assert.Equal(text, await pair.Shop.EchoTextAsync(text));
    }

    [Fact]
    public async Task Large_payload_up_to_the_limit_comes_back_and_above_it_is_refused_with_a_remedy()
    {
        await using var pair = await PairAsync();
        var data = new byte[6_000_000];
        Random.Shared.NextBytes(data);
        Assert.Equal(data, await pair.Shop.EchoAsync(data));

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await pair.Shop.EchoAsync(new byte[6_300_000]));

        Assert.Equal((RpcStatus.ResourceExhausted, RpcOutcome.NotExecuted, "too-large"), (refused.Status, refused.Outcome, refused.Code));
        Assert.Contains("MaxFrameBytes", refused.Message, StringComparison.Ordinal);
        Assert.Equal("still here", await pair.Shop.EchoTextAsync("still here"));
    }

    [Fact]
    public async Task Small_call_does_not_wait_for_a_large_one()
    {
        await using var pair = await PairAsync();
        var data = new byte[3_000_000];
        Random.Shared.NextBytes(data);
        await pair.Shop.EchoTextAsync("first");
        var large = pair.Shop.EchoAsync(data).AsTask();
        var small = pair.Shop.EchoTextAsync("small").AsTask();
        Assert.Same(small, await Task.WhenAny(small, large));
        Assert.Equal(data, await large);
    }

    [Fact]
    public async Task Inherited_method_is_called_under_its_own_contract()
    {
        await using var pair = await PairAsync();
        Assert.Equal("Ångström «A»", (await pair.Shop.FindAsync("A-7"))!.Title);
        Assert.Null(await pair.Shop.FindAsync("B"));
        Assert.Equal("A-7", (await pair.Caller.Get<ICatalogue>(pair.Callee.Jid).FindAsync("A-7"))!.Sku);
    }

    [Fact]
    public async Task One_way_call_arrives_and_acknowledged_call_has_run()
    {
        await using var pair = await PairAsync();
        await pair.Shop.TouchAsync(1);
        await pair.Implementation.Touched;
        await pair.Shop.DeleteAsync(17);
        Assert.True(pair.Implementation.Deleted[17]);
        Assert.Equal(0, pair.Caller.PendingCalls);
    }

    [Fact]
    public async Task Many_calls_at_once_all_get_their_own_answer()
    {
        await using var pair = await PairAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => pair.Shop.EchoTextAsync($"call {i}").AsTask()));
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"call {i}"), answers);
        Assert.Equal(0, pair.Caller.PendingCalls);
    }

    [Fact]
    public async Task Deferred_call_is_taken_reports_progress_and_is_answered_later()
    {
        await using var pair = await PairAsync();
        var deferred = await pair.Shop.ApplyAsync(5000);
        Assert.Equal(DeferredState.Pending, deferred.State);
        await pair.Implementation.Applied.WaitAsync();
        Assert.True(pair.Implementation.Applications.TryDequeue(out var token));

        var progress = deferred.ProgressAsync().GetAsyncEnumerator();
        var next = progress.MoveNextAsync();
        Assert.True(await pair.Callee.Replier.ReportAsync(token, new RpcProgress(0.5, "half")));
        Assert.True(await next);
        Assert.Equal(new RpcProgress(0.5, "half"), progress.Current);
        Assert.True(await pair.Callee.Replier.CompleteAsync(token, new Decision(false, "too much")));

        Assert.Equal(new Decision(false, "too much"), await deferred);
        Assert.False(await progress.MoveNextAsync());
        Assert.Equal(DeferredState.Completed, deferred.State);
        Assert.False(await pair.Callee.Replier.CompleteAsync(token, new Decision(true, "again")));
    }

    [Fact]
    public async Task Deferred_call_can_be_answered_at_once_refused_at_once_failed_later_and_cancelled()
    {
        await using var pair = await PairAsync();
        Assert.Equal("a small sum", (await await pair.Shop.ApplyAsync(50)).Reason);

        var refused = await Assert.ThrowsAsync<RpcException>(() => pair.Shop.ApplyAsync(-1));
        Assert.Equal((RpcStatus.InvalidArgument, "amount", RpcOutcome.Executed), (refused.Status, refused.Code, refused.Outcome));

        var failing = await pair.Shop.ApplyAsync(1000);
        Assert.True(pair.Implementation.Applications.TryDequeue(out var token));
        Assert.True(await pair.Callee.Replier.FailAsync(token, new RpcException(RpcStatus.FailedPrecondition, "no papers")));
        Assert.Equal("no papers", (await Assert.ThrowsAsync<RpcException>(async () => await failing)).Message);

        var canceled = await pair.Shop.ApplyAsync(2000);
        Assert.True(pair.Implementation.Applications.TryDequeue(out token));
        await canceled.CancelAsync();
        Assert.Equal(RpcStatus.Canceled, (await Assert.ThrowsAsync<RpcException>(async () => await canceled)).Status);
        Assert.False(await pair.Callee.Replier.CompleteAsync(token, new Decision(true, "too late")));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(10_000)]
    public async Task Stream_gives_every_item_once_and_in_order(int count)
    {
        await using var pair = await PairAsync();
        var numbers = new List<long>();
        await foreach (var tick in pair.Shop.TicksAsync(count))
            numbers.Add(tick.Number);
        Assert.Equal(Enumerable.Range(1, count).Select(i => (long)i), numbers);
        Assert.Equal(0, pair.Caller.PendingCalls);
    }

    [Fact]
    public async Task Stream_that_fails_gives_its_items_first_and_then_the_fault()
    {
        await using var pair = await PairAsync();
        var numbers = new List<long>();
        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var tick in pair.Shop.TicksAsync(500, failAfter: 123))
                numbers.Add(tick.Number);
        });
        Assert.Equal((RpcStatus.Aborted, "closed"), (fault.Status, fault.Code));
        Assert.Equal(123, numbers.Count);
    }

    [Fact]
    public async Task Stream_stops_its_producer_when_left_cancelled_or_not_read()
    {
        await using var pair = await PairAsync();
        var seen = 0;
        await foreach (var _ in pair.Shop.EndlessAsync())
            if (++seen == 1000)
                break;
        await pair.Implementation.StreamStopped;
        // The window, which grows while the reader keeps up, bounds what the producer was ahead of it.
        Assert.InRange(pair.Implementation.Produced, 1000, 1000 + 4096 + 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Token_of_the_parameter_and_of_the_enumeration_both_reach_the_producer(bool parameter)
    {
        await using var pair = await PairAsync();
        using var cancellation = new CancellationTokenSource();
        var stream = pair.Shop.EndlessAsync(parameter ? cancellation.Token : default).WithCancellation(parameter ? default : cancellation.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in stream)
                if (item == 10)
                    await cancellation.CancelAsync();
        });
        await pair.Implementation.StreamStopped;
    }

    [Fact]
    public async Task Timed_out_call_has_unknown_outcome_and_cancels_the_callee()
    {
        await using var pair = await PairAsync();
        // Finding the callee must not take from the half second that the call has.
        await pair.Shop.TouchedAsync();
        var timeout = await Assert.ThrowsAsync<RpcTimeoutException>(() => pair.Shop.HangAsync());
        Assert.Equal((RpcStatus.DeadlineExceeded, RpcOutcome.Unknown), (timeout.Status, timeout.Outcome));
        // Both sides watch the deadline, and either may be the first to say so.
        Assert.True(timeout.Message.Contains("hang", StringComparison.Ordinal) || timeout.Message == "The deadline passed while the call was running.", timeout.Message);
        await pair.Implementation.HangCanceled;
    }

    [Fact]
    public async Task Cancelled_call_ends_at_once_and_cancels_the_callee()
    {
        await using var pair = await PairAsync();
        using var cancellation = new CancellationTokenSource();
        var call = pair.Shop.With(TimeSpan.FromMinutes(1)).HangAsync(cancellation.Token);
        await pair.Shop.TouchedAsync();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await pair.Implementation.HangCanceled;
    }

    [Fact]
    public async Task Exception_of_the_implementation_arrives_as_its_status_or_without_its_text()
    {
        await using var pair = await PairAsync();
        var planned = await Assert.ThrowsAsync<RpcException>(() => pair.Shop.FailAsync("planned"));
        Assert.Equal((RpcStatus.NotFound, "article", RpcOutcome.Executed, pair.Callee.Jid), (planned.Status, planned.Code, planned.Outcome, planned.Remote));
        Assert.Equal("There is no such article.\\u000aReally.", planned.Message);

        var unplanned = await Assert.ThrowsAsync<RpcException>(() => pair.Shop.FailAsync("otherwise"));
        Assert.Equal(RpcStatus.Internal, unplanned.Status);
        Assert.DoesNotContain("shadow", unplanned.ToString(), StringComparison.Ordinal);
        Assert.Contains(unplanned.CallId.ToString()!, unplanned.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bare_jid_finds_an_instance()
    {
        await using var pair = await PairAsync();
        Assert.Equal("x", await pair.Caller.Get<IShop>(pair.Callee.Jid.Bare).EchoTextAsync("x"));
    }

    [Fact]
    public async Task Bare_jid_without_an_instance_times_out_unsent()
    {
        await using var caller = await ConnectAsync("alice");
        var timeout = await Assert.ThrowsAsync<RpcTimeoutException>(() => caller.Get<IUnserved>("carol@localhost").With(TimeSpan.FromMilliseconds(300)).PingAsync());
        Assert.Equal(RpcOutcome.NotExecuted, timeout.Outcome);
        Assert.Contains("carol@localhost", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Peer_that_is_not_there_fails_at_once_and_nothing_ran()
    {
        await using var caller = await ConnectAsync("alice");
        var unavailable = await Assert.ThrowsAsync<RpcException>(async () => await caller.Get<IShop>("bob@localhost/nobody").EchoTextAsync("x"));
        Assert.Equal((RpcStatus.Unavailable, RpcOutcome.NotExecuted), (unavailable.Status, unavailable.Outcome));
        Assert.Contains("bob@localhost/nobody", unavailable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contract_that_is_not_served_is_named_with_what_is()
    {
        await using var pair = await PairAsync();
        var unserved = await Assert.ThrowsAsync<RpcException>(() => pair.Caller.Get<IUnserved>(pair.Callee.Jid).PingAsync());
        Assert.Equal((RpcStatus.Unimplemented, RpcOutcome.NotExecuted), (unserved.Status, unserved.Outcome));
        Assert.Contains("tests.unserved", unserved.Message, StringComparison.Ordinal);
        Assert.Contains("tests.shop:1", unserved.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contract_served_after_first_contact_is_found()
    {
        await using var pair = await PairAsync();
        await pair.Shop.TouchedAsync();
        await Assert.ThrowsAsync<RpcException>(() => pair.Caller.Get<IOpen>(pair.Callee.Jid).HelloAsync("x"));
        await using var registration = pair.Callee.Serve<IOpen>(new Open());
        Assert.Equal("hello x", await pair.Caller.Get<IOpen>(pair.Callee.Jid).HelloAsync("x"));
    }

    [Fact]
    public async Task Contract_that_is_no_longer_served_is_not_taken_for_a_forbidden_one()
    {
        await using var pair = await PairAsync();
        await using (pair.Callee.Serve<IOpen>(new Open()))
            Assert.Equal("hello x", await pair.Caller.Get<IOpen>(pair.Callee.Jid).HelloAsync("x"));
        var ended = await Assert.ThrowsAsync<RpcException>(() => pair.Caller.Get<IOpen>(pair.Callee.Jid).HelloAsync("x"));
        Assert.Equal((RpcStatus.Unimplemented, "unknown-method", RpcOutcome.NotExecuted), (ended.Status, ended.Code, ended.Outcome));

        await pair.Callee.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => { pair.Callee.Serve<IOpen>(new Open()); });
    }

    [Fact]
    public async Task Callee_that_closes_ends_open_calls_with_unknown_outcome_and_is_found_again_when_back()
    {
        await using var pair = await PairAsync();
        var hanging = pair.Shop.With(TimeSpan.FromMinutes(1)).HangAsync();
        await pair.Shop.TouchedAsync();
        var jid = pair.Callee.Jid;
        await pair.Callee.DisposeAsync();
        var gone = await Assert.ThrowsAsync<RpcException>(() => hanging);
        Assert.True(gone.Status is RpcStatus.Canceled or RpcStatus.Unavailable, gone.Status.ToString());

        await using var back = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = await ConnectionAsync("bob", jid.Resource!) });
        await using var registration = back.Serve<IShop>(new Shop());
        Assert.Equal("again", await pair.Shop.EchoTextAsync("again"));
    }

    [Fact]
    public async Task Caller_that_closes_cancels_its_calls_at_the_callee()
    {
        await using var pair = await PairAsync();
        var hanging = pair.Shop.With(TimeSpan.FromMinutes(1)).HangAsync();
        await pair.Shop.TouchedAsync();
        await pair.Caller.DisposeAsync();
        Assert.Equal(RpcStatus.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => hanging)).Status);
        await pair.Implementation.HangCanceled;
    }

    private async Task<Pair> PairAsync()
    {
        var implementation = new Shop();
        var callee = await ConnectAsync("bob");
        callee.Serve<IShop>(implementation);
        return new Pair(callee, await ConnectAsync("alice"), implementation);
    }

    private sealed class Open : IOpen
    {
        public Task<string> HelloAsync(string name) => Task.FromResult($"hello {name}");
    }

    private sealed class Pair(RpcEndpoint callee, RpcEndpoint caller, Shop implementation) : IAsyncDisposable
    {
        public RpcEndpoint Callee => callee;

        public RpcEndpoint Caller => caller;

        public Shop Implementation => implementation;

        public IShop Shop { get; } = caller.Get<IShop>(callee.Jid);

        public async ValueTask DisposeAsync()
        {
            await caller.DisposeAsync();
            await callee.DisposeAsync();
        }
    }
}
