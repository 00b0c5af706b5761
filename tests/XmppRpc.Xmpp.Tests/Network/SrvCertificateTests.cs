using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using XmppRpc.TestKit.Names;

namespace XmppRpc.Xmpp.Tests.Network;

/// <summary>T-10: whoever can forge DNS can have any certificate for the host that it leads to.</summary>
public sealed class SrvCertificateTests : IAsyncDisposable
{
    private readonly FakeDnsServer _dns = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string _pem = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [Fact]
    public async Task Certificate_for_the_srv_target_only_is_refused_and_the_domain_asked_for_by_sni_and_alpn()
    {
        using var certificate = TestCertificates.Create(["chat.elsewhere.example"]);
        await File.WriteAllTextAsync(_pem, certificate.ExportCertificatePem(), TestContext.Current.CancellationToken);
        _listener.Start();
        _dns.SetSrv("_xmpps-client._tcp.example.org", (1, 0, ((IPEndPoint)_listener.LocalEndpoint).Port, "chat.elsewhere.example"));
        _dns.SetAddresses("chat.elsewhere.example", "127.0.0.1");
        var connecting = XmppConnection.ConnectAsync(new() { Jid = Jid.Parse("alice@example.org"), Password = "s3cret-pw", TrustedCertificate = _pem, NameServers = [_dns.EndPoint] });

        using var client = await _listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        // under TLS 1.3 the server's handshake ends before the client refuses
        await Record.ExceptionAsync(() => tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, ApplicationProtocols = [new("xmpp-client")] }));
        Assert.Contains("not for the JID's domain example.org", (await Assert.ThrowsAsync<XmppTlsException>(() => connecting)).Message);
        Assert.Equal(("example.org", "xmpp-client"), (tls.TargetHostName, tls.NegotiatedApplicationProtocol.ToString()));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        File.Delete(_pem);
        await _dns.DisposeAsync();
    }
}
