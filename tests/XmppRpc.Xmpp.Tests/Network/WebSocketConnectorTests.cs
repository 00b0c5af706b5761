using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Tests.Session;

namespace XmppRpc.Xmpp.Tests.Network;

public sealed class WebSocketConnectorTests : IAsyncDisposable
{
    private readonly FakeWebSocketServer _server = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("xmpprpc-websocket-").FullName;

    [Fact]
    public async Task Upgrade_asks_for_the_path_and_the_subprotocol_and_offers_no_compression()
    {
        _server.Options = _server.Options with { WebSocket = new("ws://localhost:8080/a/b?token=1") };
        await _server.AcceptAsync();
        Assert.StartsWith("GET /a/b?token=1 HTTP/1.1\r\n", _server.Request, StringComparison.Ordinal);
        Assert.Contains("\r\nHost: localhost:8080\r\n", _server.Request, StringComparison.Ordinal);
        Assert.Contains("\r\nSec-WebSocket-Protocol: xmpp\r\n", _server.Request, StringComparison.Ordinal);
        Assert.DoesNotContain("Extensions", _server.Request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0", "answered 404")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0", "answered 200")]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: ws://localhost/other\r\nContent-Length: 0", "answered 302")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAA", "did not open one")]
    [InlineData("SSH-2.0-OpenSSH", "did not open one")]
    public async Task Answer_that_opens_no_WebSocket_is_told_with_its_remedy(string head, string told)
    {
        var connecting = _server.ConnectAsync();
        await _server.AcceptStreamAsync();
        await _server.ReadRequestAsync();
        await _server.RespondAsync(head);
        var e = await Assert.ThrowsAsync<XmppConnectionException>(() => connecting);
        Assert.Contains(told, e.Message, StringComparison.Ordinal);
        Assert.Contains("ws://localhost/xmpp-websocket", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subprotocol_that_is_not_confirmed_is_refused()
    {
        var connecting = _server.ConnectAsync();
        await _server.AcceptSocketAsync(subprotocol: null);
        Assert.Contains("subprotocol", (await Assert.ThrowsAsync<XmppConnectionException>(() => connecting)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subprotocol_that_was_not_asked_for_is_refused()
    {
        var connecting = _server.ConnectAsync();
        await _server.AcceptSocketAsync(subprotocol: "chat");
        await Assert.ThrowsAsync<XmppConnectionException>(() => connecting);
    }

    [Fact]
    public async Task Certificate_for_the_host_of_the_address_is_right()
    {
        using var right = TestCertificates.Create(["chat.example.net"]);
        Trust(right);
        await _server.AcceptAsync(right);
    }

    [Fact]
    public async Task Encrypted_login_tells_who_we_are()
    {
        using var certificate = TestCertificates.Create(["chat.example.net"]);
        Trust(certificate);
        var connecting = _server.ConnectAsync();
        await _server.AcceptSocketAsync(certificate);
        Assert.Contains(" from='alice@example.org'", await _server.ExpectAsync(), StringComparison.Ordinal);
        _server.Break();
        await Assert.ThrowsAsync<XmppConnectionException>(() => connecting);
    }

    [Fact]
    public async Task Certificate_for_the_domain_of_the_JID_is_not_enough()
    {
        using var certificate = TestCertificates.Create(["example.org"]);
        Trust(certificate);
        var message = await RefusalAsync(certificate);
        Assert.Contains("not for the host of WebSocket, chat.example.net", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_of_an_unknown_issuer_is_refused()
    {
        using var certificate = TestCertificates.Create(["chat.example.net"]);
        using var other = TestCertificates.Create(["chat.example.net"]);
        Trust(other);
        Assert.Contains("TrustedCertificate", await RefusalAsync(certificate), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_that_has_expired_is_refused()
    {
        using var certificate = TestCertificates.Create(["chat.example.net"], expired: true);
        Trust(certificate);
        Assert.Contains("not valid now", await RefusalAsync(certificate), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fingerprint_decides_alone(bool isRight)
    {
        using var certificate = TestCertificates.Create(["elsewhere.example"]);
        Secure();
        _server.Options = _server.Options with { CertificateFingerprint = isRight ? certificate.GetCertHashString(HashAlgorithmName.SHA256) : new string('0', 64) };
        if (isRight)
            await _server.AcceptAsync(certificate);
        else
            Assert.Contains("CertificateFingerprint", await RefusalAsync(certificate), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Channel_is_bound_to_the_TLS_under_the_WebSocket()
    {
        using var certificate = TestCertificates.Create(["chat.example.net"]);
        Trust(certificate);
        var connecting = _server.ConnectAsync();
        await _server.AcceptSocketAsync(certificate);
        await _server.OpenAsync(FakeServer.Features("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", "tls-server-end-point").Replace("<stream:features>", "<stream:features xmlns:stream='http://etherx.jabber.org/streams'>", StringComparison.Ordinal));
        var auth = await _server.ExpectAsync();
        Assert.Contains("mechanism='SCRAM-SHA-256-PLUS'", auth, StringComparison.Ordinal);
        Assert.StartsWith("p=tls-server-end-point,", FakeServer.Decode(auth), StringComparison.Ordinal);
        _server.Break();
        await Assert.ThrowsAsync<XmppConnectionException>(() => connecting);
    }

    [Fact]
    public async Task Server_that_speaks_no_TLS_is_told()
    {
        Secure();
        var connecting = _server.ConnectAsync();
        await _server.AcceptStreamAsync();
        await _server.RespondAsync("HTTP/1.1 400 Bad Request");
        Assert.Contains("wss://chat.example.net/ws", (await Assert.ThrowsAsync<XmppTlsException>(() => connecting)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_is_told_with_every_place_tried()
    {
        // nobody may listen on port 1
        _server.Options = _server.Options with { OpenStream = null, WebSocket = new("ws://127.0.0.1:1/ws") };
        var e = await Assert.ThrowsAsync<XmppConnectionException>(() => _server.ConnectAsync());
        Assert.Contains("127.0.0.1:1 does not answer", e.Message, StringComparison.Ordinal);
        Assert.Contains("set WebSocket to where it runs", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Time_runs_out_while_the_upgrade_is_not_answered()
    {
        var time = new XmppRpc.TestKit.Time.ManualTimeProvider();
        _server.Options = _server.Options with { Time = time, ConnectTimeout = TimeSpan.FromSeconds(7) };
        var connecting = _server.ConnectAsync();
        await _server.AcceptStreamAsync();
        await _server.ReadRequestAsync();
        await time.TimerAsync(TimeSpan.FromSeconds(7));
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Contains("ConnectTimeout", (await Assert.ThrowsAsync<XmppConnectionException>(() => connecting)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_is_asked_for_a_tunnel_and_TLS_goes_through_it()
    {
        using var certificate = TestCertificates.Create(["chat.example.net"]);
        Trust(certificate);
        var opening = WebSocketConnector.OpenAsync(_server.Options.Completed(), TestContext.Current.CancellationToken, new WebProxy("http://proxy.example:3128"));
        await _server.AcceptStreamAsync();
        Assert.StartsWith("CONNECT chat.example.net:443 HTTP/1.1\r\n", await _server.ReadRequestAsync(), StringComparison.Ordinal);
        await _server.RespondAsync("HTTP/1.1 200 Connection established");
        await _server.EncryptAsync(certificate);
        await _server.UpgradeAsync();
        await using var wire = await opening;
        Assert.IsType<System.Net.Security.SslStream>(wire.Stream);
    }

    [Fact]
    public async Task Proxy_that_refuses_is_told()
    {
        Secure();
        var opening = WebSocketConnector.OpenAsync(_server.Options.Completed(), TestContext.Current.CancellationToken, new WebProxy("http://proxy.example:3128"));
        await _server.AcceptStreamAsync();
        await _server.ReadRequestAsync();
        await _server.RespondAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0");
        Assert.Contains("HTTPS_PROXY", (await Assert.ThrowsAsync<XmppConnectionException>(() => opening)).Message, StringComparison.Ordinal);
    }

    // HTTPS_PROXY may hold one
    [Theory]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0", "407")]
    [InlineData("HTTP/1.1 403 Forbidden\r\nContent-Length: 0", "403")]
    [InlineData("nonsense", "proxy.example")]
    public async Task Password_of_the_proxy_is_nowhere_in_what_is_thrown_T21(string answer, string told)
    {
        Secure();
        var opening = WebSocketConnector.OpenAsync(_server.Options.Completed(), TestContext.Current.CancellationToken, new WebProxy("http://us3r:pl4nted@proxy.example:3128"));
        await _server.AcceptStreamAsync();
        await _server.ReadRequestAsync();
        await _server.RespondAsync(answer);
        var e = await Assert.ThrowsAsync<XmppConnectionException>(() => opening);
        Assert.Contains("proxy.example", e.Message, StringComparison.Ordinal);
        Assert.Contains(told, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pl4nted", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("us3r", e.ToString(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void Secure() => _server.Options = _server.Options with { WebSocket = new("wss://chat.example.net/ws") };

    private void Trust(X509Certificate2 certificate)
    {
        var file = Path.Combine(_folder, "trusted.pem");
        File.WriteAllText(file, certificate.ExportCertificatePem());
        Secure();
        _server.Options = _server.Options with { TrustedCertificate = file };
    }

    private async Task<string> RefusalAsync(X509Certificate2 certificate)
    {
        var connecting = _server.ConnectAsync();
        // the server may learn of the refusal during the handshake or after it
        await Record.ExceptionAsync(() => _server.AcceptStreamAsync(certificate));
        return (await Assert.ThrowsAsync<XmppTlsException>(() => connecting)).Message;
    }
}
