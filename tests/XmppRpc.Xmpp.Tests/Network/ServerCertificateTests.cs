using System.Net;
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

    [Theory]
    [InlineData("*.org", "example.org")]
    [InlineData("*.EXAMPLE.org", "chat.example.org")]
    [InlineData("*.example.org", "xn--bcher-kva.example.org")]
    public async Task Wildcard_name_covers_one_label(string name, string domain)
    {
        _server.Options = _server.Options with { Jid = Jid.Parse($"alice@{domain}/desk") };
        using var certificate = TestCertificates.Create([name]);
        Trust(certificate);
        await ConnectAsync(certificate, boundJid: $"alice@{domain}/desk");
    }

    [Theory]
    [InlineData("*", "example.org")]
    [InlineData("*.example.org", "example.org")]
    [InlineData("*.example.org", "a.b.example.org")]
    [InlineData("*.*.example.org", "a.b.example.org")]
    [InlineData("ch*.example.org", "chat.example.org")]
    [InlineData("*at.example.org", "chat.example.org")]
    [InlineData("chat.*.org", "chat.example.org")]
    [InlineData("x*.example.org", "bücher.example.org")]
    [InlineData("*.168.0.1", "192.168.0.1")]
    public async Task Wildcard_covers_nothing_but_the_whole_first_label(string name, string domain)
    {
        _server.Options = _server.Options with { Jid = Jid.Parse($"alice@{domain}") };
        using var certificate = TestCertificates.Create([name]);
        Trust(certificate);
        Assert.Contains("not for the JID's domain", (await RefusedAsync(certificate)).Message);
    }

    [Theory]
    [InlineData("chat.example.org", "chat.example.org")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("*.example.org", "chat.example.org")]
    [InlineData("example.org.evil.example", "example.org.evil.example")]
    [InlineData("evilexample.org", "chat.example.org")]
    public async Task Certificate_for_another_name_is_refused_although_it_is_trusted_and_its_host_was_dialled(string name, string host)
    {
        using var certificate = TestCertificates.Create([name]);
        Trust(certificate);
        _server.Options = _server.Options with { Host = host };
        var refused = await RefusedAsync(certificate);
        Assert.Contains($"is for {name}, not for the JID's domain example.org", refused.Message);
        Assert.Contains("CertificateFingerprint", refused.Message);
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("[2001:db8::1]")]
    public async Task Domain_that_is_an_address_needs_it_as_an_address(string domain)
    {
        _server.Options = _server.Options with { Jid = Jid.Parse($"alice@{domain}/desk") };
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(domain.Trim('[', ']')));
        using var certificate = TestCertificates.Create([], extension: names.Build());
        Trust(certificate);
        await ConnectAsync(certificate, boundJid: $"alice@{domain}/desk");
    }

    [Fact]
    public async Task Address_written_as_a_dns_name_is_no_address()
    {
        _server.Options = _server.Options with { Jid = Jid.Parse("alice@192.0.2.1") };
        using var certificate = TestCertificates.Create(["192.0.2.1"]);
        Trust(certificate);
        await RefusedAsync(certificate);
    }

    [Fact]
    public async Task Service_and_xmpp_names_are_no_names()
    {
        using var certificate = TestCertificates.Create([], extension: TestCertificates.OtherNames("_xmpp-client.example.org", "example.org"));
        Trust(certificate);
        Assert.Contains("no DNS name", (await RefusedAsync(certificate)).Message);
    }

    [Fact]
    public async Task Certificate_for_clients_only_is_refused()
    {
        using var certificate = TestCertificates.Create(["example.org"], extension: new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], critical: true));
        Trust(certificate);
        Assert.Contains("not trusted", (await RefusedAsync(certificate)).Message);
    }

    [Fact]
    public async Task Trusted_certificate_of_a_server_signs_no_other()
    {
        using var authority = TestCertificates.Create(["other.example"], subject: "CN=other", extension: new X509BasicConstraintsExtension(false, false, 0, true));
        using var certificate = TestCertificates.Create(["example.org"], authority);
        Trust(authority);
        await RefusedAsync(certificate);
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
    [InlineData(null, false, "could not be read")]
    [InlineData(null, true, "could not be read")]
    [InlineData("no certificate here", false, "holds no PEM certificate")]
    [InlineData("no certificate here", true, "holds no PEM certificate")]
    public async Task Trusted_file_that_cannot_be_used_is_named_also_beside_a_fingerprint(string? content, bool pinned, string reason)
    {
        using var certificate = TestCertificates.Create(["example.org"]);
        if (content is not null)
            await File.WriteAllTextAsync(_pem, content);
        _server.Options = _server.Options with { TrustedCertificate = _pem, Tls = XmppTlsMode.Direct, CertificateFingerprint = pinned ? new string('a', 64) : null };
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
