using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using XmppRpc.TestKit.Logging;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Login;

/// <summary>SASL EXTERNAL (XEP-0178) with ejabberd.</summary>
public sealed class CertificateLoginTests(XmppServerFixture servers) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xmpprpc-login-").FullName;
    private readonly TestLoggerProvider _log = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("alice@localhost")]
    [InlineData("")]
    [InlineData("alice@localhost bob@localhost")]
    public async Task Account_logs_in_by_certificate_alone(string addresses)
    {
        var server = await StartAsync();
        using var certificate = server.IssueClientCertificate(addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        // a resumed TLS session is to be no obstacle
        for (var time = 1; time <= 3; time++)
        {
            await using var connection = await XmppConnection.ConnectAsync(Options(server) with { ClientCertificate = certificate }, Cancellation);

            Assert.Equal(Jid.Parse("alice@localhost"), connection.Jid.Bare);
            Assert.Equal(time, _log.Entries.Count(entry => entry.Mentions("EXTERNAL")));
        }
    }

    [Theory]
    [InlineData("pem")]
    [InlineData("pem and key")]
    [InlineData("pem and encrypted key")]
    [InlineData("pfx")]
    public async Task Certificate_is_read_from_the_files_of_the_connection_string(string form)
    {
        var server = await StartAsync();
        using var certificate = server.IssueClientCertificate("alice@localhost");
        var connectionString = new DbConnectionStringBuilder
        {
            ["Jid"] = "alice@localhost/" + form.Replace(' ', '-'),
            ["Host"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{server.CertificatePort}"),
            ["TrustedCertificate"] = server.CertificateFile,
            ["ClientCertificateFile"] = Path.Combine(_folder, "client"),
        };
        using var key = certificate.GetECDsaPrivateKey()!;
        if (form == "pfx")
            await File.WriteAllBytesAsync(Path.Combine(_folder, "client"), certificate.Export(X509ContentType.Pkcs12, "pl4nted-key"), Cancellation);
        else
            await File.WriteAllTextAsync(Path.Combine(_folder, "client"), certificate.ExportCertificatePem() + "\n" + (form == "pem" ? key.ExportPkcs8PrivateKeyPem() : ""), Cancellation);
        if (form.EndsWith("key", StringComparison.Ordinal))
        {
            connectionString["ClientCertificateKeyFile"] = Path.Combine(_folder, "key");
            var pem = form.Contains("encrypted", StringComparison.Ordinal)
                ? key.ExportEncryptedPkcs8PrivateKeyPem("pl4nted-key", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 2048))
                : key.ExportPkcs8PrivateKeyPem();
            await File.WriteAllTextAsync(Path.Combine(_folder, "key"), pem, Cancellation);
        }

        if (form is "pfx" or "pem and encrypted key")
            connectionString["ClientCertificatePassword"] = "pl4nted-key";
        var options = XmppConnectionOptions.Parse(connectionString.ConnectionString) with { LoggerFactory = _log };

        await using var connection = await XmppConnection.ConnectAsync(options, Cancellation);

        Assert.Equal("alice@localhost", connection.Jid.Bare.ToString());
        Assert.DoesNotContain("pl4nted", options.ToString(), StringComparison.Ordinal);
        _log.AssertClean("pl4nted-key");
    }

    [Fact]
    public async Task Certificate_of_another_account_is_refused()
    {
        var server = await StartAsync();
        using var certificate = server.IssueClientCertificate("bob@localhost");

        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => XmppConnection.ConnectAsync(Options(server) with { ClientCertificate = certificate }, Cancellation));

        Assert.False(refused.IsTemporary);
        Assert.Contains("client certificate", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_of_an_unknown_authority_is_refused()
    {
        var server = await StartAsync();
        using var certificate = new ClientAuthority(_folder).Issue(["alice@localhost"]);

        await Assert.ThrowsAnyAsync<XmppException>(() => XmppConnection.ConnectAsync(Options(server) with { ClientCertificate = certificate }, Cancellation));
    }

    [Fact]
    public async Task Certificate_file_that_is_missing_may_heal()
    {
        var server = await StartAsync();

        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => XmppConnection.ConnectAsync(Options(server) with { ClientCertificateFile = Path.Combine(_folder, "none") }, Cancellation));

        Assert.Equal("credentials-unavailable", refused.Condition);
        Assert.True(refused.IsTemporary);
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _log.Dispose();
    }

    private async Task<EjabberdServer> StartAsync() => (EjabberdServer)await servers.StartAsync(ServerKind.Ejabberd);

    private XmppConnectionOptions Options(EjabberdServer server) =>
        new() { Jid = Jid.Parse("alice@localhost"), Host = "127.0.0.1", Port = server.CertificatePort, TrustedCertificate = server.CertificateFile, LoggerFactory = _log };
}
