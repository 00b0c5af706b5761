using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Servers.Tests.Services;

/// <summary>What the real XMPP servers answer to the questions of <see cref="XmppServices"/>.</summary>
public sealed class ServicesTests(XmppServerFixture servers)
{
    private static readonly Jid Domain = Jid.Parse(XmppServer.Domain);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task The_server_says_what_it_is(ServerKind kind)
    {
        await using var client = await Client.ConnectAsync(await servers.StartAsync(kind), "asks", Cancellation);
        var connection = client.Connection;

        // The size of stanzas goes by it.
        Assert.Equal(kind switch { ServerKind.Ejabberd => "http://www.process-one.net/en/ejabberd/", ServerKind.Prosody => "http://prosody.im", _ => null }, connection.ServerNode);
        await connection.PingAsync(cancellationToken: Cancellation);
        await connection.PingAsync(Domain, Cancellation);
        var info = await connection.DiscoverAsync(Domain, cancellationToken: Cancellation);
        Assert.True(info.Is("server", "im") && info.Supports(XmppNames.DiscoInfo) && info.Supports(XmppNames.Ping));
        Assert.True((await connection.DiscoverAsync(connection.Jid.Bare, cancellationToken: Cancellation)).Is("account", "registered"));
        await connection.ItemsAsync(Domain, cancellationToken: Cancellation);
        Assert.Contains(kind is ServerKind.Local ? "XmppRpc" : kind.ToString(), (await connection.GetVersionAsync(Domain, Cancellation)).Name, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("item-not-found", (await Assert.ThrowsAsync<XmppStanzaException>(() => connection.DiscoverAsync(Domain, "no-such-node", Cancellation))).Error.Condition);
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    public async Task The_server_tells_its_time(ServerKind kind)
    {
        await using var client = await Client.ConnectAsync(await servers.StartAsync(kind), "late", Cancellation);
        var before = TimeProvider.System.GetUtcNow();
        var told = await client.Connection.GetTimeAsync(Domain, Cancellation);
        Assert.InRange(told, before.AddSeconds(-1), TimeProvider.System.GetUtcNow().AddSeconds(1));
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    public async Task A_request_of_another_client_arrives_and_its_answer_is_read(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        await using var asking = await Client.ConnectAsync(server, "asking", Cancellation);
        await using var asked = await Client.ConnectAsync(server, "asked", Cancellation);
        var info = DiscoInfo.Of(new() { Features = ["urn:a"], Forms = [XmppForm.Of("result", "urn:f", ("name", "\u00FC & ' >"))] });

        var discovering = asking.Connection.DiscoverAsync(asked.Connection.Jid, cancellationToken: Cancellation);
        var request = await asked.NextAsync<Iq>(Cancellation);
        Assert.Equal(asking.Connection.Jid, request.From);
        await asked.Connection.SendAsync(request.CreateResult(info.ToElement()), Cancellation);
        Assert.True(EntityCapabilities.Of(info, "n").IsProvenBy(await discovering));

        var nobody = await Assert.ThrowsAsync<XmppStanzaException>(() => asking.Connection.PingAsync(asked.Connection.Jid.WithResource("nobody"), Cancellation));
        Assert.Equal("service-unavailable", nobody.Error.Condition);
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    public async Task A_blocked_address_is_not_heard_until_it_is_unblocked(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        await using var quiet = await Client.ConnectAsync(server, "quiet", Cancellation);
        await using var loud = await Client.ConnectAsync(server, "loud", Cancellation);
        var jid = loud.Connection.Jid.Bare;

        Assert.Empty(await quiet.Connection.GetBlockListAsync(Cancellation));
        await quiet.Connection.BlockAsync([jid], Cancellation);
        Assert.Equal([jid], await quiet.Connection.GetBlockListAsync(Cancellation));
        // whoever asked for the list is told of changes, by the own server
        Iq notice;
        do
        {
            notice = await quiet.NextAsync<Iq>(Cancellation);
            await quiet.Connection.SendAsync(notice.CreateResult(), Cancellation);
        }
        // ejabberd tells of its privacy list (XEP-0016) too
        while (!notice.Payload!.Is("block", XmppNames.Blocking));
        Assert.True(notice.From is null || notice.From == quiet.Connection.Jid.Bare, notice.From?.ToString());

        await loud.SayAsync(quiet, "blocked", Cancellation);
        Assert.Equal("service-unavailable", StanzaError.Read(await loud.NextAsync<Message>(Cancellation))!.Condition);
        await quiet.Connection.UnblockAsync([jid], Cancellation);
        await loud.SayAsync(quiet, "unblocked", Cancellation);
        Assert.Equal("unblocked", (await quiet.NextAsync<Message>(Cancellation)).Id);

        await quiet.Connection.BlockAsync([jid, Jid.Parse("foreign.localhost")], Cancellation);
        await quiet.Connection.UnblockAllAsync(Cancellation);
        Assert.Empty(await quiet.Connection.GetBlockListAsync(Cancellation));
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    public async Task The_archive_is_caught_up_with(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        await using var writer = await Client.ConnectAsync(server, "writer", Cancellation);
        await using var reader = await Client.ConnectAsync(server, "reader", Cancellation);
        string[] bodies = ["m1", "m2", "m3", "m4", "m5"];
        foreach (var body in bodies)
        {
            await writer.SayAsync(reader, body, Cancellation);
            Assert.Equal(body, (await reader.NextAsync<Message>(Cancellation)).Id);
        }

        var all = new ArchiveQuery(reader.Connection.Jid, pageSize: 2);
        var archived = await reader.CatchUpAsync(all, Cancellation);
        Assert.Equal(bodies, archived.Select(message => message.Message.Id));
        Assert.Equal(writer.Connection.Jid, archived[0].Message.From);
        Assert.Equal((true, 0), (all.IsComplete, all.Missing));

        var rest = await reader.CatchUpAsync(new(reader.Connection.Jid, after: archived[2].Id, pageSize: 1), Cancellation);
        Assert.Equal(["m4", "m5"], rest.Select(message => message.Message.Id));
        Assert.Empty(await reader.CatchUpAsync(new(reader.Connection.Jid, after: archived[4].Id), Cancellation));
        Assert.Equal(bodies, (await reader.CatchUpAsync(new(reader.Connection.Jid, start: archived[0].Stamp.AddMinutes(-1), with: writer.Connection.Jid.Bare), Cancellation)).Select(message => message.Message.Id));
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    public async Task An_id_that_the_archive_does_not_have_is_replaced_by_the_time(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        await using var writer = await Client.ConnectAsync(server, "scribe", Cancellation);
        await using var reader = await Client.ConnectAsync(server, "forgetful", Cancellation);
        var before = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        await writer.SayAsync(reader, "m1", Cancellation);
        await reader.NextAsync<Message>(Cancellation);

        // ejabberd's ids are times, which it never forgets; it finds nothing behind one that is no number
        var forgotten = kind is ServerKind.Ejabberd ? "1" : "00000000-no-such-id";
        var archived = await reader.CatchUpAsync(new(reader.Connection.Jid, after: forgotten, start: before), Cancellation);
        Assert.Equal("m1", Assert.Single(archived).Message.Id);
    }
}
