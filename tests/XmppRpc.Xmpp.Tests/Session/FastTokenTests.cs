using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using XmppRpc.Xmpp.Session;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>XEP-0484 0.2 against a scripted server: tokens are asked for, used, replaced and given up.</summary>
public sealed class FastTokenTests : IAsyncDisposable
{
    private const string First = "secret-token:one", Second = "secret-token:two";
    private const string AllFast = "HT-SHA-256-NONE HT-SHA-256-UNIQ HT-SHA-256-ENDP HT-SHA-256-EXPR";

    private static readonly string Bound = Offer("SCRAM-SHA-256 SCRAM-SHA-256-PLUS", AllFast, "tls-server-end-point");

    private readonly ExtensibleServer _server = new();

    [Fact]
    public async Task Token_is_asked_for_and_proves_both_sides_at_the_next_login()
    {
        var passwords = 0;
        _server.Change(options => options with { Password = null, PasswordProvider = _ => ValueTask.FromResult(++passwords > 0 ? "s3cret-pw" : "") });
        var (connection, request) = await ConnectAsync(Bound, Token(First));
        Assert.EndsWith("<request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-ENDP'/></authenticate>", request);

        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        var again = await _server.ExpectRequestAsync();
        Assert.StartsWith("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='HT-SHA-256-ENDP'>", again);
        Assert.EndsWith("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/><fast xmlns='urn:xmpp:fast:0' count='1'/></authenticate>", again);
        Assert.Equal(UserAgent(request), UserAgent(again));
        Assert.Equal([.. "alice"u8, 0, .. Proof(First, "Initiator", EndPoint)], ExtensibleServer.Initial(again));
        await _server.SucceedAsync(Proof(First, "Responder", EndPoint), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
        Assert.Equal(1, passwords);
    }

    [Fact]
    public async Task Token_is_counted_up_until_the_server_replaces_it()
    {
        var (connection, _) = await ConnectAsync(Bound, Token(First));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        Assert.Contains("count='1'", await _server.ExpectRequestAsync());
        // nobody knows whether that was seen
        _server.Fake.Break();
        await _server.NextAsync();
        await _server.SecureAsync(Bound);
        Assert.Contains("count='2'", await _server.ExpectRequestAsync());
        await _server.SucceedAsync(Proof(First, "Responder", EndPoint), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>" + Token(Second));
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);

        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        var rotated = await _server.ExpectRequestAsync();
        Assert.Contains("count='1'", rotated);
        Assert.Equal([.. "alice"u8, 0, .. Proof(Second, "Initiator", EndPoint)], ExtensibleServer.Initial(rotated));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Initiator")]
    public async Task Server_that_does_not_prove_the_token_gets_no_second_login(string? side)
    {
        var (connection, _) = await ConnectAsync(Bound, Token(First));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        await _server.ExpectRequestAsync();
        await _server.SucceedAsync(side is null ? null : Proof(First, side, EndPoint), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
        Assert.Equal("server-not-verified", (await Assert.ThrowsAsync<XmppAuthenticationException>(async () => await connection.ReceiveAsync())).Condition);
        Assert.DoesNotContain("<auth", await _server.Fake.ExpectEndAsync());
    }

    [Fact]
    public async Task Token_of_another_account_does_not_count()
    {
        var (connection, _) = await ConnectAsync(Bound, Token(First));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        await _server.ExpectRequestAsync();
        await _server.SucceedAsync(Proof(First, "Responder", EndPoint), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>", "<authorization-identifier>mallory@example.org</authorization-identifier>");
        Assert.Equal("invalid-authzid", (await Assert.ThrowsAsync<XmppAuthenticationException>(async () => await connection.ReceiveAsync())).Condition);
    }

    [Theory]
    [InlineData("credentials-expired")]
    [InlineData("not-authorized")]
    public async Task Token_that_is_refused_is_dropped_and_the_login_goes_on_by_password_once(string condition)
    {
        var (connection, _) = await ConnectAsync(Bound, Token(First));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        await _server.ExpectRequestAsync();
        await _server.RefuseAsync(condition);
        var fallback = await _server.ExpectRequestAsync();
        Assert.StartsWith("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='SCRAM-SHA-256-PLUS'>", fallback);
        Assert.EndsWith("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/><request-token xmlns='urn:xmpp:fast:0' mechanism='HT-SHA-256-ENDP'/></authenticate>", fallback);
        await _server.SucceedAsync(await _server.ProveAsync(fallback), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>" + Token(Second));
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);

        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        Assert.Equal([.. "alice"u8, 0, .. Proof(Second, "Initiator", EndPoint)], ExtensibleServer.Initial(await _server.ExpectRequestAsync()));
        await _server.RefuseAsync(condition);
        await _server.ExpectRequestAsync();
        await _server.RefuseAsync("not-authorized");
        Assert.Equal("not-authorized", (await Assert.ThrowsAsync<XmppAuthenticationException>(async () => await connection.ReceiveAsync())).Condition);
        Assert.DoesNotContain("<auth", await _server.Fake.ExpectEndAsync());
    }

    [Fact]
    public async Task Token_that_was_refused_is_not_shown_again()
    {
        var (connection, _) = await ConnectAsync(Bound, Token(First));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        await _server.ExpectRequestAsync();
        await _server.RefuseAsync("not-authorized");
        await _server.SucceedAsync(await _server.ProveAsync(await _server.ExpectRequestAsync()), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        Assert.Contains("mechanism='SCRAM-SHA-256-PLUS'", await _server.ExpectRequestAsync());
    }

    // T-11
    [Fact]
    public async Task Offer_of_less_than_before_is_refused_although_there_is_a_token()
    {
        var (connection, _) = await ConnectAsync(Bound, Token(First));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Offer("SCRAM-SHA-256", AllFast));
        Assert.Equal("invalid-mechanism", (await Assert.ThrowsAsync<XmppAuthenticationException>(async () => await connection.ReceiveAsync())).Condition);
        Assert.DoesNotContain("<auth", await _server.Fake.ExpectEndAsync());
    }

    [Theory]
    [InlineData("SCRAM-SHA-256-PLUS", AllFast, SslProtocols.Tls13, "HT-SHA-256-ENDP")]
    [InlineData("SCRAM-SHA-256-PLUS", "HT-SHA-256-UNIQ HT-SHA-256-NONE", SslProtocols.Tls12, "HT-SHA-256-UNIQ")]
    [InlineData("SCRAM-SHA-256-PLUS", "HT-SHA-256-UNIQ HT-SHA-256-NONE", SslProtocols.Tls13, null)]
    [InlineData("SCRAM-SHA-256", "HT-SHA-256-UNIQ HT-SHA-256-NONE", SslProtocols.Tls13, "HT-SHA-256-NONE")]
    [InlineData("SCRAM-SHA-256", "HT-SHA-256-NONE HT-SHA-256-ENDP", SslProtocols.Tls13, "HT-SHA-256-ENDP")]
    [InlineData("SCRAM-SHA-256", "HT-SHA-512-ENDP HT2-SHA-256-NONE", SslProtocols.Tls13, null)]
    public async Task Token_is_asked_for_with_the_best_binding_and_not_without_one_where_the_login_has_it(string mechanism, string fast, SslProtocols protocols, string? asked)
    {
        var connecting = _server.Fake.ConnectAsync();
        var request = await _server.AcceptAsync(Offer(mechanism, fast, "tls-server-end-point"), protocols: protocols);
        await connecting;
        Assert.Equal(asked, request.Contains("request-token", StringComparison.Ordinal) ? request.Split("<request-token xmlns='urn:xmpp:fast:0' mechanism='")[1].Split('\'')[0] : null);
    }

    [Fact]
    public async Task Token_without_binding_is_proved_over_nothing()
    {
        var features = Offer("SCRAM-SHA-256", "HT-SHA-256-NONE");
        var (connection, _) = await ConnectAsync(features, Token(First));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(features);
        Assert.Equal([.. "alice"u8, 0, .. Proof(First, "Initiator", [])], ExtensibleServer.Initial(await _server.ExpectRequestAsync()));
        await _server.SucceedAsync(Proof(First, "Responder", []), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
    }

    // a token for one binding, and a connection that has another
    [Fact]
    public async Task Token_bound_to_what_a_connection_does_not_have_waits_for_another()
    {
        var features = Offer("SCRAM-SHA-256", "HT-SHA-256-UNIQ");
        var connecting = _server.Fake.ConnectAsync();
        await _server.AcceptAsync(features, Token(First), protocols: SslProtocols.Tls12);
        var connection = await connecting;
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(features, SslProtocols.Tls13);
        Assert.Contains("mechanism='SCRAM-SHA-256'", await _server.ExpectRequestAsync());
        _server.Fake.Break();
        await _server.NextAsync();
        await _server.SecureAsync(features, SslProtocols.Tls12);
        var request = await _server.ExpectRequestAsync();
        Assert.Contains("mechanism='HT-SHA-256-UNIQ'", request);
        var unique = XmppRpc.Xmpp.Network.TlsChannelBinding.Instance.GetData("tls-unique", _server.Fake.Encrypted!)!;
        Assert.Equal([.. "alice"u8, 0, .. Proof(First, "Initiator", unique)], ExtensibleServer.Initial(request));
    }

    [Theory]
    [InlineData("2029-12-31T23:59:59Z")]
    [InlineData("2030-01-01T00:00:01Z")]
    [InlineData("soon")]
    public async Task Token_that_has_expired_or_tells_no_expiry_is_not_used(string expiry)
    {
        var (connection, _) = await ConnectAsync(Bound, Token(First, expiry));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        var request = await _server.ExpectRequestAsync();
        Assert.Contains("mechanism='SCRAM-SHA-256-PLUS'", request);
        Assert.Contains("<request-token", request);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Token_that_nobody_asked_for_is_not_kept(bool option, bool reconnect)
    {
        _server.Change(options => options with { FastTokens = option, Reconnect = reconnect });
        var (connection, request) = await ConnectAsync(Bound, Token(First));
        Assert.DoesNotContain("request-token", request);
        if (!reconnect)
            return;
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        Assert.Contains("mechanism='SCRAM-SHA-256-PLUS'", await _server.ExpectRequestAsync());
    }

    // a token replaces the one before it, so two connections of an account must not look like one
    [Fact]
    public async Task Every_connection_is_an_installation_of_its_own_unless_told_otherwise()
    {
        await using var other = new ExtensibleServer();
        var (_, request) = await ConnectAsync(Bound, "");
        var connecting = other.Fake.ConnectAsync();
        var second = await other.AcceptAsync(Bound);
        await connecting;
        Assert.NotEqual(UserAgent(request), UserAgent(second));
    }

    [Fact]
    public async Task Server_without_tokens_any_more_is_logged_in_to_by_password()
    {
        var (connection, _) = await ConnectAsync(Offer("SCRAM-SHA-256", AllFast), Token(First));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(FakeServer.ScramFeatures);
        await _server.Fake.SucceedAsync(await _server.Fake.ChallengeAsync("s3cret-pw"));
        await _server.Fake.OpenAsync(FakeServer.ManagedFeatures);
        await _server.Fake.ExpectAsync("<resume ");
        await _server.Fake.SendAsync("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
    }

    [Fact]
    public async Task Nothing_secret_is_logged_T21()
    {
        var (connection, _) = await ConnectAsync(Bound, Token(First));
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        await _server.ExpectRequestAsync();
        await _server.RefuseAsync("credentials-expired");
        await _server.SucceedAsync(await _server.ProveAsync(await _server.ExpectRequestAsync()), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>" + Token(Second));
        await connection.ReceiveEventAsync();
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Bound);
        await _server.ExpectRequestAsync();
        await _server.SucceedAsync(Proof(Second, "Responder", EndPoint), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
        await connection.ReceiveEventAsync();
        _server.Log.AssertClean("s3cret-pw", First, Second, "secret-token", "sm-1", Convert.ToBase64String(Proof(Second, "Initiator", EndPoint)));
        Assert.Contains(_server.Log.Entries, entry => entry.Mentions("HT-SHA-256-ENDP") && entry.Mentions("credentials-expired"));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>RFC 5929 §4.1, of a certificate that is signed with SHA-256.</summary>
    private byte[] EndPoint => SHA256.HashData(_server.Certificate.RawData);

    private static string Offer(string mechanisms, string fast, string? bindings = null) =>
        ExtensibleServer.Features(mechanisms, ExtensibleServer.ResumesInline + ExtensibleServer.Fast(fast), bindings);

    private static string Token(string secret, string expiry = "2031-01-01T00:00:00Z") => $"<token xmlns='urn:xmpp:fast:0' expiry='{expiry}' token='{secret}'/>";

    private static byte[] Proof(string token, string side, byte[] bound) => HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), (byte[])[.. Encoding.ASCII.GetBytes(side), .. bound]);

    private static string UserAgent(string request) => request.Split("<user-agent id='")[1].Split('\'')[0];

    private async Task<(XmppConnection Connection, string Request)> ConnectAsync(string features, string granted)
    {
        var connecting = _server.Fake.ConnectAsync();
        var request = await _server.AcceptAsync(features, granted);
        return (await connecting, request);
    }
}
