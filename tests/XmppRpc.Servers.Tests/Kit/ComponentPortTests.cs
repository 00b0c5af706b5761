using System.Data.Common;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Servers.Tests.Kit;

/// <summary>Every XMPP server of the kit takes components.</summary>
public class ComponentPortTests(XmppServerFixture servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<ServerKind> Kinds => [ServerKind.Prosody, ServerKind.Ejabberd, ServerKind.Local];

    // Tests of other classes may have the other components connected at the same time.
    private const string Name = "svc2";

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_component_shakes_hands_and_exchanges_stanzas_with_a_client(ServerKind kind)
    {
        await using var server = await XmppServer.StartAsync(kind);
        await using var component = await OpenAsync(server);
        await component.ReadToAsync("<handshake", Cancellation);
        await component.ReadToAsync("/>", Cancellation);
        await using var alice = await ConnectAsync(server.ConnectionString("alice", "component"));

        await alice.SendAsync(new Message { To = Jid.Parse($"any@{XmppServer.ComponentDomain(Name)}/x"), Id = "there" }, Cancellation);
        var heard = await component.ReadToAsync("there", Cancellation);
        Assert.Contains("<message", heard, StringComparison.Ordinal);
        await component.SendAsync($"<message from='back@{XmppServer.ComponentDomain(Name)}' to='{alice.Jid}' id='back'/>", Cancellation);
        var message = Assert.IsType<Message>(await alice.ReceiveAsync(Cancellation));
        Assert.Equal(("back", $"back@{XmppServer.ComponentDomain(Name)}"), (message.Id, message.From?.ToString()));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_component_with_another_secret_is_refused(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        await using var component = await RawComponent.OpenAsync(server.ComponentPort, XmppServer.ComponentDomain(Name), "guess", Cancellation);
        Assert.Contains("<not-authorized", await component.ReadToAsync("</stream:stream>", Cancellation), StringComparison.Ordinal);
    }

    // Servers spell the same in their own ways.
    [Theory]
    [InlineData(ServerKind.Prosody, "wait", "remote-server-timeout")]
    [InlineData(ServerKind.Ejabberd, "auth", "forbidden")]
    [InlineData(ServerKind.Local, "wait", "remote-server-timeout")]
    public async Task A_stanza_to_a_component_that_is_not_connected_comes_back(ServerKind kind, string type, string condition)
    {
        var server = await servers.StartAsync(kind);
        await using var alice = await ConnectAsync(server.ConnectionString("alice", "bounced"));
        await alice.SendAsync(new Message { To = Jid.Parse(XmppServer.ComponentDomain(Name)), Id = "1" }, Cancellation);
        var bounce = Assert.IsType<Message>(await alice.ReceiveAsync(Cancellation));
        var error = StanzaError.Read(bounce)!;
        Assert.Equal((type, condition), (error.Type, error.Condition));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Components_come_back_after_a_kill(ServerKind kind)
    {
        await using var server = await XmppServer.StartAsync(kind);
        await using (var before = await OpenAsync(server))
            await before.ReadToAsync("<handshake", Cancellation);
        await server.RestartAsync();
        await using var after = await OpenAsync(server);
        await after.ReadToAsync("<handshake", Cancellation);
    }

    [Fact]
    public async Task A_component_s_connection_string_has_all_it_needs()
    {
        var server = await servers.StartAsync(ServerKind.Local);
        var parts = new DbConnectionStringBuilder { ConnectionString = server.ComponentConnectionString() };
        Assert.Equal(
            ("true", "svc.localhost", XmppServer.ComponentSecret, $"127.0.0.1:{server.ComponentPort}", "None"),
            (parts["Component"], parts["Jid"], parts["Password"], parts["Host"], parts["Tls"]));
        Assert.Throws<ArgumentException>(() => server.ComponentConnectionString("other"));
    }

    private static Task<RawComponent> OpenAsync(XmppServer server) =>
        RawComponent.OpenAsync(server.ComponentPort, XmppServer.ComponentDomain(Name), XmppServer.ComponentSecret, Cancellation);

    private static Task<XmppConnection> ConnectAsync(string connectionString) =>
        XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(connectionString), Cancellation);
}
