using Microsoft.Extensions.Logging;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Server;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CalleeSide;

namespace XmppRpc.Tests.Server;

public sealed class PolicyTests
{
    [Fact]
    public async Task Policy_decides_with_the_context_of_the_call_before_its_arguments_are_read()
    {
        RpcContext? seen = null;
        await using var callee = Callee(context =>
        {
            seen = context;
            return new(context.Headers.ContainsKey("let-me-in"));
        });
        // Arguments that are no JSON object are not even looked at.
        var fault = await callee.RefusedAsync(NewCall(1, arguments: "[]"));
        Assert.Equal((RpcStatus.PermissionDenied, false, "shop@example.org may not call acme.orders/place here."), (fault.Status, fault.Ran, fault.Message));
        Assert.Equal((Caller, "place"), (seen!.Caller, seen.Method));
        await callee.RepliedAsync(new CallFrame(new CallId(Link, 2), "acme.orders/place", 1, default) { Headers = RpcHeaders.Of([new("let-me-in", "")]) });
    }

    [Fact]
    public async Task Policy_is_not_asked_for_callers_that_address_or_groups_keep_out()
    {
        await using var callee = Callee(_ => throw new InvalidOperationException("must not run"));
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(1), Jid.Parse("mallory@evil.net/x"))).Status);
        Assert.DoesNotContain(callee.Log.Lines, line => line.Level > LogLevel.Debug);
    }

    [Fact]
    public async Task Policy_that_throws_denies_and_is_logged()
    {
        await using var callee = Callee(_ => throw new InvalidOperationException("password is 123"));
        var fault = await callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.PermissionDenied, false), (fault.Status, fault.Ran));
        Assert.DoesNotContain("123", fault.Message, StringComparison.Ordinal);
        Assert.Contains(callee.Log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains("staff", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_waits_for_its_policy_alone_and_takes_a_place_meanwhile()
    {
        var decision = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var callee = Callee(context => context.CallId.ToString() == $"{Link}.1" ? new(decision.Task) : new(true), options => options with { MaxConcurrentCalls = 2, MaxWaitingCalls = 0 });
        callee.Receive(NewCall(1));
        await callee.RepliedAsync(NewCall(2));
        Assert.Equal(1, callee.Calls.Load);
        decision.SetResult(true);
        Assert.Equal(1, (await callee.Sent.NextFrameAsync<ReplyFrame>()).Id.Number);
    }

    [Fact]
    public async Task Call_is_cancelled_while_its_policy_is_asked_and_does_not_run_afterwards()
    {
        var decision = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var callee = Callee(_ =>
        {
            asked.SetResult();
            return new(decision.Task);
        });
        callee.On = (_, _, _) => throw new InvalidOperationException("must not run");
        callee.Receive(NewCall(1));
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var fault = await callee.RefusedAsync(new CancelFrame(new CallId(Link, 1)));
        Assert.Equal((RpcStatus.Canceled, false), (fault.Status, fault.Ran));
        var drained = callee.Calls.DrainAsync();
        Assert.False(drained.IsCompleted);
        decision.SetResult(true);
        await drained.WaitAsync(TimeSpan.FromSeconds(30));
        await callee.Sent.AssertNothingAsync(callee.Batcher);
        Assert.DoesNotContain(callee.Log.Lines, line => line.Level > LogLevel.Debug);
    }

    [Fact]
    public async Task Deadline_passes_while_a_policy_is_asked()
    {
        var decision = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var callee = Callee(_ =>
        {
            asked.SetResult();
            return new(decision.Task);
        });
        callee.Receive(new CallFrame(new CallId(Link, 1), "acme.orders/place", 1, default) { TimeToLive = 1000 });
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        callee.Time.Advance(TimeSpan.FromSeconds(2));
        var fault = await callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.DeadlineExceeded, false), (fault.Status, fault.Ran));
        decision.SetResult(false);
        await callee.Calls.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        await callee.Sent.AssertNothingAsync(callee.Batcher);
    }

    [Fact]
    public async Task All_that_is_said_must_hold()
    {
        var asked = new List<string>();
        await using var callee = new CalleeSide(
            options => options with { Policies = new Dictionary<string, Func<RpcContext, ValueTask<bool>>>(StringComparer.Ordinal) { ["a"] = _ => Ask("a"), ["b"] = _ => Ask("b"), ["c"] = _ => Ask("c") } },
            ContractOf(new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary) { Authorize = new() { Policy = "a" }, Restrictions = [new() { Policy = "b" }] }),
            narrowing: [new() { Policy = "c" }]);
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(1))).Status);
        Assert.Equal(["a", "b", "c"], asked);
        // For who sees the contract, domain and groups decide.
        Assert.Equal(["acme.orders:1"], callee.Contracts.VisibleTo(Caller));

        ValueTask<bool> Ask(string name)
        {
            asked.Add(name);
            return new(name != "c");
        }
    }

    [Fact]
    public async Task Class_of_the_implementation_and_those_it_derives_from_narrow()
    {
        Assert.Equal(["staff", "example.org"], Authorization.SaidBy(typeof(Careful)).Select(said => said.Policy ?? said.Domains!));
        await using var callee = new CalleeSide(contract: ContractOf(new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary) { AllowAnyone = true }), narrowing: Authorization.SaidBy(typeof(OwnOnly)));
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(1), Jid.Parse("ann@other.net/x"))).Status);
        await callee.RepliedAsync(NewCall(1));
    }

    [Fact]
    public void All_mistakes_are_told_at_once_when_a_contract_is_served()
    {
        RpcMethodInfo[] methods =
        [
            new("acme.orders", 1, "place", RpcMethodKind.Unary) { Authorize = new() { Policy = "nobody" } },
            new("acme.orders", 1, "list", RpcMethodKind.Stream) { Authorize = new() { Domains = "not a domain, ann@example.org" }, Restrictions = [new() { Policy = "neither" }] },
        ];
        var error = Assert.Throws<RpcContractException>(() => new CalleeSide(contract: ContractOf(methods)));
        foreach (var part in new[] { "acme.orders", "place", "'nobody'", "list", "'neither'", "'not a domain'", "'ann@example.org'", "RpcEndpointOptions.Policies" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    private static CalleeSide Callee(Func<RpcContext, ValueTask<bool>> policy, Func<RpcEndpointOptions, RpcEndpointOptions>? change = null) => new(
        options => (change?.Invoke(options) ?? options) with { Policies = new Dictionary<string, Func<RpcContext, ValueTask<bool>>>(StringComparer.Ordinal) { ["staff"] = policy } },
        ContractOf(new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary) { Authorize = new() { Policy = "staff" } }));

    [RpcAuthorize(Domains = "example.org")]
    private class OwnOnly;

    [RpcAuthorize(Policy = "staff")]
    private sealed class Careful : OwnOnly;
}
