using XmppRpc.TestKit.Logging;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Login;

public sealed class PasswordLoginTests(XmppServerFixture servers) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xmpprpc-login-").FullName;
    private readonly TestLoggerProvider _log = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>On TLS 1.3 neither Debian server has a binding that .NET can make; on TLS 1.2 both mean tls-unique without listing it.</summary>
    [Theory]
    [InlineData(ServerKind.Prosody, ServerProfile.Full, "SCRAM-SHA-1")]
    [InlineData(ServerKind.Ejabberd, ServerProfile.Full, "SCRAM-SHA-512")]
    [InlineData(ServerKind.Local, ServerProfile.Full, "SCRAM-SHA-256")]
    [InlineData(ServerKind.Prosody, ServerProfile.OldTls, "SCRAM-SHA-1-PLUS")]
    [InlineData(ServerKind.Ejabberd, ServerProfile.OldTls, "SCRAM-SHA-512-PLUS")]
    public async Task Strongest_mechanism_of_the_server_is_used(ServerKind kind, ServerProfile profile, string mechanism)
    {
        var server = await servers.StartAsync(kind, profile);
        var options = Options(server);

        // a resumed TLS session is to be no obstacle
        for (var time = 1; time <= 3; time++)
        {
            await using var connection = await XmppConnection.ConnectAsync(options, Cancellation);
            Assert.Equal(time, _log.Entries.Count(entry => entry.Message.EndsWith($"authenticated by {mechanism}.", StringComparison.Ordinal)));
        }

        Assert.Equal(mechanism, options.MechanismMemory.Recall(Jid.Parse("alice@localhost"), $"127.0.0.1:{options.Port}"));
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task Weaker_mechanism_than_the_minimum_is_not_used(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        var options = Options(server) with { MinimumMechanism = "SCRAM-SHA-512-PLUS" };

        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => XmppConnection.ConnectAsync(options, Cancellation));

        Assert.Equal("invalid-mechanism", refused.Condition);
    }

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task No_secret_is_in_any_log_or_exception_of_a_login_T21_T22(ServerKind kind)
    {
        var server = await servers.StartAsync(kind);
        var account = $"planted{kind}".ToLowerInvariant();
        await server.AddAccountAsync(account, "pl4nted-\u00DF-secret");
        var file = Path.Combine(_folder, "password");
        await File.WriteAllTextAsync(file, "pl4nted-\u00DF-secret\n", Cancellation);
        var options = XmppConnectionOptions.Parse(server.ConnectionString(account, "desk")) with { LoggerFactory = _log, MechanismMemory = new MechanismMemory() };

        foreach (var good in new[] { options, options with { Password = null, PasswordFile = file }, options with { Password = null, PasswordProvider = _ => ValueTask.FromResult("pl4nted-\u00DF-secret") } })
        {
            await using var connection = await XmppConnection.ConnectAsync(good, Cancellation);
            await connection.CloseAsync(Cancellation);
        }

        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => XmppConnection.ConnectAsync(options with { Password = "wr0ng-pl4nted" }, Cancellation));
        Assert.Equal("not-authorized", refused.Condition);
        Assert.DoesNotContain("pl4nted", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("pl4nted-\u00DF", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_log.Entries, entry => entry.Mentions("pl4nted") || entry.Mentions(Convert.ToBase64String("pl4nted"u8)));
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        _log.Dispose();
    }

    private XmppConnectionOptions Options(XmppServer server) =>
        XmppConnectionOptions.Parse(server.ConnectionString("alice", "login")) with { LoggerFactory = _log, MechanismMemory = new MechanismMemory() };
}
