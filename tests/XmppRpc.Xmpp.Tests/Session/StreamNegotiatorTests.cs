using XmppRpc.TestKit;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Tests.Session;

public sealed class StreamNegotiatorTests : IAsyncDisposable
{
    private readonly FakeServer _server = new();

    [Fact]
    public async Task Connection_in_clear_text_over_a_given_stream_is_bound()
    {
        var connection = await _server.AcceptAsync();
        Assert.Equal("alice@example.org/desk", connection.Jid.ToString());
    }

    [Fact]
    public async Task Bound_resource_is_the_one_of_the_jid_or_a_random_one()
    {
        _server.Options = _server.Options with { Jid = Jid.Parse("alice@example.org") };
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeServer.BindFeatures);
        var bind = await _server.ExpectAsync("</iq>");
        Assert.Matches("<resource>[0-9a-f]{16}</resource>", bind);
        await _server.SendAsync($"<iq type='result' id='{FakeServer.IdOf(bind)}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/given</jid></bind></iq>");
        var connection = await connecting;
        Assert.Equal("given", connection.Jid.Resource);
    }

    [Fact]
    public async Task Signature_in_a_last_challenge_is_accepted()
    {
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.ScramFeatures);
        var signature = await _server.ChallengeAsync("s3cret-pw");
        await _server.SendAsync($"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{FakeServer.Encode(signature)}</challenge>");
        await _server.ExpectAsync("<response xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>");
        await _server.SucceedAsync(null);
        await _server.BindAsync();
        await connecting;
    }

    [Fact]
    public async Task Starttls_that_is_not_offered_ends_the_attempt_before_any_secret_T08()
    {
        _server.Options = _server.Options with { Tls = XmppTlsMode.StartTls };
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.ScramFeatures);
        var refused = await Assert.ThrowsAsync<XmppTlsException>(() => connecting);
        Assert.Contains("does not offer STARTTLS", refused.Message);
        Assert.Equal("", await _server.ExpectEndAsync());
    }

    [Fact]
    public async Task Starttls_offered_only_in_second_features_is_too_late_T08()
    {
        _server.Options = _server.Options with { Tls = XmppTlsMode.StartTls };
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.ScramFeatures + FakeServer.TlsFeatures);
        await Assert.ThrowsAsync<XmppTlsException>(() => connecting);
        Assert.Equal("", await _server.ExpectEndAsync());
    }

    [Fact]
    public async Task Compression_that_is_offered_is_not_used_T07()
    {
        const string compression = "<compression xmlns='http://jabber.org/features/compress'><method>zlib</method></compression></stream:features>";
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.ScramFeatures.Replace("</stream:features>", compression, StringComparison.Ordinal));
        await _server.SucceedAsync(await _server.ChallengeAsync("s3cret-pw"));
        await _server.OpenAsync(FakeServer.BindFeatures.Replace("</stream:features>", compression, StringComparison.Ordinal));
        Assert.StartsWith("<iq ", await _server.ExpectAsync("<iq "));
        await _server.AnswerBindAsync();
        await connecting;
    }

    [Fact]
    public async Task Clear_text_behind_proceed_ends_the_attempt_before_any_secret_T09()
    {
        _server.Options = _server.Options with { Tls = XmppTlsMode.StartTls };
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.TlsFeatures);
        await _server.ExpectAsync(FakeServer.StartTls);
        await _server.SendAsync(FakeServer.Proceed + FakeServer.ScramFeatures);
        var refused = await Assert.ThrowsAsync<XmppStreamException>(() => connecting);
        Assert.False(refused.SentByPeer);
        Assert.DoesNotContain("<auth", await _server.ExpectEndAsync());
    }

    [Fact]
    public async Task Starttls_refused_by_the_server_is_a_tls_error()
    {
        _server.Options = _server.Options with { Tls = XmppTlsMode.StartTls };
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.TlsFeatures);
        await _server.ExpectAsync(FakeServer.StartTls);
        await _server.SendAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>");
        await Assert.ThrowsAsync<XmppTlsException>(() => connecting);
    }

    [Fact]
    public async Task Server_that_requires_tls_is_not_spoken_to_in_clear_text()
    {
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync("<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>");
        Assert.Contains("Tls=StartTls", (await Assert.ThrowsAsync<XmppTlsException>(() => connecting)).Message);
        Assert.Equal("", await _server.ExpectEndAsync());
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("DIGEST-MD5")]
    [InlineData("SCRAM-SHA-256-PLUS")]
    public async Task Mechanism_that_is_not_acceptable_ends_the_attempt_before_any_secret_T11(string mechanism)
    {
        _server.Options = _server.Options with { AllowPlain = true };
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.ScramFeatures.Replace("SCRAM-SHA-256", mechanism));
        Assert.Equal("invalid-mechanism", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
        Assert.Equal("", await _server.ExpectEndAsync());
    }

    [Theory]
    [InlineData("no signature")]
    [InlineData("wrong signature")]
    [InlineData("signature of another password")]
    [InlineData("no challenge")]
    public async Task Server_that_does_not_prove_itself_gets_no_session_T12(string variant)
    {
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.ScramFeatures);
        if (variant == "no challenge")
        {
            await _server.ExpectAsync("</auth>");
            await _server.SucceedAsync(null);
        }
        else
        {
            var signature = await _server.ChallengeAsync(variant == "signature of another password" ? "guess" : "s3cret-pw");
            await _server.SucceedAsync(variant switch { "no signature" => null, "wrong signature" => "v=AAAA", _ => signature });
        }

        Assert.Equal("server-not-verified", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
        Assert.DoesNotContain("<stream:stream", await _server.ExpectEndAsync());
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(100_000_000, "")]
    [InlineData(4096, "foreign")]
    public async Task Server_with_bad_scram_parameters_gets_no_proof_T12(int iterations, string foreignNonce)
    {
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.ScramFeatures);
        var challenge = _server.ChallengeAsync("s3cret-pw", iterations, foreignNonce.Length == 0 ? null : _ => foreignNonce);
        Assert.Equal("server-not-verified", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
        await Assert.ThrowsAsync<InvalidOperationException>(() => challenge);
        Assert.DoesNotContain("<response", _server.Pending);
    }

    [Fact]
    public async Task Wrong_password_is_a_refusal_and_nothing_weaker_is_tried()
    {
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync(FakeServer.ScramFeatures.Replace("</mechanisms>", "<mechanism>SCRAM-SHA-1</mechanism></mechanisms>"));
        await _server.ChallengeAsync("another");
        await _server.SendAsync("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-authorized/><text>no \u001b[31m way".Replace("\u001b", "&#x202e;") + "</text></failure>");
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting);
        Assert.Equal("not-authorized", refused.Condition);
        Assert.Contains("alice@example.org", refused.Message);
        Assert.Contains("\\u202E", refused.Message);
        Assert.DoesNotContain("s3cret", refused.ToString());
        Assert.DoesNotContain("<auth", await _server.ExpectEndAsync());
    }

    [Theory]
    [InlineData("mallory@example.org/desk")]
    [InlineData("alice@evil.example/desk")]
    public async Task Session_for_another_account_is_refused_T13(string jid)
    {
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync(jid);
        Assert.Equal("invalid-authzid", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
    }

    [Fact]
    public async Task Resource_conflict_at_bind_is_a_stanza_error()
    {
        var connecting = _server.ConnectAsync();
        await _server.AuthenticateAsync();
        await _server.OpenAsync(FakeServer.BindFeatures);
        var id = FakeServer.IdOf(await _server.ExpectAsync("</iq>"));
        await _server.SendAsync($"<iq type='error' id='{id}'><error type='cancel'><conflict xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");
        Assert.Equal("conflict", (await Assert.ThrowsAsync<XmppStanzaException>(() => connecting)).Error.Condition);
    }

    [Fact]
    public async Task Stream_error_during_negotiation_is_passed_on()
    {
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync("<stream:error><host-unknown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
        var error = await Assert.ThrowsAsync<XmppStreamException>(() => connecting);
        Assert.Equal("host-unknown", error.Condition);
        Assert.True(error.SentByPeer);
    }

    [Fact]
    public async Task Ill_formed_negotiation_is_answered_with_the_stream_error()
    {
        var connecting = _server.ConnectAsync();
        await _server.OpenAsync("<stream:features></oops>");
        Assert.Equal("not-well-formed", (await Assert.ThrowsAsync<XmppStreamException>(() => connecting)).Condition);
        Assert.Equal("<stream:error><not-well-formed xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>", await _server.ExpectEndAsync());
    }

    [Fact]
    public async Task Server_that_hangs_up_during_negotiation_is_a_lost_connection()
    {
        var connecting = _server.ConnectAsync();
        await _server.ExpectAsync("<stream:stream ");
        await _server.HangUpAsync();
        await Assert.ThrowsAsync<XmppConnectionException>(() => connecting);
    }

    [Fact]
    public async Task Server_that_says_nothing_is_given_up_after_the_connect_timeout()
    {
        var time = new ManualTimeProvider();
        _server.Options = _server.Options with { Time = time, ConnectTimeout = TimeSpan.FromSeconds(7) };
        var connecting = _server.ConnectAsync();
        await _server.ExpectAsync("<stream:stream ");
        time.Advance(TimeSpan.FromSeconds(6.9));
        Assert.False(connecting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Contains("within 7 s", (await Assert.ThrowsAsync<XmppConnectionException>(() => connecting)).Message);
    }

    [Fact]
    public async Task Cancelled_attempt_ends_as_cancelled_and_closes_the_stream()
    {
        using var cancel = new CancellationTokenSource();
        var connecting = _server.ConnectAsync(cancel.Token);
        await _server.ExpectAsync("<stream:stream ");
        await cancel.CancelAsync();
        Assert.Equal(cancel.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting)).CancellationToken);
        await _server.ExpectEndAsync();
    }

    [Fact]
    public async Task Port_for_components_is_named()
    {
        var connecting = _server.ConnectAsync();
        await _server.ExpectAsync("<stream:stream ");
        await _server.SendAsync("<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='example.org'>");
        var e = await Assert.ThrowsAsync<XmppStreamException>(() => connecting);
        Assert.Contains("port for components", e.Message);
        Assert.Contains("Component=true", e.Message);
    }

    [Theory]
    [InlineData("host-unknown", "domain of the Jid")]
    [InlineData("invalid-namespace", "one for components")]
    public async Task Stream_error_that_a_wrong_port_or_domain_has_says_what_to_check(string condition, string remedy)
    {
        var connecting = _server.ConnectAsync();
        await _server.ExpectAsync("<stream:stream ");
        await _server.SendAsync(FakeServer.Header + $"<stream:error><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");
        Assert.Contains(remedy, (await Assert.ThrowsAsync<XmppStreamException>(() => connecting)).Message);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
