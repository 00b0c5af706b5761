using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>The table of what each end of a stream means, row by row.</summary>
public class ReconnectPolicyTests
{
    [Theory]
    // another program has the resource: two would throw each other out for ever
    [InlineData("conflict", Retry.Never)]
    [InlineData("connection-timeout", Retry.Always)]
    [InlineData("internal-server-error", Retry.Always)]
    [InlineData("remote-connection-failed", Retry.Always)]
    [InlineData("reset", Retry.Always)]
    [InlineData("resource-constraint", Retry.Always)]
    [InlineData("system-shutdown", Retry.Always)]
    [InlineData("undefined-condition", Retry.Always)]
    [InlineData("policy-violation", Retry.Always)]
    // a bug or an attack
    [InlineData("not-well-formed", Retry.Limited)]
    [InlineData("restricted-xml", Retry.Limited)]
    [InlineData("invalid-xml", Retry.Limited)]
    [InlineData("invalid-namespace", Retry.Limited)]
    [InlineData("invalid-from", Retry.Limited)]
    [InlineData("host-unknown", Retry.Limited)]
    [InlineData("host-gone", Retry.Limited)]
    [InlineData("bad-format", Retry.Limited)]
    [InlineData("unsupported-version", Retry.Limited)]
    [InlineData("not-authorized", Retry.Limited)]
    [InlineData("see-other-host", Retry.Limited)]
    public void Stream_error_of_the_server(string condition, object retry) =>
        Assert.Equal(retry, ReconnectPolicy.For(new XmppStreamException(condition, "", sentByPeer: true)).Retry);

    // who holds the address is not thrown out by asking again, and may be our own lost connection
    [Fact]
    public void Conflict_on_the_way_back_is_tried_again()
    {
        Assert.Equal(new Verdict(Retry.Always), ReconnectPolicy.ForAttempt(new XmppStreamException("conflict", "", sentByPeer: true)));
        Assert.Equal(new Verdict(Retry.Always), ReconnectPolicy.ForAttempt(new XmppStanzaException(new("cancel", "conflict"), null)));
        Assert.Equal(new Verdict(Retry.Never), ReconnectPolicy.ForAttempt(new XmppStanzaException(new("cancel", "not-allowed"), null)));
        Assert.Equal(new Verdict(Retry.Never), ReconnectPolicy.ForAttempt(new XmppAuthenticationException("not-authorized", "")));
    }

    [Fact]
    public void Resumed_stream_that_was_not_well_formed_is_followed_by_a_new_session()
    {
        Assert.Equal(new Verdict(Retry.Always, DropsSession: true), ReconnectPolicy.ForResumed(new XmppStreamException("not-well-formed", "", sentByPeer: true)));
        Assert.Equal(new Verdict(Retry.Limited), ReconnectPolicy.ForResumed(new XmppStreamException("not-well-formed", "")));
        Assert.Equal(new Verdict(Retry.Never), ReconnectPolicy.ForResumed(new XmppStreamException("conflict", "", sentByPeer: true)));
    }

    [Fact]
    public void Too_much_halves_the_window_and_drops_the_session()
    {
        Assert.Equal(new Verdict(Retry.Always, DropsSession: true, IsTooMuch: true), ReconnectPolicy.For(new XmppStreamException("policy-violation", "", sentByPeer: true)));
        // found here, it says nothing about what we sent
        Assert.Equal(new Verdict(Retry.Limited), ReconnectPolicy.For(new XmppStreamException("policy-violation", "")));
        Assert.Equal(new SendWindow(50, 500), new SendWindow(100, 1000).Halved());
        Assert.Equal(new SendWindow(1, 1), new SendWindow(1, 1).Halved());
    }

    [Theory]
    [InlineData("invalid-xml", true, true)]
    [InlineData("not-well-formed", true, true)]
    [InlineData("policy-violation", true, true)]
    // found here: what was resumed cannot be trusted
    [InlineData("undefined-condition", false, true)]
    [InlineData("undefined-condition", true, false)]
    [InlineData("system-shutdown", true, false)]
    [InlineData("conflict", true, false)]
    public void Stream_error_while_resuming(string condition, bool sentByPeer, bool endsResumption) =>
        Assert.Equal(endsResumption, ReconnectPolicy.EndsResumption(new XmppStreamException(condition, "", sentByPeer)));

    [Fact]
    public void Lost_connection_and_refused_login_leave_the_session_as_it_is()
    {
        Assert.False(ReconnectPolicy.EndsResumption(new XmppConnectionException("")));
        Assert.False(ReconnectPolicy.EndsResumption(new XmppStanzaException(new("modify", "bad-request"), null)));
    }

    [Fact]
    public void Diverged_counters_drop_the_session() =>
        Assert.Equal(new Verdict(Retry.Always, DropsSession: true), ReconnectPolicy.For(new XmppStreamException("undefined-condition", "", sentByPeer: true) { ApplicationCondition = "handled-count-too-high" }));

    [Fact]
    public void Other_host_is_where_to_go() =>
        Assert.Equal(new Verdict(Retry.Always, OtherHost: "[2001:db8::1]:5222"), ReconnectPolicy.For(new XmppStreamException("see-other-host", "", sentByPeer: true) { OtherHost = "[2001:db8::1]:5222" }));

    [Theory]
    [InlineData("not-authorized", Retry.Never)]
    [InlineData("account-disabled", Retry.Never)]
    [InlineData("credentials-expired", Retry.Never)]
    [InlineData("encryption-required", Retry.Never)]
    [InlineData("invalid-mechanism", Retry.Never)]
    [InlineData("server-not-verified", Retry.Never)]
    [InlineData("temporary-auth-failure", Retry.Always)]
    [InlineData("credentials-unavailable", Retry.Always)]
    public void Failed_authentication(string condition, object retry) =>
        Assert.Equal(retry, ReconnectPolicy.For(new XmppAuthenticationException(condition, "")).Retry);

    [Theory]
    [InlineData("wait", "resource-constraint", Retry.Always)]
    [InlineData("cancel", "conflict", Retry.Never)]
    [InlineData("cancel", "not-allowed", Retry.Never)]
    [InlineData("modify", "bad-request", Retry.Limited)]
    public void Resource_that_was_not_bound(string type, string condition, object retry) =>
        Assert.Equal(retry, ReconnectPolicy.For(new XmppStanzaException(new StanzaError(type, condition), null)).Retry);

    [Fact]
    public void Lost_connection_and_broken_TLS_are_tried_again()
    {
        Assert.Equal(new Verdict(Retry.Always), ReconnectPolicy.For(new XmppConnectionException("")));
        Assert.Equal(new Verdict(Retry.Always), ReconnectPolicy.For(new XmppTlsException("")));
    }

    [Fact]
    public void Waits_are_decorrelated_bounded_and_start_anew()
    {
        var draws = new Queue<double>([0, 1, 1, 1, 1, 0.5, 1]);
        var backoff = new Backoff(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(10), draws.Dequeue);
        Assert.Equal([0.5, 1.5, 4.5, 10, 10, 10], Enumerable.Range(0, 6).Select(_ => backoff.Next().TotalSeconds));
        backoff.Reset();
        Assert.Equal(1.5, backoff.Next().TotalSeconds);
    }
}
