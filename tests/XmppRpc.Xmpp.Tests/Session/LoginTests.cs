using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using XmppRpc.TestKit.Logging;
using XmppRpc.Xmpp.Tests.Network;
using XmppRpc.Xmpp.Tests.Sasl;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>Logins to a server that is played by hand: what is chosen, what is sent, what is refused.</summary>
public sealed class LoginTests : IAsyncDisposable
{
    private readonly X509Certificate2 _certificate = TestCertificates.Create(["example.org"]);
    private readonly MechanismMemory _memory = new();
    private readonly TestLoggerProvider _log = new();
    private readonly List<FakeServer> _servers = [];

    [Theory]
    [InlineData("tls-server-end-point", SslProtocols.Tls13)]
    [InlineData("tls-server-end-point tls-unique", SslProtocols.Tls12)]
    [InlineData("tls-exporter tls-server-end-point", SslProtocols.Tls12)]
    public async Task Plus_binds_the_certificate_of_the_server_where_it_is_listed(string listed, SslProtocols protocol)
    {
        // a resumed TLS session is bound as well
        for (var time = 0; time < 3; time++)
        {
            var (server, connecting) = Connect();
            await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", listed), protocol);
            await ProveAsync(server, "SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,", SHA256.HashData(_certificate.RawData));
            await server.BindAsync();
            await connecting;
        }

        Assert.Equal("SCRAM-SHA-256-PLUS", _memory.Recall(Jid.Parse("alice@example.org"), "example.org"));
    }

    [Fact]
    public async Task Plus_without_a_list_binds_tls_unique_on_TLS_1_2()
    {
        // in a resumed TLS session it is the server that finishes first
        for (var time = 0; time < 3; time++)
        {
            var (server, connecting) = Connect();
            await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-256-PLUS SCRAM-SHA-256"), SslProtocols.Tls12);
            await ProveAsync(server, "SCRAM-SHA-256-PLUS", "p=tls-unique,,", XmppRpc.Xmpp.Network.TlsChannelBinding.Instance.GetData("tls-unique", server.Encrypted!)!);
            await server.BindAsync();
            await connecting;
        }
    }

    [Theory]
    [InlineData("SCRAM-SHA-256-PLUS SCRAM-SHA-256", null, "n,,")]
    [InlineData("SCRAM-SHA-256-PLUS SCRAM-SHA-256", "tls-unique", "n,,")]
    [InlineData("SCRAM-SHA-256-PLUS SCRAM-SHA-256", "tls-exporter", "n,,")]
    [InlineData("SCRAM-SHA-256", null, "y,,")]
    [InlineData("SCRAM-SHA-256", "tls-server-end-point", "y,,")]
    public async Task Without_a_common_type_on_TLS_1_3_the_flag_says_what_is_known(string mechanisms, string? listed, string header)
    {
        var (server, connecting) = Connect();
        await server.SecureAsync(_certificate, FakeServer.Features(mechanisms, listed), SslProtocols.Tls13);
        await ProveAsync(server, "SCRAM-SHA-256", header, []);
        await server.BindAsync();
        await connecting;
    }

    [Fact]
    public async Task Provider_of_the_user_binds_what_only_it_knows()
    {
        var (server, connecting) = Connect(options => options with { ChannelBinding = new Exporter() });
        await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-256-PLUS", "tls-server-end-point tls-exporter"));
        await ProveAsync(server, "SCRAM-SHA-256-PLUS", "p=tls-exporter,,", [7, 7]);
        await server.BindAsync();
        await connecting;
    }

    [Fact]
    public async Task Offer_of_only_SHA1_after_SHA256_is_refused_before_any_secret_T11()
    {
        var (first, connecting) = Connect();
        await first.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-256 SCRAM-SHA-1"));
        await ProveAsync(first, "SCRAM-SHA-256", "y,,", []);
        await first.BindAsync();
        await connecting;

        foreach (var (weaker, allowPlain) in new[] { ("SCRAM-SHA-1", false), ("PLAIN", true) })
        {
            var (second, again) = Connect(options => options with { AllowPlain = allowPlain });
            await second.SecureAsync(_certificate, FakeServer.Features(weaker));
            var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => again);
            Assert.Equal("invalid-mechanism", refused.Condition);
            Assert.Contains($"set MinimumMechanism={weaker}", refused.Message);
            Assert.DoesNotContain("<auth", await second.ExpectEndAsync());
        }

