using static XmppRpc.Xmpp.Tests.LocalServer.ManagedServer;

namespace XmppRpc.Xmpp.Tests.LocalServer;

/// <summary>XEP-0198 §5: streams whose socket was lost.</summary>
public sealed class ResumptionTests : IAsyncLifetime
{
    private const string ItemNotFound = "<item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>";
    private const string Delay = "<delay xmlns='urn:xmpp:delay' from='alice@localhost' stamp='2030-01-01T00:00:00.000Z'/>";

    private ManagedServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Stream_goes_on_with_what_was_not_acknowledged_in_order()
    {
        await using var bob = await _server.BindAsync("bob", "b");
        var (alice, id) = await _server.ManageAsync("alice", "a");
        await alice.SendAsync("<presence to='bob@localhost/b'/>");
        await bob.ReadToAsync("<presence to='bob@localhost/b' from='alice@localhost/a'/>");
        await bob.SendAsync("<message to='alice@localhost/a' id='1'/><message to='alice@localhost/a' id='2'/>");
        await alice.ReadToAsync("id='2' from='bob@localhost/b'/>");
        await alice.SendAsync($"<a {Sm} h='1'/>");
        await PingAsync(alice);
        await _server.LoseAsync(alice);
        await bob.SendAsync("<message to='alice@localhost/a' id='3'/><iq to='alice@localhost/a' id='4' type='get'><ping xmlns='urn:xmpp:ping'/></iq>");
        await PingAsync(bob);

        // the answer to the ping was the third stanza and is the last that the client has
        await using var resumed = await _server.AskAsync("alice", id, 3);
        Assert.Equal($"<resumed {Sm} previd='{id}' h='2'/>", (await resumed.ReadToAsync("/>")).Trim());
        Assert.Equal($"<message to='alice@localhost/a' id='3' from='bob@localhost/b'>{Delay}</message>", (await resumed.ReadToAsync("</message>")).Trim());
        Assert.Equal("<iq to='alice@localhost/a' id='4' type='get' from='bob@localhost/b'><ping xmlns='urn:xmpp:ping'/></iq>", (await resumed.ReadToAsync("</iq>")).Trim());
        await resumed.ReadToAsync($"<r {Sm}/>");
        // the counts go on, and nobody saw it leave
        await resumed.SendAsync($"<a {Sm} h='5'/><message to='bob@localhost/b' id='5'/><r {Sm}/>");
        await resumed.ReadToAsync($"<a {Sm} h='3'/>");
        Assert.Equal("<message to='bob@localhost/b' id='5' from='alice@localhost/a'/>", (await bob.ReadToAsync("id='5' from='alice@localhost/a'/>")).Trim());
    }

    [Fact]
    public async Task Stream_is_resumed_again_and_again()
    {
        await using var bob = await _server.BindAsync("bob", "b");
        var (alice, id) = await _server.ManageAsync("alice", "a");
        await alice.SendAsync("<presence/>");
        await alice.ReadToAsync("to='alice@localhost/a'/>");
        for (var i = 1; i <= 3; i++)
        {
            await _server.LoseAsync(alice);
            _server.Time.Advance(ResumeTimeout - TimeSpan.FromSeconds(1));
            await bob.SendAsync($"<message to='alice@localhost' id='{i}'/>");
            await PingAsync(bob);
            alice = await _server.AskAsync("alice", id, i);
            await alice.ReadToAsync($"<resumed {Sm} previd='{id}' h='1'/>");
            await alice.ReadToAsync($"<message to='alice@localhost' id='{i}' ");
        }

        await alice.DisposeAsync();
    }

    [Fact]
    public async Task Socket_that_is_still_open_is_taken_over()
    {
        var (old, id) = await _server.ManageAsync("alice", "a");
        await old.SendAsync("<message to='alice@localhost/a' id='1'/>");
        await old.ReadToAsync("<message ");
        await using var resumed = await _server.AskAsync("alice", id, 0);
        await resumed.ReadToAsync($"<resumed {Sm} previd='{id}' h='1'/>");
        await resumed.ReadToAsync("<message to='alice@localhost/a' id='1' ");
        Assert.Contains("<conflict ", await old.ReadToAsync("</stream:stream>"), StringComparison.Ordinal);
        await old.DisposeAsync();
        await PingAsync(resumed);
    }

