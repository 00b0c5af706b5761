using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using XmppRpc.Xmpp.Tests.Session;

namespace XmppRpc.Xmpp.Tests.Network;

/// <summary>T-10: the certificate must be for the JID's domain, whoever was dialled.</summary>
public sealed class ServerCertificateTests : IAsyncDisposable
{
    private readonly FakeServer _server = new();
    private readonly string _pem = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    [Theory]
    [InlineData(XmppTlsMode.StartTls)]
    [InlineData(XmppTlsMode.Direct)]
    public async Task Self_signed_certificate_that_is_trusted_by_file_is_accepted(XmppTlsMode mode)
    {
        using var certificate = TestCertificates.Create(["example.org"]);
        Trust(certificate);
        var connection = await ConnectAsync(certificate, mode);
        Assert.Equal("alice@example.org/desk", connection.Jid.ToString());
    }

    [Fact]
    public async Task Certificate_of_a_trusted_authority_is_accepted()
    {
        using var authority = TestCertificates.CreateAuthority();
        using var certificate = TestCertificates.Create(["other.example", "example.org"], authority);
        Trust(authority);
        await ConnectAsync(certificate);
    }

    [Fact]
    public async Task Wildcard_name_covers_one_label()
    {
        using var certificate = TestCertificates.Create(["*.org"]);
        Trust(certificate);
        await ConnectAsync(certificate);
    }

    [Theory]
    [InlineData("chat.example.org", "chat.example.org")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("*.example.org", "*.example.org")]
    public async Task Certificate_for_another_name_is_refused_although_it_is_trusted(string name, string shown)
    {
        using var certificate = TestCertificates.Create([name]);
        Trust(certificate);
        _server.Options = _server.Options with { Host = name };
        var refused = await RefusedAsync(certificate);
        Assert.Contains(shown, refused.Message);
        Assert.Contains("example.org", refused.Message);
        Assert.Contains("CertificateFingerprint", refused.Message);
    }

    [Fact]
    public async Task Common_name_is_no_name()
    {
        using var certificate = TestCertificates.Create([], subject: "CN=example.org");
        Trust(certificate);
        Assert.Contains("no DNS name", (await RefusedAsync(certificate)).Message);
    }

    [Fact]
    public async Task Domain_with_other_letters_is_looked_for_in_ascii_form()
    {
        _server.Options = _server.Options with { Jid = Jid.Parse("alice@bücher.example/desk") };
        using var certificate = TestCertificates.Create(["xn--bcher-kva.example"]);
        Trust(certificate);
        await ConnectAsync(certificate, boundJid: "alice@bücher.example/desk");
    }

    [Fact]
    public async Task Expired_certificate_is_refused_with_its_dates()
    {
        using var certificate = TestCertificates.Create(["example.org"], expired: true);
        Trust(certificate);
        Assert.Contains("not valid now", (await RefusedAsync(certificate)).Message);
    }

    [Fact]
    public async Task Unknown_issuer_is_refused_with_the_options_that_help()
    {
        using var certificate = TestCertificates.Create(["example.org"]);
        var refused = await RefusedAsync(certificate);
        Assert.Contains("TrustedCertificate", refused.Message);
        Assert.Contains("CertificateFingerprint", refused.Message);
    }

    [Fact]
    public async Task Trusting_one_certificate_trusts_no_other()
    {
        using var certificate = TestCertificates.Create(["example.org"]);
        using var another = TestCertificates.Create(["example.org"], subject: "CN=another");
        Trust(another);
        await RefusedAsync(certificate);
    }

    [Fact]
    public async Task Fingerprint_replaces_chain_and_name()
    {
        using var certificate = TestCertificates.Create(["elsewhere.example"], expired: true);
        var hex = certificate.GetCertHashString(HashAlgorithmName.SHA256);
        _server.Options = _server.Options with { CertificateFingerprint = string.Join(':', hex.Chunk(2).Select(c => new string(c))).ToLowerInvariant() };
        await ConnectAsync(certificate);
    }

    [Fact]
    public async Task Other_fingerprint_is_refused_although_the_certificate_is_good()
    {
        using var certificate = TestCertificates.Create(["example.org"]);
        Trust(certificate);
        _server.Options = _server.Options with { CertificateFingerprint = new string('a', 64) };
        Assert.Contains(certificate.GetCertHashString(HashAlgorithmName.SHA256), (await RefusedAsync(certificate)).Message);
    }

    [Theory]
    [InlineData(null, "could not be read")]
    [InlineData("no certificate here", "holds no PEM certificate")]
    public async Task Trusted_file_that_cannot_be_used_is_named(string? content, string reason)
    {
        using var certificate = TestCertificates.Create(["example.org"]);
        if (content is not null)
            await File.WriteAllTextAsync(_pem, content);
        _server.Options = _server.Options with { TrustedCertificate = _pem, Tls = XmppTlsMode.Direct };
        var refused = await Assert.ThrowsAsync<XmppTlsException>(() => _server.ConnectAsync());
        Assert.Contains(_pem, refused.Message);
        Assert.Contains(reason, refused.Message);
    }

    public async ValueTask DisposeAsync()
    {
        File.Delete(_pem);
        await _server.DisposeAsync();
    }

    private void Trust(X509Certificate2 certificate)
    {
        File.WriteAllText(_pem, certificate.ExportCertificatePem());
        _server.Options = _server.Options with { TrustedCertificate = _pem };
    }

    private async Task<XmppConnection> ConnectAsync(X509Certificate2 certificate, XmppTlsMode mode = XmppTlsMode.StartTls, string boundJid = "alice@example.org/desk")
    {
        _server.Options = _server.Options with { Tls = mode };
        var connecting = _server.ConnectAsync();
        await EncryptAsync(certificate, mode);
        await _server.AuthenticateAsync();
        await _server.BindAsync(boundJid);
        return await connecting;
    }

    private async Task<XmppTlsException> RefusedAsync(X509Certificate2 certificate)
    {
        _server.Options = _server.Options with { Tls = XmppTlsMode.StartTls };
        var connecting = _server.ConnectAsync();
        // under TLS 1.3 the server's handshake ends before the client refuses
        await Record.ExceptionAsync(() => EncryptAsync(certificate, XmppTlsMode.StartTls));
        return await Assert.ThrowsAsync<XmppTlsException>(() => connecting);
    }

    private async Task EncryptAsync(X509Certificate2 certificate, XmppTlsMode mode)
    {
        if (mode == XmppTlsMode.StartTls)
        {
            await _server.OpenAsync(FakeServer.TlsFeatures);
            await _server.ExpectAsync(FakeServer.StartTls);
            await _server.SendAsync(FakeServer.Proceed);
        }

        await _server.EncryptAsync(certificate);
    }
}