        var (third, remedied) = Connect(options => options with { MinimumMechanism = "SCRAM-SHA-1" });
        await third.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-1"));
        await ProveAsync(third, "SCRAM-SHA-1", "y,,", []);
        await third.BindAsync();
        await remedied;
    }

    [Fact]
    public async Task Mechanism_of_a_server_that_did_not_prove_itself_is_not_remembered()
    {
        var (server, connecting) = Connect();
        await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-512"));
        await server.ExpectAsync("</auth>");
        await server.SucceedAsync(null);
        await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting);
        Assert.Null(_memory.Recall(Jid.Parse("alice@example.org"), "example.org"));
    }

    [Theory]
    [InlineData("alice@example.org", "=")]
    [InlineData("", "YWxpY2VAZXhhbXBsZS5vcmc=")]
    public async Task External_goes_first_when_a_certificate_was_presented(string address, string response)
    {
        using var client = TestCertificates.CreateClient(address.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        var (server, connecting) = Connect(options => options with { ClientCertificate = client });
        await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-512 EXTERNAL SCRAM-SHA-512-PLUS", "tls-server-end-point"), asksForCertificate: true);
        Assert.Equal($"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='EXTERNAL'>{response}</auth>", await server.ExpectAsync("</auth>"));
        Assert.Equal(client.RawData, server.Encrypted!.RemoteCertificate!.GetRawCertData());
        await server.SucceedAsync(null);
        await server.BindAsync();
        await connecting;
        Assert.Equal("SCRAM-SHA-1", _memory.Recall(Jid.Parse("alice@example.org"), "example.org"));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task External_works_on_every_connection(SslProtocols protocol)
    {
        using var client = TestCertificates.CreateClient("alice@example.org");
        for (var time = 0; time < 3; time++)
        {
            var (server, connecting) = Connect(options => options with { ClientCertificate = client, Password = null });
            await server.SecureAsync(_certificate, FakeServer.Features("EXTERNAL"), protocol, asksForCertificate: true);
            await server.ExpectAsync("</auth>");
            await server.SucceedAsync(null);
            await server.BindAsync();
            await connecting;
        }
    }

    [Fact]
    public async Task External_that_nobody_asked_a_certificate_for_is_not_used()
    {
        using var client = TestCertificates.CreateClient([]);
        var (server, connecting) = Connect(options => options with { ClientCertificate = client });
        await server.SecureAsync(_certificate, FakeServer.Features("EXTERNAL SCRAM-SHA-256"));
        await ProveAsync(server, "SCRAM-SHA-256", "y,,", []);
        await server.BindAsync();
        await connecting;
    }

    [Fact]
    public async Task Certificate_alone_is_refused_where_external_is_not_offered()
    {
        using var client = TestCertificates.CreateClient([]);
        var (server, connecting) = Connect(options => options with { ClientCertificate = client, Password = null });
        await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-256"), asksForCertificate: true);
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting);
        Assert.Contains("trusts the issuer", refused.Message);
        Assert.Equal("invalid-mechanism", refused.Condition);
    }

    /// <summary>RFC 6120 §6.5, and one that is not there.</summary>
    [Theory]
    [InlineData("aborted", "Check its log", false)]
    [InlineData("account-disabled", "administrator can enable", false)]
    [InlineData("credentials-expired", "Set a new one", false)]
    [InlineData("encryption-required", "Tls=Required", false)]
    [InlineData("incorrect-encoding", "could not read", false)]
    [InlineData("invalid-authzid", "Check the Jid", false)]
    [InlineData("invalid-mechanism", "did not take it", false)]
    [InlineData("malformed-request", "could not read", false)]
    [InlineData("mechanism-too-weak", "stronger mechanism", false)]
    [InlineData("not-authorized", "Check the Jid and the password", false)]
    [InlineData("temporary-auth-failure", "Try again later", true)]
    [InlineData("bot-limit-reached", "Check the Jid and the password", false)]
    public async Task Refusal_carries_its_condition_and_the_remedy_and_ends_the_attempt(string condition, string remedy, bool isTemporary)
    {
        var (server, connecting) = Connect();
        await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-256 SCRAM-SHA-1"));
        await server.ExpectAsync("</auth>");
        await server.FailAsync(condition);
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting);
        Assert.Equal(condition, refused.Condition);
        Assert.Equal(isTemporary, refused.IsTemporary);
        Assert.Contains(remedy, refused.Message);
        Assert.Contains("alice@example.org", refused.Message);
        Assert.DoesNotContain("<auth", await server.ExpectEndAsync());
    }

    [Fact]
    public async Task Refused_binding_hints_at_somebody_in_between()
    {
        var (server, connecting) = Connect();
        await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-1-PLUS", "tls-server-end-point"));
        await server.ExpectAsync("</auth>");
        await server.FailAsync("not-authorized");
        Assert.Contains("TLS does not end at the XMPP server", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Message);
    }

    [Fact]
    public async Task Offer_that_was_changed_on_its_way_gets_no_proof()
    {
        var (server, connecting) = Connect();
        await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-1"));
        var nonce = FakeServer.Decode(await server.ExpectAsync("</auth>")).Split("r=")[1];
        var h = Convert.ToBase64String(CryptographicOperations.HashData(HashAlgorithmName.SHA1, "SCRAM-SHA-1\u001ESCRAM-SHA-256"u8));
        await server.SendAsync($"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{FakeServer.Encode($"r={nonce}x,s=AAAA,i=4096,h={h}")}</challenge>");
        Assert.Equal("server-not-verified", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
        Assert.DoesNotContain("<response", await server.ExpectEndAsync());
    }

    [Fact]
    public async Task Password_is_asked_for_at_each_login()
    {
        var passwords = new Queue<string>(["old-pw", "new-pw"]);
        foreach (var password in passwords.ToArray())
        {
            var (server, connecting) = Connect(options => options with { Password = null, PasswordProvider = _ => ValueTask.FromResult(passwords.Dequeue()) });
            await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-256"));
            await ProveAsync(server, "SCRAM-SHA-256", "y,,", [], password);
            await server.BindAsync();
            await connecting;
        }
    }

    [Fact]
    public async Task Reconnect_with_the_same_salt_need_not_derive_the_key_again()
    {
        var (first, connecting) = Connect();
        await first.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-256"));
        await ProveAsync(first, "SCRAM-SHA-256", "y,,", []);
        await first.BindAsync();
        await connecting;
        var kept = first.Options.SaltedPasswords;
        Assert.NotNull(kept.Find(HashAlgorithmName.SHA256, "s3cret-pw", "saltsalt"u8, 4096));

        // a wrong key in its place shows that it is used
        var tampered = new FakeServer();
        _servers.Add(tampered);
        tampered.Options.SaltedPasswords.Keep(HashAlgorithmName.SHA256, "s3cret-pw", "saltsalt"u8, 4096, new byte[32]);
        var again = tampered.ConnectAsync();
        await tampered.OpenAsync(FakeServer.ScramFeatures);
        await tampered.SucceedAsync(await tampered.ChallengeAsync("s3cret-pw"));
        Assert.Equal("server-not-verified", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => again)).Condition);
    }

    [Fact]
    public async Task Nothing_secret_is_logged_or_thrown_T21_T22()
    {
        foreach (var ending in new[] { "success", "not-authorized", "wrong signature", "bad challenge" })
        {
            var (server, connecting) = Connect();
            await server.SecureAsync(_certificate, FakeServer.Features("SCRAM-SHA-256"));
            if (ending == "bad challenge")
                await server.SendAsync($"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{FakeServer.Encode("r=s3cret-pw,s=AAAA,i=4096")}</challenge>");
            else if (ending == "not-authorized")
                await server.FailAsync(ending);
            else
                await ProveAsync(server, "SCRAM-SHA-256", "y,,", [], lies: ending == "wrong signature");
            if (ending == "success")
            {
                await server.BindAsync();
                await connecting;
                continue;
            }

            var thrown = await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting);
            Assert.DoesNotContain("s3cret-pw", thrown.ToString());
            Assert.DoesNotContain("s3cret-pw", server.Options.ToString());
        }

        _log.AssertClean("s3cret-pw", Convert.ToBase64String("s3cret-pw"u8));
        Assert.Contains(_log.Entries, entry => entry is { Level: LogLevel.Debug } && entry.Mentions("SCRAM-SHA-256"));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
        _certificate.Dispose();
        _log.Dispose();
    }

    private (FakeServer Server, Task<XmppConnection> Connecting) Connect(Func<XmppConnectionOptions, XmppConnectionOptions>? change = null)
    {
        var server = new FakeServer();
        _servers.Add(server);
        var options = server.Options with
        {
            Tls = XmppTlsMode.StartTls,
            CertificateFingerprint = _certificate.GetCertHashString(HashAlgorithmName.SHA256),
            MechanismMemory = _memory,
            LoggerFactory = _log,
        };
        server.Options = change is null ? options : change(options);
        return (server, server.ConnectAsync());
    }

    /// <summary>Plays SCRAM to its end and checks everything the client says.</summary>
    private static async Task ProveAsync(FakeServer server, string mechanism, string header, byte[] bound, string password = "s3cret-pw", bool lies = false)
    {
        var auth = await server.ExpectAsync("</auth>");
        Assert.Contains($"mechanism='{mechanism}'", auth);
        var clientFirst = FakeServer.Decode(auth);
        Assert.StartsWith(header + "n=alice,r=", clientFirst);
        var serverFirst = $"r={clientFirst.Split("r=")[1]}server,s=c2FsdHNhbHQ=,i=4096";
        await server.SendAsync($"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{FakeServer.Encode(serverFirst)}</challenge>");
        var clientFinal = FakeServer.Decode(await server.ExpectAsync("</response>"));
        Assert.StartsWith($"c={Convert.ToBase64String([.. Encoding.ASCII.GetBytes(header), .. bound])},r=", clientFinal);
        var (isProved, serverFinal) = Scram.Judge("SHA" + mechanism.Split('-')[2], password, clientFirst, serverFirst, clientFinal);
        Assert.True(isProved);
        await server.SucceedAsync(lies ? "v=AAAA" : serverFinal);
    }

    private sealed class Exporter : IChannelBindingProvider
    {
        public IReadOnlyList<string> Types { get; } = ["tls-exporter"];

        public byte[]? GetData(string type, Stream stream) => stream is System.Net.Security.SslStream ? [7, 7] : null;
    }
}
