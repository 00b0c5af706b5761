using System.Security.Cryptography;
using XmppRpc.LocalServer;
using XmppRpc.TestKit.Names;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Names;

/// <summary>From a JID to a bound resource, with nothing but DNS in between.</summary>
public sealed class SrvTests(XmppServerFixture servers) : IAsyncDisposable
{
    private readonly FakeDnsServer _dns = new();

    [Theory]
    [InlineData(ServerKind.Prosody, true)]
    [InlineData(ServerKind.Prosody, false)]
    [InlineData(ServerKind.Ejabberd, true)]
    [InlineData(ServerKind.Ejabberd, false)]
    public async Task Real_server_is_found_by_srv_records_and_reached_in_their_way(ServerKind kind, bool direct)
    {
        var server = await servers.StartAsync(kind);
        var user = $"{(direct ? "direct" : "starttls")}@{XmppServer.NamedDomain}";
        await server.AddAccountAsync(user, "pw-names");
        // one record leads nowhere, so that the next one has to be taken
        Publish(XmppServer.NamedDomain, direct ? "xmpps" : "xmpp", (1, 0, 1, "gone.example.test"), (2, 0, direct ? server.DirectTlsPort : server.Port, "chat.elsewhere.test"));
        await using var connection = await XmppConnection.ConnectAsync(new()
        {
            Jid = Jid.Parse(user + "/names"),
            Password = "pw-names",
            TrustedCertificate = server.CertificateFile,
            NameServers = [_dns.EndPoint],
            // the other XMPP server, of the same name and with other mechanisms, must not count as this one
            MechanismMemory = new MechanismMemory(),
        });
        Assert.Equal(user, connection.Jid.Bare.ToString());
    }

    [Fact]
    public async Task Domain_with_other_letters_is_found_by_its_ascii_form()
    {
        await using var server = await LocalXmppServer.StartAsync(new() { Domain = "bücher.test", Accounts = new Dictionary<string, string>(StringComparer.Ordinal) { ["alice"] = "pw-alice" } });
        Publish("xn--bcher-kva.test", "xmpp", (1, 0, server.Port, "chat.elsewhere.test"));
        await using var connection = await XmppConnection.ConnectAsync(new()
        {
            Jid = Jid.Parse("alice@bücher.test"),
            Password = "pw-alice",
            CertificateFingerprint = server.Certificate.GetCertHashString(HashAlgorithmName.SHA256),
            NameServers = [_dns.EndPoint],
        });
        Assert.Equal("bücher.test", connection.Jid.Domain);
    }

    public ValueTask DisposeAsync() => _dns.DisposeAsync();

    private void Publish(string domain, string service, params (int Priority, int Weight, int Port, string Target)[] records)
    {
        _dns.SetSrv($"_{service}-client._tcp.{domain}", records);
        _dns.SetAddresses("chat.elsewhere.test", "127.0.0.1");
    }
}
