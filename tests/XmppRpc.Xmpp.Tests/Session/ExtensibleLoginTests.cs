using System.Security.Cryptography;
using System.Text;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Network;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>XEP-0388 1.0 with the resumption of XEP-0198 inside, against a scripted server.</summary>
public sealed class ExtensibleLoginTests : IAsyncDisposable
{
    private static readonly string Resuming = ExtensibleServer.Features(inline: ExtensibleServer.ResumesInline);

    private readonly ExtensibleServer _server = new();

    // §2.4: nothing but its elements, no white space either; §2.6.1: no new stream behind success
    [Fact]
    public async Task Login_is_one_request_and_the_stream_goes_on_behind_it()
    {
        var id = Guid.NewGuid();
        _server.Change(options => options with { UserAgentId = id });
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(ExtensibleServer.Features());
        var request = await _server.ExpectRequestAsync();
        var initial = Convert.ToBase64String(ExtensibleServer.Initial(request));
        Assert.Equal($"<authenticate xmlns='urn:xmpp:sasl:2' mechanism='SCRAM-SHA-256'><initial-response>{initial}</initial-response><user-agent id='{id:D}'><software>XmppRpc.Xmpp</software></user-agent></authenticate>", request);
        Assert.StartsWith("y,,n=alice,r=", ExtensibleServer.InitialText(request));
        var final = await _server.ProveAsync(request);
        Assert.Equal("", _server.Fake.Pending);
        await _server.SucceedAsync(final);
        await _server.Fake.SendAsync($"<stream:features>{ExtensibleServer.Managed}</stream:features>");
        var bind = await _server.Fake.ExpectAsync("</iq>");
        Assert.StartsWith("<iq ", bind);
        await _server.Fake.SendAsync($"<iq type='result' id='{FakeServer.IdOf(bind)}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/desk</jid></bind></iq>");
        await _server.Fake.EnableAsync();
        Assert.Equal("alice@example.org/desk", (await connecting).Jid.ToString());
        Assert.Equal("SCRAM-SHA-256", _server.Fake.Options.MechanismMemory.Recall(Jid.Parse("alice@example.org"), "example.org"));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Without_TLS_or_with_the_option_off_the_login_is_the_classic_one(bool encrypted, bool option)
    {
        _server.Change(options => options with { Sasl2 = option, Tls = encrypted ? XmppTlsMode.StartTls : XmppTlsMode.None });
        var connecting = _server.Fake.ConnectAsync();
        if (encrypted)
            await _server.SecureAsync(ExtensibleServer.Features());
        else
            await _server.Fake.OpenAsync(ExtensibleServer.Features());
        await _server.Fake.SucceedAsync(await _server.Fake.ChallengeAsync("s3cret-pw"));
        await _server.Fake.BindAsync();
        await connecting;
    }

    [Fact]
    public async Task Certificate_alone_is_shown_with_an_empty_response()
    {
        using var client = TestCertificates.CreateClient("alice@example.org");
        _server.Change(options => options with { ClientCertificate = client, Password = null });
        var connecting = _server.Fake.ConnectAsync();
        await _server.Fake.SecureAsync(_server.Certificate, ExtensibleServer.Features("EXTERNAL SCRAM-SHA-256", ExtensibleServer.Fast("HT-SHA-256-ENDP")), asksForCertificate: true);
        var request = await _server.ExpectRequestAsync();
        Assert.StartsWith("<authenticate xmlns='urn:xmpp:sasl:2' mechanism='EXTERNAL'><initial-response/>", request.Replace("<initial-response></initial-response>", "<initial-response/>", StringComparison.Ordinal));
        Assert.DoesNotContain("request-token", request);
        await _server.SucceedAsync((byte[]?)null);
        await _server.BindAsync();
        await connecting;
    }

    // XEP-0474: only the list of the profile in use
    [Theory]
    [InlineData("SCRAM-SHA-1\u001ESCRAM-SHA-256", true)]
    [InlineData("SCRAM-SHA-256", false)]
    public async Task Hash_of_the_offer_is_that_of_the_profile_in_use(string hashed, bool isRight)
    {
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(ExtensibleServer.Features("SCRAM-SHA-256 SCRAM-SHA-1", classic: "SCRAM-SHA-256"));
        var request = await _server.ExpectRequestAsync();
        var h = ",h=" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(hashed)));
        if (isRight)
        {
            await _server.SucceedAsync(await _server.ProveAsync(request, h));
            await _server.BindAsync();
            await connecting;
            return;
        }