    [Fact]
    public async Task Stream_that_is_not_resumed_in_time_ends_and_its_count_is_remembered()
    {
        await using var bob = await _server.BindAsync("bob", "b");
        var (alice, id) = await _server.ManageAsync("alice", "a");
        await alice.SendAsync("<presence to='bob@localhost/b'/><message to='bob@localhost/b'/>");
        await bob.ReadToAsync("<message ");
        await _server.LoseAsync(alice);
        await bob.SendAsync("<message to='alice@localhost/a' id='kept'/>");
        await PingAsync(bob);
        _server.Time.Advance(ResumeTimeout);
        await bob.ReadToAsync("<presence type='unavailable' from='alice@localhost/a' to='bob@localhost/b'/>");

        await using var late = await _server.AskAsync("alice", id, 0);
        Assert.Equal($"<failed {Sm} h='2'>{ItemNotFound}", (await late.ReadToAsync("</failed>")).Trim());
        await late.SendAsync("<iq type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>new</resource></bind></iq>");
        await late.ReadToAsync("<jid>alice@localhost/new</jid>");
        await late.SendAsync("<presence/>");
        await late.ReadToAsync($"<message to='alice@localhost/a' id='kept' from='bob@localhost/b'>{Delay}");
    }

    // routing.md §5 and util/smqueue: what Prosody does with the stanzas of a stream that was never resumed.
    [Theory]
    [InlineData("<message id='x' type='{type}' to='alice@localhost/a'/>", "chat", false, true)]
    [InlineData("<message id='x' type='{type}' to='alice@localhost/a'/>", "normal", false, true)]
    [InlineData("<message id='x' type='{type}' to='alice@localhost/a'/>", "chat", true, false)]
    [InlineData("<message id='x' type='{type}' to='alice@localhost/a'/>", "normal", true, false)]
    [InlineData("<message id='x' type='{type}' to='alice@localhost/a'/>", "headline", false, false)]
    [InlineData("<message id='x' type='{type}' to='alice@localhost/a'/>", "groupchat", false, false)]
    [InlineData("<message id='x' type='{type}' to='alice@localhost/a'/>", "error", false, null)]
    [InlineData("<iq id='x' type='{type}' to='alice@localhost/a'><ping xmlns='urn:xmpp:ping'/></iq>", "get", false, false)]
    [InlineData("<iq id='x' type='{type}' to='alice@localhost/a'/>", "result", false, null)]
    public async Task Stanza_for_a_stream_that_is_never_resumed_is_stored_bounced_or_dropped(string stanza, string type, bool hasOther, bool? isStored)
    {
        await using var bob = await _server.BindAsync("bob", "b");
        var (alice, _) = await _server.ManageAsync("alice", "a");
        await using var other = hasOther ? await _server.BindAsync("alice", "other") : null;
        await _server.LoseAsync(alice);
        await bob.SendAsync(stanza.Replace("{type}", type, StringComparison.Ordinal));
        await PingAsync(bob);
        _server.Time.Advance(ResumeTimeout);

        await bob.SendAsync("<iq type='get' id='end' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
        var heard = await bob.ReadToAsync("<iq type='result' id='end'");
        Assert.Equal(isStored == false, heard.Contains("type='error' id='x' to='bob@localhost/b' from='alice@localhost/a'><error type='cancel'><recipient-unavailable ", StringComparison.Ordinal));
        await using var next = await _server.BindAsync("alice", "next");
        await next.SendAsync("<presence/><iq type='get' id='end'><ping xmlns='urn:xmpp:ping'/></iq>");
        Assert.Equal(isStored == true, (await next.ReadToAsync("id='end'")).Contains("<message id='x'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Same_resource_bound_anew_ends_the_stream_and_gets_its_messages()
    {
        var (alice, id) = await _server.ManageAsync("alice", "a");
        await _server.LoseAsync(alice);
        await using var bob = await _server.BindAsync("bob", "b");
        await bob.SendAsync("<message to='alice@localhost/a' id='1'/>");
        await PingAsync(bob);
        await using var anew = await _server.BindAsync("alice", "a");
        await anew.SendAsync("<presence/>");
        await anew.ReadToAsync("<message to='alice@localhost/a' id='1' ");
        await using var late = await _server.AskAsync("alice", id, 0);
        Assert.Equal($"<failed {Sm}>{ItemNotFound}", (await late.ReadToAsync("</failed>")).Trim());
    }

    [Fact]
    public async Task Stream_that_was_not_to_be_resumed_ends_with_its_socket()
    {
        await using var bob = await _server.BindAsync("bob", "b");
        await using var alice = await _server.BindAsync("alice", "a");
        await alice.SendAsync($"<enable {Sm}/><presence to='bob@localhost/b'/>");
        await bob.ReadToAsync("from='alice@localhost/a'/>");
        await bob.SendAsync("<message type='headline' to='alice@localhost/a' id='1'/>");
        await alice.ReadToAsync("<message ");
        await alice.DisposeAsync();
        // it was read, and is bounced for want of an acknowledgement (F-04)
        await bob.ReadToAsync("<message type='error' id='1' to='bob@localhost/b' from='alice@localhost/a'><error type='cancel'><recipient-unavailable ");
        await bob.ReadToAsync("<presence type='unavailable' from='alice@localhost/a' ");
    }

    [Fact]
    public async Task Queue_above_its_limit_loses_the_oldest_and_the_stream_cannot_be_resumed()
    {
        await using var server = await StartAsync(options => options with { MaxUnacknowledgedStanzas = 3 });
        var (alice, id) = await server.ManageAsync("alice", "a");
        await server.LoseAsync(alice);
        await using var bob = await server.BindAsync("bob", "b");
        for (var i = 1; i <= 5; i++)
            await bob.SendAsync($"<message to='alice@localhost/a' id='{i}'/>");
        await PingAsync(bob);
        await using var refused = await server.AskAsync("alice", id, 0);
        Assert.Contains("<resource-constraint ", await refused.ReadToAsync("</stream:stream>"), StringComparison.Ordinal);
        await using var next = await server.BindAsync("alice", "b");
        await next.SendAsync("<presence/>");
        await next.ReadToAsync("<presence ");
        Assert.DoesNotContain("id='2'", await next.ReadToAsync("id='5'"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bob", "{id}", "h='0'", "item-not-found")]
    [InlineData("alice", "none", "h='0'", "item-not-found")]
    [InlineData("alice", "{id}", "", "bad-request")]
    [InlineData("alice", "{id}", "h='x'", "bad-request")]
    public async Task Resumption_that_is_not_due_fails_and_leaves_the_stream_alone(string user, string id, string handled, string condition)
    {
        var (alice, own) = await _server.ManageAsync("alice", "a");
        await _server.LoseAsync(alice);
        await using (var thief = await _server.LogInAsync(user))
        {
            await thief.SendAsync($"<resume {Sm} previd='{id.Replace("{id}", own, StringComparison.Ordinal)}' {handled}/>");
            Assert.Equal($"<failed {Sm}><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>", (await thief.ReadToAsync("</failed>")).Trim());
        }

        await using var resumed = await _server.AskAsync("alice", own, 0);
        await resumed.ReadToAsync($"<resumed {Sm} previd='{own}' h='0'/>");
    }

    [Fact]
    public async Task Resumption_with_a_count_that_cannot_be_ends_both_streams()
    {
        var (alice, id) = await _server.ManageAsync("alice", "a");
        await _server.LoseAsync(alice);
        await using var wrong = await _server.AskAsync("alice", id, 1);
        Assert.Contains($"<handled-count-too-high {Sm} h='1' send-count='0'/></stream:error>", await wrong.ReadToAsync("</stream:stream>"), StringComparison.Ordinal);
        await using var right = await _server.AskAsync("alice", id, 0);
        await right.ReadToAsync(ItemNotFound);
    }

    [Fact]
    public async Task Streams_that_are_forgotten_leave_nothing_behind()
    {
        await using var bob = await _server.BindAsync("bob", "b");
        var (lost, lostId) = await _server.ManageAsync("alice", "lost");
        var (open, openId) = await _server.ManageAsync("alice", "open");
        await lost.SendAsync("<presence to='bob@localhost/b'/>");
        await bob.ReadToAsync("from='alice@localhost/lost'/>");
        await _server.LoseAsync(lost);
        await bob.SendAsync("<message to='alice@localhost/lost'/>");
        await PingAsync(bob);

        _server.Server.ForgetStreams();
        Assert.Equal("<presence type='unavailable' from='alice@localhost/lost' to='bob@localhost/b'/>", (await bob.ReadToAsync("to='bob@localhost/b'/>")).Trim());
        await PingAsync(open);
        await open.DisposeAsync();
        foreach (var id in new[] { lostId, openId })
        {
            await using var late = await _server.AskAsync("alice", id, 0);
            Assert.Equal($"<failed {Sm}>{ItemNotFound}", (await late.ReadToAsync("</failed>")).Trim());
        }
    }

    [Fact]
    public async Task Connections_that_are_cut_can_be_resumed()
    {
        var (alice, id) = await _server.ManageAsync("alice", "a");
        _server.Server.CutConnections();
        await alice.ReadToEndAsync();
        await _server.LoseAsync(alice);
        await using var resumed = await _server.AskAsync("alice", id, 0);
        await resumed.ReadToAsync("<resumed ");
    }
}
