using XmppRpc.Contracts;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;

namespace XmppRpc.Tests.Contracts;

public class ContractTests
{
    [Theory]
    [InlineData("orders@example.org", true)]
    [InlineData("orders@example.org/main", false)]
    [InlineData("orders.example.org", false)]
    public void Bare_JID_is_any_instance(string jid, bool any)
    {
        RpcTarget target = jid;
        Assert.Equal((any, Jid.Parse(jid)), (target.IsAnyInstance, target.Address));
        Assert.Equal(target, (RpcTarget)Jid.Parse(jid));
    }

    [Fact]
    public void Text_that_is_no_JID_is_no_target() => Assert.Throws<FormatException>(() => (RpcTarget)"@");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123X")]
    public void Call_id_of_another_form_is_refused(string? text) => Assert.Throws<ArgumentException>(() => new RpcCallId(text!));

    [Fact]
    public async Task Options_change_a_copy_of_the_invoker()
    {
        await using var caller = new CallerSide();
        var invoker = caller.Invoker();
        Assert.NotSame(invoker, invoker.With(new RpcCallOptions { Timeout = TimeSpan.FromSeconds(1) }));
        Assert.Equal(CallerSide.Peer, invoker.With(new RpcCallOptions()).Target);
    }

    [Fact]
    public void Method_is_named_by_contract_and_name()
    {
        var method = new RpcMethodInfo("acme.orders", 2, "place", RpcMethodKind.Unary);
        Assert.Equal(("acme.orders/place", "acme.orders/place:2"), (method.Path, method.ToString()));
    }

    [Fact]
    public async Task Answer_that_is_known_is_complete()
    {
        Deferred<string> now = "yes";
        Assert.Equal((DeferredState.Completed, "yes", null), (now.State, await now, now.Id));
        await now.CancelAsync();
        Assert.Empty(await now.ProgressAsync().ToListAsync());
        Assert.Equal(DeferredState.Completed, Deferred.Now<IEnumerable<int>>([1]).State);
    }

    [Theory]
    [InlineData(RpcStatus.Unavailable, true)]
    [InlineData(RpcStatus.Unreachable, true)]
    [InlineData(RpcStatus.ResourceExhausted, true)]
    [InlineData(RpcStatus.Aborted, true)]
    [InlineData(RpcStatus.Internal, false)]
    [InlineData(RpcStatus.DeadlineExceeded, false)]
    [InlineData(RpcStatus.NotFound, false)]
    public void Status_says_whether_trying_again_may_help(RpcStatus status, bool transient) => Assert.Equal(transient, new RpcException(status, "x").IsTransient);

    public static TheoryData<string> BadOptions => new(Changes.Keys);

    private static readonly Dictionary<string, Func<RpcEndpointOptions, RpcEndpointOptions>> Changes = new(StringComparer.Ordinal)
    {
        ["DefaultTimeout"] = o => o with { DefaultTimeout = TimeSpan.Zero },
        ["MaxBatchBytes"] = o => o with { MaxBatchBytes = o.Connection.MaxSentStanzaBytes },
        ["MaxBatchFrames"] = o => o with { MaxBatchFrames = 0 },
        ["MaxHold"] = o => o with { MaxHold = TimeSpan.Zero },
        ["MaxStanzaBytes"] = o => o with { MaxStanzaBytes = o.Connection.MaxSentStanzaBytes },
        ["MaxPendingCalls"] = o => o with { MaxPendingCalls = 0 },
        ["MaxPendingCallsPerPeer"] = o => o with { MaxPendingCallsPerPeer = 0 },
        ["MaxConcurrentCalls"] = o => o with { MaxConcurrentCalls = 0 },
        ["MaxWaitingCalls"] = o => o with { MaxWaitingCalls = -1 },
        ["MaxWaitingBytes"] = o => o with { MaxWaitingBytes = -1 },
        ["MaxDeferredCalls"] = o => o with { MaxDeferredCalls = -1 },
        ["MaxRememberedCalls"] = o => o with { MaxRememberedCalls = 0 },
        ["MaxRememberedReplyBytes"] = o => o with { MaxRememberedReplyBytes = -1 },
        ["MaxCallerLinks"] = o => o with { MaxCallerLinks = 0 },
        ["LinkRetention"] = o => o with { LinkRetention = TimeSpan.Zero },
        ["DrainTimeout"] = o => o with { DrainTimeout = TimeSpan.FromSeconds(-1) },
    };

    [Theory, MemberData(nameof(BadOptions))]
    public void Option_out_of_its_range_is_named(string option) =>
        Assert.Contains($"RpcEndpointOptions.{option} ", Assert.Throws<ArgumentException>(() => Changes[option](CallerSide.NewOptions()).Validate()).Message, StringComparison.Ordinal);

    [Fact]
    public void Default_options_are_valid() => CallerSide.NewOptions().Validate();

    [Theory]
    [InlineData(null, null)]
    [InlineData("plain ä 漢", "plain ä 漢")]
    [InlineData("a\r\n\u001b[31m\u202e\u200b\u2028\0", @"a\u000d\u000a\u001b[31m\u202e\u200b\u2028\u0000")]
    public void Remote_text_is_shown_without_control_characters(string? text, string? plain) => Assert.Equal(plain, PlainText.Of(text));
}