        await _server.Fake.SendAsync($"<challenge xmlns='urn:xmpp:sasl:2'>{FakeServer.Encode($"r={ExtensibleServer.InitialText(request).Split("r=")[1]}server,s=c2FsdHNhbHQ=,i=4096{h}")}</challenge>");
        Assert.Equal("server-not-verified", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
    }

    // T-13
    [Theory]
    [InlineData("<authorization-identifier>mallory@example.org</authorization-identifier>")]
    [InlineData("<authorization-identifier>alice@example.com/desk</authorization-identifier>")]
    [InlineData("<authorization-identifier>@@</authorization-identifier>")]
    [InlineData("<authorization-identifier xmlns='other'>alice@example.org</authorization-identifier>")]
    [InlineData("")]
    public async Task Success_for_another_account_or_for_none_is_refused(string identity)
    {
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(ExtensibleServer.Features());
        await _server.SucceedAsync(await _server.ProveAsync(await _server.ExpectRequestAsync()), identity: identity);
        Assert.Equal("invalid-authzid", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
        Assert.Null(_server.Fake.Options.MechanismMemory.Recall(Jid.Parse("alice@example.org"), "example.org"));
    }

    [Theory]
    [InlineData("<authorization-identifier>alice@example.org/desk</authorization-identifier>")]
    [InlineData("<authorization-identity>alice@example.org</authorization-identity>")]
    public async Task Success_names_the_account_by_either_name_with_or_without_resource(string identity)
    {
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(ExtensibleServer.Features());
        await _server.SucceedAsync(await _server.ProveAsync(await _server.ExpectRequestAsync()), identity: identity);
        await _server.BindAsync();
        await connecting;
    }

    [Theory]
    [InlineData(null)]
    [InlineData("v=AAAA")]
    public async Task Success_without_the_proof_of_the_server_is_refused(string? final)
    {
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(ExtensibleServer.Features());
        await _server.ProveAsync(await _server.ExpectRequestAsync());
        await _server.SucceedAsync(final);
        Assert.Equal("server-not-verified", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
    }

    [Fact]
    public async Task Further_proofs_that_are_wanted_end_the_login_with_their_names()
    {
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(ExtensibleServer.Features());
        await _server.ProveAsync(await _server.ExpectRequestAsync());
        await _server.Fake.SendAsync("<continue xmlns='urn:xmpp:sasl:2'><tasks><task>TOTP-EXAMPLE</task><task>HOTP-EXAMPLE</task></tasks><text>second factor</text></continue>");
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting);
        Assert.Equal("continuation-required", refused.Condition);
        Assert.False(refused.IsTemporary);
        Assert.Contains("TOTP-EXAMPLE HOTP-EXAMPLE", refused.Message);
        Assert.Contains("second factor", refused.Message);
    }

    [Theory]
    [InlineData("not-authorized", "Check the Jid and the password", false)]
    [InlineData("account-disabled", "administrator can enable", false)]
    [InlineData("temporary-auth-failure", "Try again later", true)]
    public async Task Refusal_means_what_it_means_in_the_classic_profile_and_is_the_end(string condition, string remedy, bool isTemporary)
    {
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(ExtensibleServer.Features("SCRAM-SHA-256 SCRAM-SHA-1"));
        await _server.ExpectRequestAsync();
        await _server.RefuseAsync(condition);
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting);
        Assert.Equal((condition, isTemporary), (refused.Condition, refused.IsTemporary));
        Assert.Contains(remedy, refused.Message);
        Assert.Contains("says why", refused.Message);
        Assert.DoesNotContain("<auth", await _server.Fake.ExpectEndAsync());
    }

