using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Kit;

public class XmppServerTests(XmppServerFixture servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task A_started_server_answers_with_features_that_offer_STARTTLS(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);

        var features = await RawClient.ReadFeaturesAsync(server.Port, Cancellation);

        Assert.Contains($"from='{XmppServer.Domain}'", features.Replace('"', '\''), StringComparison.Ordinal);
        Assert.Contains("urn:ietf:params:xml:ns:xmpp-tls", features, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ServerKind.Prosody, false)]
    [InlineData(ServerKind.Prosody, true)]
    [InlineData(ServerKind.Ejabberd, false)]
    [InlineData(ServerKind.Ejabberd, true)]
    [InlineData(ServerKind.Local, false)]
    public async Task Every_account_logs_in_with_its_connection_string(ServerKind kind, bool directTls)
    {
        var server = await servers.StartAsync(kind);

        foreach (var user in new[] { "alice", "bob", "carol" })
        {
            var resource = directTls ? "direct" : "starttls";
            await using var connection = await ConnectAsync(server.ConnectionString(user, resource, directTls));
            Assert.Equal(Jid.Parse($"{user}@localhost/{resource}"), connection.Jid);
        }
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task A_password_with_signs_that_mean_something_elsewhere_survives_the_connection_string(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        const string password = """p;w="q' <&>\ é""";

        await server.AddAccountAsync("quoted", password);

        Assert.Equal(password, new DbConnectionStringBuilder { ConnectionString = server.ConnectionString("quoted") }["Password"]);
        await using var connection = await ConnectAsync(server.ConnectionString("quoted"));
        Assert.Equal("quoted", connection.Jid.Local);
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task An_account_that_exists_is_kept_as_it_is(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);

        await Assert.ThrowsAsync<InvalidOperationException>(() => server.AddAccountAsync("alice", "other"));
        await using var connection = await ConnectAsync(server.ConnectionString("alice", "again"));
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task Kill_and_restart_keep_ports_and_accounts(ServerKind kind)
    {
        await using var server = await XmppServer.StartAsync(kind);
        await server.AddAccountAsync("dave", "pw-dave");
        var connectionString = server.ConnectionString("dave");

        await server.KillAsync();
        using (var client = new TcpClient())
            await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, server.Port));
        await server.RestartAsync();

        await using var connection = await ConnectAsync(connectionString);
        Assert.Equal("dave", connection.Jid.Local);
    }

    [Theory]
    [InlineData(ServerKind.Prosody, ServerProfile.Bench)]
    [InlineData(ServerKind.Prosody, ServerProfile.Stock)]
    [InlineData(ServerKind.Ejabberd, ServerProfile.Bench)]
    [InlineData(ServerKind.Ejabberd, ServerProfile.Stock)]
    [InlineData(ServerKind.Local, ServerProfile.Full)]
    public async Task A_profile_starts_and_leaves_no_files(ServerKind kind, ServerProfile profile)
    {
        var server = await XmppServer.StartAsync(kind, profile);
        await using (server)
        await using (await ConnectAsync(server.ConnectionString("alice")))
            Assert.True(File.Exists(server.CertificateFile));

        Assert.False(Directory.Exists(Path.GetDirectoryName(server.CertificateFile)));
    }

    private static Task<XmppConnection> ConnectAsync(string connectionString) =>
        XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(connectionString), Cancellation);
}
