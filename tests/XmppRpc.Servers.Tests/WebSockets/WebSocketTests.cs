using System.Net;
using XmppRpc.Servers.Tests.Faults;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.WebSockets;

/// <summary>Our client over the WebSockets (RFC 7395) of the XMPP servers that have them.</summary>
public sealed class WebSocketTests(XmppServerFixture servers)
{
    // only to end a test that would hang
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(120);

    public static TheoryData<ServerKind> Kinds => [ServerKind.Prosody, ServerKind.Ejabberd];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Messages_of_every_size_pass_both_ways_between_WebSocket_and_TCP(ServerKind kind)
    {
        using var guard = Guarded();
        var server = await servers.StartAsync(kind);
        await using var web = await XmppConnection.ConnectAsync(Options(server, "alice", "sizes"), guard.Token);
        await using var tcp = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(server.ConnectionString("bob", "sizes")), guard.Token);

        foreach (var text in new[] { "hi", "gr\u00fc\u00df \ud83d\udc4b \u05e9\u05dc\u05d5\u05dd <&>'\" \n\t", string.Concat(Enumerable.Repeat("\ud83d\ude00\u00e4x", 10_000)), new string('x', 200_000) })
            foreach (var (from, to) in new[] { (web, tcp), (tcp, web) })
            {
                await from.SendAsync(Chat(to.Jid, text), guard.Token);
                Assert.Equal(text, await NextBodyAsync(to, guard.Token));
            }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_thousand_messages_arrive_in_order_both_ways_at_once(ServerKind kind)
    {
        using var guard = Guarded();
        var server = await servers.StartAsync(kind);
        await using var one = await XmppConnection.ConnectAsync(Options(server, "alice", "many"), guard.Token);
        await using var other = await XmppConnection.ConnectAsync(Options(server, "bob", "many"), guard.Token);

        await Task.WhenAll(TalkAsync(one, other.Jid), TalkAsync(other, one.Jid), HearAsync(one), HearAsync(other));

        async Task TalkAsync(XmppConnection from, Jid to)
        {
            for (var i = 0; i < 1000; i++)
                await from.SendAsync(Chat(to, $"{i}"), guard.Token);
        }

        async Task HearAsync(XmppConnection at)
        {
            for (var i = 0; i < 1000; i++)
                Assert.Equal($"{i}", await NextBodyAsync(at, guard.Token));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Requests_are_answered(ServerKind kind)
    {
        using var guard = Guarded();
        var server = await servers.StartAsync(kind);
        await using var connection = await XmppConnection.ConnectAsync(Options(server, "alice", "iq"), guard.Token);

        Assert.Equal("result", (await connection.RequestAsync(new Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = Jid.Parse(XmppServer.Domain) }, guard.Token)).Type);
        await Assert.ThrowsAsync<XmppStanzaException>(() => connection.RequestAsync(new Iq("get", new XmppElement("query", "urn:example:unknown")) { To = Jid.Parse(XmppServer.Domain) }, guard.Token));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Session_is_resumed_after_a_cut_and_nothing_is_lost_or_doubled(ServerKind kind)
    {
        using var guard = Guarded();
        var server = await servers.StartAsync(kind, Setups.Patient);
        await using var proxy = FaultProxy.Start(new IPEndPoint(IPAddress.Loopback, server.WebSocketAddress.Port));
        var options = Options(server, "alice", "resume") with { WebSocket = new UriBuilder(server.WebSocketAddress) { Port = proxy.Port }.Uri, MinReconnectDelay = TimeSpan.FromMilliseconds(10), MaxReconnectDelay = TimeSpan.FromMilliseconds(50) };
        await using var web = await XmppConnection.ConnectAsync(options, guard.Token);
        await using var tcp = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(server.ConnectionString("bob", "resume")), guard.Token);

        foreach (var cut in new[] { CutKind.Reset, CutKind.Fin })
        {
            await web.SendAsync(Chat(tcp.Jid, $"before {cut}"), guard.Token);
            proxy.CutAll(cut);
            await web.SendAsync(Chat(tcp.Jid, $"after {cut}"), guard.Token);
            await tcp.SendAsync(Chat(web.Jid, $"to the one who was cut by {cut}"), guard.Token);

            Assert.Equal($"before {cut}", await NextBodyAsync(tcp, guard.Token));
            Assert.Equal($"after {cut}", await NextBodyAsync(tcp, guard.Token));
            Assert.IsType<SessionLost>(await web.ReceiveEventAsync(guard.Token));
            Assert.True(Assert.IsType<SessionStarted>(await web.ReceiveEventAsync(guard.Token)).IsResumed);
            Assert.Equal($"to the one who was cut by {cut}", await NextBodyAsync(web, guard.Token));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Close_is_in_order(ServerKind kind)
    {
        using var guard = Guarded();
        var server = await servers.StartAsync(kind);
        await using var other = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(server.ConnectionString("bob", "close")), guard.Token);
        var connection = await XmppConnection.ConnectAsync(Options(server, "alice", "close"), guard.Token);
        await connection.SendAsync(new Presence(), guard.Token);
        await connection.SendAsync(new Presence { To = other.Jid }, guard.Token);
        Assert.Null((await NextPresenceAsync()).Type);

        await connection.CloseAsync(guard.Token);

        Assert.Equal("unavailable", (await NextPresenceAsync()).Type);
        await DrainAsync();

        async Task<Presence> NextPresenceAsync()
        {
            while (true)
                if (await other.ReceiveAsync(guard.Token) is Presence presence && presence.From == connection.Jid)
                    return presence;
        }

        async Task DrainAsync()
        {
            while (await connection.ReceiveAsync(guard.Token) is not null)
            {
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Wrong_password_is_refused(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        var options = Options(server, "alice") with { Password = "wrong" };
        Assert.Equal("not-authorized", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => XmppConnection.ConnectAsync(options, TestContext.Current.CancellationToken))).Condition);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Certificate_that_is_not_trusted_is_refused(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        var options = Options(server, "alice");
        await Assert.ThrowsAsync<XmppTlsException>(() => XmppConnection.ConnectAsync(options with { TrustedCertificate = null }, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<XmppTlsException>(() => XmppConnection.ConnectAsync(options with { CertificateFingerprint = new string('a', 64) }, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Wrong_path_is_told(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        var options = Options(server, "alice") with { WebSocket = new UriBuilder(server.WebSocketAddress) { Path = "nothing-here" }.Uri };
        Assert.Contains("404", (await Assert.ThrowsAsync<XmppConnectionException>(() => XmppConnection.ConnectAsync(options, TestContext.Current.CancellationToken))).Message, StringComparison.Ordinal);
    }

    private static CancellationTokenSource Guarded()
    {
        var guard = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        guard.CancelAfter(Guard);
        return guard;
    }

    private static XmppConnectionOptions Options(XmppServer server, string user, string? resource = null) => XmppConnectionOptions.Parse(server.WebSocketConnectionString(user, resource is null ? null : "ws-" + resource));

    private static async Task<string> NextBodyAsync(XmppConnection at, CancellationToken cancellationToken)
    {
        while (true)
            if (await at.ReceiveAsync(cancellationToken) is Message { Body: { } body } message)
                return message.IsError ? $"{StanzaError.Read(message)} for: {body}" : body;
    }

    private static Message Chat(Jid to, string text)
    {
        var message = new Message { To = to, Type = "chat" };
        message.Element.Add(new XmppElement("body", XmppNames.Client).WithText(text)).Add(new XmppElement("no-store", "urn:xmpp:hints"));
        return message;
    }
}
