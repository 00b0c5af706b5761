using System.Collections.Frozen;
using XmppRpc.Discovery;
using XmppRpc.Frames;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Tests.Discovery;

public class DiscoveryTests
{
    [Fact]
    public void Info_is_read_as_it_was_written()
    {
        var info = new PeerInfo("x7Kd0w", FrozenSet.Create(StringComparer.Ordinal, "acme.orders:1", "acme.stock:2"), 65536);
        var query = PeerDescription.Write(info, "a-node");
        Assert.Equal("a-node", query.Attribute("node"));
        Assert.Equal(["http://jabber.org/protocol/disco#info", "urn:xmpp:ping", "urn:xmpprpc:1", "urn:xmpprpc:1#c:acme.orders:1", "urn:xmpprpc:1#c:acme.stock:2"],
            query.Children.Where(child => child.Is("feature", XmppNames.DiscoInfo)).Select(child => child.Attribute("var")));
        Assert.Equal(("automation", "rpc"), (query.Child("identity", XmppNames.DiscoInfo)!.Attribute("category"), query.Child("identity", XmppNames.DiscoInfo)!.Attribute("type")));
        var read = PeerDescription.Read(query);
        Assert.Equal((info.Instance, info.MaxStanzaBytes), (read.Instance, read.MaxStanzaBytes));
        Assert.Equal(info.Contracts.Order(StringComparer.Ordinal), read.Contracts.Order(StringComparer.Ordinal));
        Assert.True(read.Serves("acme.stock", 2));
        Assert.False(read.Serves("acme.stock", 1));
    }

    [Fact]
    public void Stranger_gets_an_empty_answer()
    {
        var query = PeerDescription.Write(new PeerInfo("x7Kd0w", FrozenSet<string>.Empty, 65536), null);
        Assert.Empty(query.Children);
        Assert.Empty(query.Attributes);
        Assert.Empty(PeerDescription.Read(query).Contracts);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("toolong")]
    [InlineData("\",\"x\"")]
    [InlineData("a<b>c&")]
    [InlineData("a.b.c.")]
    [InlineData("ääääää")]
    public void Answer_without_a_proper_instance_shows_nothing(string? instance)
    {
        var query = PeerDescription.Write(new PeerInfo("x7Kd0w", FrozenSet.Create(StringComparer.Ordinal, "c:1"), 1), null);
        var form = query.Child("x", XmppNames.DataForms)!;
        var field = form.Children.Single(child => child.Attribute("var") == "in");
        if (instance is null)
            field.Set("var", "other");
        else
            field.Child("value", XmppNames.DataForms)!.Text = instance;
        var read = PeerDescription.Read(query);
        Assert.Empty(read.Contracts);
        Assert.True(CallId.IsInstance(read.Instance));
    }

    [Fact]
    public void Other_peoples_answers_show_nothing()
    {
        Assert.Empty(PeerDescription.Read(null).Contracts);
        Assert.Empty(PeerDescription.Read(new XmppElement("query", XmppNames.DiscoInfo)).Contracts);
        var forged = PeerDescription.Write(new PeerInfo("x7Kd0w", FrozenSet.Create(StringComparer.Ordinal, "c:1"), 1), null);
        forged.Child("x", XmppNames.DataForms)!.Children[0].Child("value", XmppNames.DataForms)!.Text = "urn:other";
        Assert.Empty(PeerDescription.Read(forged).Contracts);
    }

    [Fact]
    public void Contracts_are_bounded_and_a_size_that_is_none_is_no_limit()
    {
        var query = PeerDescription.Write(new PeerInfo("x7Kd0w", Enumerable.Range(0, 5000).Select(i => $"c{i}:1").ToFrozenSet(StringComparer.Ordinal), 1), null);
        query.Child("x", XmppNames.DataForms)!.Children.Single(child => child.Attribute("var") == "max").Child("value", XmppNames.DataForms)!.Text = "many";
        var read = PeerDescription.Read(query);
        Assert.Equal((4096, int.MaxValue), (read.Contracts.Count, read.MaxStanzaBytes));
    }