    [Theory]
    [InlineData("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>cg==</challenge>")]
    [InlineData("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")]
    [InlineData("<message/>")]
    public async Task Answer_of_another_profile_ends_the_login(string answer)
    {
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(ExtensibleServer.Features());
        await _server.ExpectRequestAsync();
        await _server.Fake.SendAsync(answer);
        Assert.Equal("undefined-condition", (await Assert.ThrowsAsync<XmppStreamException>(() => connecting)).Condition);
    }

    [Fact]
    public async Task Data_that_is_not_base64_ends_the_login()
    {
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(ExtensibleServer.Features());
        await _server.ExpectRequestAsync();
        await _server.Fake.SendAsync("<challenge xmlns='urn:xmpp:sasl:2'>=</challenge>");
        Assert.Equal("incorrect-encoding", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => connecting)).Condition);
    }

    [Fact]
    public async Task Session_is_resumed_with_the_login_and_nothing_else_is_said_or_awaited()
    {
        var connection = await AcceptWithThreeAsync();
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Resuming);
        var request = await _server.ExpectRequestAsync();
        Assert.EndsWith("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='1'/></authenticate>", request);
        await _server.SucceedAsync(await _server.ProveAsync(request), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='1'/>", "<authorization-identifier>alice@example.org/desk</authorization-identifier>");
        await _server.Fake.SendAsync("<message id='in2'/>");

        var started = Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        Assert.True(started.IsResumed);
        Assert.Equal("in2", Assert.IsType<Message>(await connection.ReceiveEventAsync()).Id);
        Assert.Equal("<message id='m2'/><message id='m3'/><r xmlns='urn:xmpp:sm:3'/>", (await _server.Fake.ExpectAsync("<r xmlns='urn:xmpp:sm:3'/>")).Trim());
        // the counters go on
        await _server.Fake.SendAsync("<a xmlns='urn:xmpp:sm:3' h='3'/><r xmlns='urn:xmpp:sm:3'/>");
        await _server.Time.TimerAsync(TimeSpan.FromMilliseconds(5));
        _server.Time.Advance(TimeSpan.FromMilliseconds(5));
        await _server.Fake.ExpectAsync("<a xmlns='urn:xmpp:sm:3' h='2'/>");
    }

    [Theory]
    [InlineData(" h='1'", "m2 m3")]
    [InlineData("", "m1 m2 m3")]
    [InlineData(" h='9'", "m1 m2 m3")]
    public async Task Failed_resumption_is_followed_by_features_and_binds_the_same_resource(string handled, string uncertain)
    {
        var connection = await AcceptWithThreeAsync();
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Resuming);
        await _server.SucceedAsync(await _server.ProveAsync(await _server.ExpectRequestAsync()), $"<failed xmlns='urn:xmpp:sm:3'{handled}><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></failed>");
        await _server.Fake.SendAsync($"<stream:features>{ExtensibleServer.Managed}</stream:features>");
        var bind = await _server.Fake.ExpectAsync("</iq>");
        Assert.StartsWith("<iq ", bind);
        Assert.Contains("<resource>desk</resource>", bind);
        await _server.Fake.SendAsync($"<iq type='result' id='{FakeServer.IdOf(bind)}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/desk</jid></bind></iq>");
        await _server.Fake.EnableAsync("sm-2");
        var started = Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync());
        Assert.False(started.IsResumed);
        Assert.Equal(uncertain, string.Join(' ', started.Unacknowledged.Select(u => u.Stanza.Id)));
    }

    [Theory]
    [InlineData("<resumed xmlns='urn:xmpp:sm:3' previd='other' h='1'/>")]
    [InlineData("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='9'/>")]
    public async Task Resumption_of_what_was_not_asked_for_is_refused(string resumed)
    {
        var connection = await AcceptWithThreeAsync();
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(Resuming);
        await _server.SucceedAsync(await _server.ProveAsync(await _server.ExpectRequestAsync()), resumed);
        Assert.Contains("undefined-condition", await _server.Fake.ExpectAsync("</stream:stream>"));
        await _server.NextAsync();
        await _server.SecureAsync(Resuming);
        // what went wrong once would do so each time
        Assert.DoesNotContain("<resume ", await _server.ExpectRequestAsync());
    }

    // it is not offered inside, or was and is passed over
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Resumption_that_was_not_answered_inside_is_asked_for_behind_the_features(bool offered)
    {
        var connection = await AcceptWithThreeAsync();
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(offered ? Resuming : ExtensibleServer.Features());
        var request = await _server.ExpectRequestAsync();
        Assert.Equal(offered, request.Contains("<resume ", StringComparison.Ordinal));
        await _server.SucceedAsync(await _server.ProveAsync(request));
        await _server.Fake.SendAsync($"<stream:features>{ExtensibleServer.Managed}</stream:features>");
        Assert.Equal("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='1'/>", await _server.Fake.ExpectAsync("/>"));
        await _server.Fake.SendAsync("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='3'/>");
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
    }

    // XEP-0478: no features come that could tell them again
    [Fact]
    public async Task Limits_of_the_server_hold_on_in_a_session_resumed_with_the_login()
    {
        const string Limits = "<limits xmlns='urn:xmpp:stream-limits:0'><max-bytes>20000</max-bytes></limits>";
        var connecting = _server.Fake.ConnectAsync();
        await _server.SecureAsync(Resuming);
        await _server.SucceedAsync(await _server.ProveAsync(await _server.ExpectRequestAsync()));
        await _server.BindAsync(more: Limits);
        var connection = await connecting;
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(ExtensibleServer.Features(inline: ExtensibleServer.ResumesInline, more: Limits.Replace("20000", "10000", StringComparison.Ordinal)));
        await _server.SucceedAsync(await _server.ProveAsync(await _server.ExpectRequestAsync()), "<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='0'/>");
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
        await connection.SendAsync(Of(15_000));
        Assert.Contains("20000", (await Assert.ThrowsAsync<ArgumentException>(async () => await connection.SendAsync(Of(25_000)))).Message);
    }

    [Fact]
    public async Task Server_that_knows_only_the_classic_profile_any_more_is_logged_in_to_by_that()
    {
        var connection = await AcceptWithThreeAsync();
        await _server.ReconnectAsync(connection);
        await _server.SecureAsync(FakeServer.ScramFeatures);
        await _server.Fake.SucceedAsync(await _server.Fake.ChallengeAsync("s3cret-pw"));
        await _server.Fake.OpenAsync(FakeServer.ManagedFeatures);
        Assert.Equal("<resume xmlns='urn:xmpp:sm:3' previd='sm-1' h='1'/>", await _server.Fake.ExpectAsync("/>"));
        await _server.Fake.SendAsync("<resumed xmlns='urn:xmpp:sm:3' previd='sm-1' h='3'/>");
        Assert.True(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).IsResumed);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static Message Of(int bytes)
    {
        var message = new Message();
        message.Element.Add(new XmppElement("body", XmppNames.Client).WithText(new string('x', bytes)));
        return message;
    }

    /// <summary>A session with m1, m2 and m3 sent and one message received.</summary>
    private async Task<XmppConnection> AcceptWithThreeAsync()
    {
        var connecting = _server.Fake.ConnectAsync();
        Assert.DoesNotContain("<resume", await _server.AcceptAsync(Resuming));
        var connection = await connecting;
        foreach (var id in new[] { "m1", "m2", "m3" })
            await connection.SendAsync(new Message { Id = id });
        await _server.Fake.ExpectAsync("'m3'/>");
        await _server.Fake.SendAsync("<message id='in1'/>");
        Assert.Equal("in1", (await connection.ReceiveAsync())!.Id);
        return connection;
    }
}
