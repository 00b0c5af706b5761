using Microsoft.Extensions.Logging;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CalleeSide;

namespace XmppRpc.Tests.Server;

/// <summary>T-15, T-16: one caller's limits are its own.</summary>
public sealed class CallerLimitsTests
{
    private static readonly Jid Other = Jid.Parse("other@example.org/1");

    private static readonly RpcContractInfo Open = ContractOf(new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary) { AllowAnyone = true });

    [Fact]
    public async Task Calls_above_the_rate_are_refused_before_their_arguments_are_read_and_later_taken()
    {
        await using var callee = new CalleeSide(options => options with { MaxCallsPerSecondPerCaller = 2 });
        await callee.RepliedAsync(NewCall(1));
        await callee.RepliedAsync(NewCall(2));
        var fault = await callee.RefusedAsync(NewCall(3, arguments: "[]"));
        Assert.Equal((RpcStatus.ResourceExhausted, FrameNames.Busy, false, 500L), (fault.Status, fault.Code, fault.Ran, fault.RetryAfter));
        // Another resource is the same caller, another account is not.
        Assert.Equal(FrameNames.Busy, (await callee.RefusedAsync(NewCall(4), Jid.Parse("shop@example.org/2"))).Code);
        callee.Receive(NewCall(1), Other);
        Assert.Equal(Other, (await callee.Sent.NextAsync()).To);
        callee.Time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal(1, (await callee.RefusedAsync(NewCall(5))).RetryAfter);
        callee.Time.Advance(TimeSpan.FromMilliseconds(1));
        await callee.RepliedAsync(NewCall(6));
        // A long rest saves up no more than a second's worth.
        callee.Time.Advance(TimeSpan.FromHours(1));
        await callee.RepliedAsync(NewCall(7));
        await callee.RepliedAsync(NewCall(8));
        await callee.RefusedAsync(NewCall(9));
    }

    [Fact]
    public async Task Repeated_call_is_never_refused_as_not_run_by_a_limit()
    {
        await using var callee = new CalleeSide(options => options with { MaxCallsPerSecondPerCaller = 1, MaxConcurrentCallsPerCaller = 1 });
        var running = await callee.RunAsync(NewCall(1));
        callee.Receive(NewCall(1));
        await callee.Sent.NextFrameAsync<AckFrame>();
        running.SetResult("done");
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        await callee.RepliedAsync(NewCall(1));
        await callee.Sent.AssertNothingAsync(callee.Batcher);
    }

    [Fact]
    public async Task Accounts_of_a_domain_that_no_contract_names_share_one_budget()
    {
        await using var callee = new CalleeSide(options => options with { MaxCallsPerSecondPerDomain = 1 }, Open);
        callee.Receive(NewCall(1), Jid.Parse("a@evil.net/x"));
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        Assert.Equal(FrameNames.Busy, (await callee.RefusedAsync(NewCall(1), Jid.Parse("b@evil.net/x"))).Code);
        callee.Receive(NewCall(1), Jid.Parse("a@good.net/x"));
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        // The own domain has no limit unless told.
        for (var number = 1; number <= 2000; number++)
            callee.Receive(NewCall(number));
        for (var number = 1; number <= 2000; number++)
            await callee.Sent.NextFrameAsync<ReplyFrame>();
    }

    [Fact]
    public async Task Accounts_of_a_domain_that_a_contract_names_have_their_own_budgets()
    {
        var partners = ContractOf(new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary) { Authorize = new() { Domains = "Partner.net" } });
        await using var callee = new CalleeSide(options => options with { MaxCallsPerSecondPerDomain = 1, MaxCallsPerSecondPerCaller = 1 }, partners);
        foreach (var account in new[] { "a@partner.net/x", "b@partner.net/x" })
        {
            callee.Receive(NewCall(1), Jid.Parse(account));
            await callee.Sent.NextFrameAsync<ReplyFrame>();
        }
        Assert.Equal(FrameNames.Busy, (await callee.RefusedAsync(NewCall(2), Jid.Parse("a@partner.net/y"))).Code);
    }

    [Fact]
    public async Task Calls_of_one_caller_that_run_are_limited_and_anothers_go_through()
    {
        await using var callee = new CalleeSide(options => options with { MaxConcurrentCallsPerCaller = 2, MaxConcurrentCalls = 3 });
        var first = await callee.RunAsync(NewCall(1));
        var second = await callee.RunAsync(NewCall(2));
        var fault = await callee.RefusedAsync(NewCall(3));
        Assert.Equal((RpcStatus.ResourceExhausted, FrameNames.Busy, false, 1000L), (fault.Status, fault.Code, fault.Ran, fault.RetryAfter));
        callee.Receive(NewCall(1), Other);
        Assert.Equal(Other, (await callee.Sent.NextAsync()).To);
        first.SetResult("1");
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        second.SetResult("2");
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        await callee.Calls.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(callee.Limits.Of(Caller).Enter(isStream: false) is null);
    }

    [Fact]
    public async Task Caller_that_floods_waits_behind_itself()
    {
        await using var callee = new CalleeSide(options => options with { MaxConcurrentCalls = 1 });
        var order = new List<Jid>();
        callee.On = (_, responder, _) =>
        {
            // One at a time.
            order.Add(RpcContext.Current!.Caller);
            return responder.ReplyAsync(Task.CompletedTask);
        };
        var first = await callee.RunAsync(NewCall(1));
        for (var number = 2; number <= 100; number++)
            callee.Receive(NewCall(number));
        callee.Receive(NewCall(1), Other);
        first.SetResult("1");
        await callee.Calls.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(100, order.Count);
        Assert.Equal([Caller, Other, Caller], order.Take(3));
    }

    [Fact]
    public async Task Waiting_calls_are_taken_in_turns_of_their_callers()
    {
        await using var callee = new CalleeSide();
        var queue = new XmppRpc.Server.FairQueue();
        foreach (var (number, caller) in new[] { (1, Caller), (2, Caller), (3, Caller), (4, Other), (5, Other) })
            queue.Enqueue(new XmppRpc.Server.ActiveCall(callee.Calls, caller, NewCall(number), callee.Contracts.Find("acme.orders/place", 1)!, callee.Limits.Of(caller)));
        Assert.Equal(5, queue.Count);
        var order = new List<long>();
        while (queue.TryDequeue() is { } call)
            order.Add(call.Id.Number);
        Assert.Equal([1L, 4, 2, 5, 3], order);
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task Open_streams_of_one_caller_are_limited()
    {
        await using var callee = new CalleeSide(options => options with { MaxStreamsPerCaller = 1 });
        var end = new TaskCompletionSource();
        callee.On = (_, responder, _) => responder.StreamAsync(Items(end.Task), Json.TypeInfo<int>());
        callee.Receive(NewStream(1));
        await callee.Sent.NextFrameAsync<AckFrame>();
        Assert.Equal(FrameNames.Busy, (await callee.RefusedAsync(NewStream(2))).Code);
        callee.Receive(NewStream(1), Other);
        await callee.Sent.NextFrameAsync<AckFrame>();
        end.SetResult();
        await callee.Calls.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(callee.Limits.Of(Caller).Enter(isStream: true));

        static async IAsyncEnumerable<int> Items(Task end)
        {
            await end;
            yield break;
        }
    }

    [Fact]
    public async Task Deferred_answers_that_one_caller_waits_for_are_limited()
    {
        await using var callee = new CalleeSide(options => options with { MaxDeferredCallsPerCaller = 1 });
        DeferredToken<string> token = default;
        callee.On = (_, responder, _) =>
        {
            var ticket = Deferred.Later<string>();
            token = ticket.Token;
            return responder.DeferAsync(Task.FromResult<Deferred<string>>(ticket), Json.TypeInfo<string>());
        };
        callee.Receive(NewCall(1, "decide"));
        await callee.Sent.NextFrameAsync<AckFrame>();
        var first = token;
        Assert.Equal((RpcStatus.ResourceExhausted, FrameNames.Busy, true), await callee.RefusedAsync(NewCall(2, "decide")) is var fault ? (fault.Status, fault.Code, fault.Ran) : default);
        callee.Receive(NewCall(1, "decide"), Other);
        await callee.Sent.NextFrameAsync<AckFrame>();
        Assert.True(await callee.Calls.Deferred.CompleteAsync(first, "yes"));
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        callee.Receive(NewCall(3, "decide"));
        await callee.Sent.NextFrameAsync<AckFrame>();
    }

    [Fact]
    public async Task Flood_of_refused_calls_does_not_make_us_talk()
    {
        await using var callee = new CalleeSide(options => options with { MaxRefusalsPerSecondPerDomain = 3, MaxRefusalsPerSecondPerCaller = 1 });
        for (var number = 1; number <= 100; number++)
            callee.Receive(NewCall(number), Jid.Parse($"mallory{number}@evil.net/x"));
        for (var i = 0; i < 3; i++)
            Assert.Equal(RpcStatus.PermissionDenied, (await callee.Sent.NextFrameAsync<FaultFrame>()).Status);
        await callee.Sent.AssertNothingAsync(callee.Batcher);
        Assert.Equal(97, callee.Limits.Dropped);
        // One line for the flood, none for each call of it.
        Assert.Single(callee.Log.Lines, line => line.Level == LogLevel.Warning);
        Assert.Equal(4, callee.Log.Lines.Count);
        await callee.RefusedAsync(NewCall(1, "nothing"));
        callee.Receive(NewCall(1, "nothing"));
        await callee.Sent.AssertNothingAsync(callee.Batcher);
        callee.Time.Advance(TimeSpan.FromMilliseconds(334));
        await callee.RefusedAsync(NewCall(1), Jid.Parse("mallory@evil.net/x"));
    }

    [Fact]
    public async Task Watched_callers_are_limited_and_the_others_share_one_budget()
    {
        await using var callee = new CalleeSide(options => options with { MaxTrackedCallers = 2, MaxCallsPerSecondPerDomain = 1 }, Open);
        var first = callee.Limits.Of(Jid.Parse("a@one.net"));
        var own = callee.Limits.Of(Caller);
        Assert.Null(first.Enter(false));
        Assert.Null(own.Enter(false));
        var shared = callee.Limits.Of(Jid.Parse("a@two.net"));
        Assert.Same(shared, callee.Limits.Of(Jid.Parse("a@three.net")));
        Assert.Same(shared, callee.Limits.Of(Other));
        Assert.Same(first, callee.Limits.Of(Jid.Parse("b@one.net")));
        // Who has a call open is not forgotten, who uses nothing is.
        own.Leave(false);
        callee.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotSame(shared, callee.Limits.Of(Other));
        Assert.Same(first, callee.Limits.Of(Jid.Parse("c@one.net")));
        Assert.Same(shared, callee.Limits.Of(Caller));
    }
}