    [Theory]
    [InlineData("service-unavailable", RpcStatus.Unavailable)]
    [InlineData("recipient-unavailable", RpcStatus.Unavailable)]
    [InlineData("remote-server-not-found", RpcStatus.Unreachable)]
    [InlineData("remote-server-timeout", RpcStatus.Unreachable)]
    [InlineData("item-not-found", RpcStatus.Unimplemented)]
    [InlineData("feature-not-implemented", RpcStatus.Unimplemented)]
    [InlineData("forbidden", RpcStatus.PermissionDenied)]
    [InlineData("not-authorized", RpcStatus.PermissionDenied)]
    [InlineData("not-allowed", RpcStatus.PermissionDenied)]
    [InlineData("resource-constraint", RpcStatus.ResourceExhausted)]
    [InlineData("policy-violation", RpcStatus.ResourceExhausted)]
    [InlineData("undefined-condition", RpcStatus.Unavailable)]
    public void Stanza_error_before_a_call_means_that_it_did_not_run(string condition, RpcStatus status)
    {
        var peer = Jid.Parse("orders@example.org/main");
        var error = StanzaErrors.ToRpc(new StanzaError("cancel", condition, "text of the peer"), peer);
        Assert.Equal((status, condition, peer, RpcOutcome.NotExecuted), (error.Status, error.Code, error.Remote, error.Outcome));
        Assert.StartsWith("orders@example.org/main cannot be called: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("text of the peer", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cancel", "service-unavailable", PeerState.InDoubt, PeerState.InDoubt)]
    [InlineData("wait", "recipient-unavailable", PeerState.InDoubt, PeerState.InDoubt)]
    [InlineData("cancel", "item-not-found", PeerState.InDoubt, PeerState.InDoubt)]
    [InlineData("cancel", "gone", PeerState.InDoubt, PeerState.InDoubt)]
    [InlineData("cancel", "remote-server-not-found", PeerState.InDoubt, PeerState.InDoubt)]
    [InlineData("wait", "remote-server-timeout", PeerState.InDoubt, PeerState.InDoubt)]
    [InlineData("wait", "resource-constraint", PeerState.AsBefore, PeerState.AsBefore)]
    [InlineData("cancel", "resource-constraint", PeerState.AsBefore, PeerState.AsBefore)]
    [InlineData("wait", "internal-server-error", PeerState.AsBefore, PeerState.AsBefore)]
    [InlineData("cancel", "feature-not-implemented", PeerState.Refused, PeerState.Alive)]
    [InlineData("auth", "forbidden", PeerState.Forbidden, PeerState.InDoubt)]
    [InlineData("cancel", "not-allowed", PeerState.Forbidden, PeerState.InDoubt)]
    [InlineData("auth", "not-authorized", PeerState.Refused, PeerState.Refused)]
    [InlineData("modify", "policy-violation", PeerState.Refused, PeerState.Refused)]
    [InlineData("modify", "bad-request", PeerState.Refused, PeerState.Refused)]
    [InlineData("cancel", "not-acceptable", PeerState.Refused, PeerState.Refused)]
    [InlineData("cancel", "undefined-condition", PeerState.Refused, PeerState.Refused)]
    public void Stanza_error_tells_of_death_only_where_nobody_may_be_there(string type, string condition, object ofMessage, object ofPing)
    {
        var error = new StanzaError(type, condition);
        Assert.Equal((ofMessage, ofPing), (StanzaErrors.OfMessage(error), StanzaErrors.OfPing(error)));
    }

    [Theory]
    [InlineData("ann@example.net/x", "ann@example.net/x")]
    [InlineData(null, "orders@example.org")]
    [InlineData("", null)]
    [InlineData("ann@evil.net/\u0378", null)]
    [InlineData("@evil.net", null)]
    [InlineData("a b@evil.net", null)]
    public void Sender_that_is_no_valid_JID_is_nobody_and_never_ourselves(string? from, string? sender)
    {
        var message = new Message(new XmppElement("message", XmppNames.Client).Set("from", from));
        Assert.Equal(sender, StanzaRouter.SenderOf(message, Jid.Parse("orders@example.org/main"))?.ToString());
    }
}
