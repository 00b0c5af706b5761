using System.Data.Common;

namespace XmppRpc.Xmpp.Tests;

public sealed class XmppConnectionOptionsTests
{
    private const string Account = "Jid=alice@localhost/desk;Password=s3cret-pw";

    [Fact]
    public void Parse_of_every_key_sets_every_option()
    {
        var fingerprint = string.Concat(Enumerable.Repeat("ab", 32));
        var options = XmppConnectionOptions.Parse($"{Account};Host=127.0.0.1:15222;Tls=Direct;TrustedCertificate=cert.pem;CertificateFingerprint={fingerprint};AllowPlain=true;AllowClearText=TRUE;ConnectTimeout=2.5");
        Assert.Equal("alice@localhost/desk", options.Jid.ToString());
        Assert.Equal("s3cret-pw", options.Password);
        Assert.Equal(("127.0.0.1", 15222), (options.Host, options.Port));
        Assert.Equal(XmppTlsMode.Direct, options.Tls);
        Assert.Equal("cert.pem", options.TrustedCertificate);
        Assert.Equal(fingerprint, options.CertificateFingerprint);
        Assert.True(options.AllowPlain);
        Assert.True(options.AllowClearText);
        Assert.Equal(TimeSpan.FromSeconds(2.5), options.ConnectTimeout);
    }

    [Fact]
    public void Parse_of_every_key_of_the_login_sets_its_option()
    {
        var options = XmppConnectionOptions.Parse("Jid=alice@localhost;PasswordFile=pw;ClientCertificateFile=c.pem;ClientCertificateKeyFile=k.pem;ClientCertificatePassword=s3cret-pw;MinimumMechanism=scram-sha-256");
        Assert.Equal((null, "pw"), (options.Password, options.PasswordFile));
        Assert.Equal(("c.pem", "k.pem", "s3cret-pw"), (options.ClientCertificateFile, options.ClientCertificateKeyFile, options.ClientCertificatePassword));
        Assert.Equal("SCRAM-SHA-256", options.MinimumMechanism);
        var text = options.ToString();
        Assert.DoesNotContain("s3cret", text);
        Assert.Equal(options with { ClientCertificatePassword = "***" }, XmppConnectionOptions.Parse(text));
    }

    [Theory]
    [InlineData("wss://chat.example.net/xmpp-websocket", XmppTlsMode.Direct)]
    [InlineData("wss://b\u00fccher.example:5281/ws", XmppTlsMode.Direct)]
    [InlineData("ws://127.0.0.1:5280/ws", XmppTlsMode.None)]
    [InlineData("ws://[::1]:5280/ws", XmppTlsMode.None)]
    public void Address_of_a_WebSocket_says_whether_there_is_TLS(string address, XmppTlsMode tls)
    {
        var options = XmppConnectionOptions.Parse($"{Account};WebSocket={address}");
        Assert.Equal(new Uri(address), options.WebSocket);
        Assert.Equal(tls, options.Completed().Tls);
        Assert.Equal(options.WebSocket, XmppConnectionOptions.Parse(options.ToString()).WebSocket);
    }

    [Fact]
    public void Query_of_a_WebSocket_may_be_a_secret_and_is_not_shown()
    {
        var options = XmppConnectionOptions.Parse($"{Account};WebSocket=\"wss://chat.example.net/ws?token=s3cret\"");
        Assert.Equal("?token=s3cret", options.WebSocket!.Query);
        Assert.DoesNotContain("s3cret", options.ToString());
        Assert.Equal("wss://chat.example.net/ws", options.Server);
    }

    [Theory]
    [InlineData("WebSocket=chat", "must be an address")]
    [InlineData("WebSocket=https://chat.example.net/ws", "must be an address")]
    [InlineData("WebSocket=wss://user:pw@chat.example.net/ws", "has a user")]
    [InlineData("WebSocket=wss://chat.example.net/ws#a", "fragment")]
    [InlineData("WebSocket=ws://chat.example.net/ws", "Clear text")]
    [InlineData("WebSocket=wss://chat.example.net/ws;Host=h", "keep one")]
    [InlineData("WebSocket=wss://chat.example.net/ws;Tls=None", "Leave Tls out")]
    [InlineData("WebSocket=ws://localhost/ws;ClientCertificateFile=c.pem", "Use wss")]
    public void WebSocket_that_cannot_work_is_refused(string part, string told) =>
        Assert.Contains(told, Assert.Throws<ArgumentException>(() => XmppConnectionOptions.Parse($"{Account};{part}")).Message);

    [Fact]
    public void Component_has_no_WebSocket() =>
        Assert.Contains("component", Assert.Throws<ArgumentException>(() => XmppConnectionOptions.Parse("Component=true;Jid=svc.localhost;Password=x;WebSocket=wss://chat.example.net/ws")).Message);

    [Fact]
    public void WebSocket_in_clear_text_can_be_allowed() =>
        Assert.True(XmppConnectionOptions.Parse($"{Account};WebSocket=ws://chat.example.net/ws;AllowClearText=true").AllowClearText);

    [Fact]
    public void Certificate_alone_is_enough()
    {
        var options = XmppConnectionOptions.Parse("Jid=alice@localhost;ClientCertificateFile=c.pfx");
        Assert.False(options.HasPassword);
        Assert.DoesNotContain("Password", options.ToString());
    }

    [Fact]
    public void Certificate_without_its_key_is_refused()
    {
        using var whole = Network.TestCertificates.CreateClient();
        using var half = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(whole.RawData);
        var options = new XmppConnectionOptions { Jid = Jid.Parse("alice@localhost"), ClientCertificate = half };
        Assert.Contains("no private key", Assert.Throws<ArgumentException>(options.Validate).Message);
        Assert.Contains("keep one", Assert.Throws<ArgumentException>((options with { ClientCertificateFile = "f" }).Validate).Message);
    }

    [Fact]
    public void Parse_of_account_alone_keeps_the_safe_defaults()
    {
        var options = XmppConnectionOptions.Parse(Account);
        Assert.Equal((null, null), (options.Host, options.Port));
        Assert.Equal(XmppTlsMode.Required, options.Tls);
        Assert.False(options.AllowPlain);
        Assert.False(options.AllowClearText);
        Assert.Equal(TimeSpan.FromSeconds(30), options.ConnectTimeout);
    }

    [Theory]
    [InlineData("Required", XmppTlsMode.Required)]
    [InlineData("starttls", XmppTlsMode.StartTls)]
    [InlineData("DIRECT", XmppTlsMode.Direct)]
    [InlineData("None", XmppTlsMode.None)]
    public void Tls_is_one_of_four_words_and_is_written_back(string word, XmppTlsMode mode)
    {
        var options = XmppConnectionOptions.Parse($"{Account};Tls={word}");
        Assert.Equal(mode, options.Tls);
        Assert.Equal(mode, XmppConnectionOptions.Parse(options.ToString()).Tls);
    }

    public static TheoryData<string, Func<XmppConnectionOptions, XmppConnectionOptions>> Unusable => new()
    {
        { "Host", o => o with { Host = "example.org:5222" } },
        { "Host", o => o with { Host = "exa mple" } },
        { "Host", o => o with { Host = "" } },
        { "TrustedCertificate", o => o with { TrustedCertificate = "" } },
        { "NameLookupTimeout", o => o with { NameLookupTimeout = TimeSpan.Zero } },
        { "ConnectionAttemptDelay", o => o with { ConnectionAttemptDelay = TimeSpan.FromTicks(-1) } },
        { "ConnectionAttemptTimeout", o => o with { ConnectionAttemptTimeout = TimeSpan.Zero } },
    };

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task Option_that_cannot_work_is_refused_before_anything_is_opened(string name, Func<XmppConnectionOptions, XmppConnectionOptions> change)
    {
        var options = change(XmppConnectionOptions.Parse(Account)) with { OpenStream = _ => throw new InvalidOperationException("opened") };
        Assert.Contains(name, (await Assert.ThrowsAsync<ArgumentException>(() => XmppConnection.ConnectAsync(options))).Message);
    }

    [Fact]
    public void Keys_and_words_are_read_in_any_case()
    {
        var options = XmppConnectionOptions.Parse("JID=alice@localhost;pAsSwOrD=x;tls=none;HOST=h");
        Assert.Equal(XmppTlsMode.None, options.Tls);
        Assert.Equal("h", options.Host);
    }

    [Theory]
    [InlineData("example.org", "example.org", null)]
    [InlineData("example.org:5299", "example.org", 5299)]
    [InlineData("10.0.0.1:1", "10.0.0.1", 1)]
    [InlineData("[::1]:5222", "::1", 5222)]
    [InlineData("[2001:db8::7]", "2001:db8::7", null)]
    [InlineData("2001:db8::7", "2001:db8::7", null)]
    public void Host_is_read_with_and_without_port(string text, string host, int? port)
    {
        var options = XmppConnectionOptions.Parse($"{Account};Host={text}");
        Assert.Equal((host, port), (options.Host, options.Port));
    }

    [Theory]
    [InlineData("example.org:")]
    [InlineData("example.org:0")]
    [InlineData("example.org:65536")]
    [InlineData("example.org:x")]
    [InlineData(":5222")]
    [InlineData("[::1]x")]
    [InlineData("[::1]:")]
    [InlineData("[example.org]:5222")]
    [InlineData("xmpp://example.org")]
    public void Bad_host_is_refused(string text) => AssertRefused($"{Account};Host={text}", "Host");

    [Theory]
    [InlineData("Password=s3cret-pw", "has no Jid")]
    [InlineData("Jid=alice@localhost", "has no Password")]
    [InlineData("Jid=alice@localhost;Password=", "has no Password")]
    [InlineData(Account + ";PasswordFile=f", "more than one of Password")]
    [InlineData(Account + ";ClientCertificateKeyFile=k", "belong to a ClientCertificateFile")]
    [InlineData(Account + ";ClientCertificatePassword=s3cret", "belong to a ClientCertificateFile")]
    [InlineData(Account + ";ClientCertificateFile=f;Tls=None", "Use Tls=Required")]
    [InlineData("Jid=orders.example.org;Component=true;ClientCertificateFile=f;Tls=Direct", "shared secret")]
    [InlineData(Account + ";MinimumMechanism=DIGEST-MD5", "MinimumMechanism must be one of PLAIN, SCRAM-SHA-1")]
    [InlineData("Jid=localhost;Password=s3cret-pw", "names no account")]
    [InlineData("Jid=a@b@c;Password=s3cret-pw", "is not a JID")]
    [InlineData(Account + ";Tls=maybe", "StartTls, Direct or None")]
    [InlineData(Account + ";AllowPlain=yes", "AllowPlain must be true or false")]
    [InlineData(Account + ";ConnectTimeout=0", "ConnectTimeout")]
    [InlineData(Account + ";ConnectTimeout=-1", "ConnectTimeout")]
    [InlineData(Account + ";ConnectTimeout=soon", "ConnectTimeout")]
    [InlineData(Account + ";CertificateFingerprint=abcd", "64 hex digits")]
    [InlineData(Account + ";Server=x", "Key number 3")]
    [InlineData("Jid=alice@localhost;Password=s3cret-pw';x", "malformed")]
    public void Bad_connection_string_is_refused_with_the_reason(string text, string reason) => AssertRefused(text, reason);

    [Fact]
    public void Empty_user_agent_id_is_refused() =>
        Assert.Contains("UserAgentId", Assert.Throws<ArgumentException>(() => new XmppConnectionOptions { Jid = Jid.Parse("alice@localhost"), Password = "s3cret-pw", UserAgentId = Guid.Empty }.Validate()).Message);

    [Fact]
    public void Tail_of_an_unquoted_password_is_not_shown_as_an_unknown_key()
    {
        var refused = Assert.Throws<ArgumentException>(() => XmppConnectionOptions.Parse("Jid=alice@localhost;Password=abc;s3cret-pw=x"));
        Assert.DoesNotContain("s3cret", refused.ToString());
    }

    [Theory]
    [InlineData("a;b")]
    [InlineData("a'b")]
    [InlineData("a\"b")]
    [InlineData("a=b")]
    [InlineData("='; \"x")]
    [InlineData(" leading and trailing ")]
    [InlineData("пароль")]
    public void Password_with_special_characters_comes_through_when_quoted(string password)
    {
        var text = new DbConnectionStringBuilder { ["Jid"] = "alice@localhost", ["Password"] = password }.ConnectionString;
        Assert.Equal(password, XmppConnectionOptions.Parse(text).Password);
    }

    [Fact]
    public void Text_form_shows_everything_but_the_password_and_is_read_back()
    {
        var options = XmppConnectionOptions.Parse($"{Account};Host=[::1]:15222;Tls=Direct;TrustedCertificate=a b.pem;AllowPlain=true;ConnectTimeout=5");
        var text = options.ToString();
        Assert.DoesNotContain("s3cret", text);
        Assert.Contains("Password=***", text);
        Assert.Equal(options with { Password = "***" }, XmppConnectionOptions.Parse(text));
        Assert.DoesNotContain("s3cret", $"{options}");
    }

    [Fact]
    public void Port_alone_is_written_with_the_domain_that_may_be_an_address()
    {
        var options = new XmppConnectionOptions { Jid = Jid.Parse("alice@[2001:db8::1]"), Password = "s3cret-pw", Port = 5299 };
        var again = XmppConnectionOptions.Parse(options.ToString());
        Assert.Equal(("2001:db8::1", 5299), (again.Host, again.Port));
    }

    private static void AssertRefused(string text, string reason)
    {
        var refused = Assert.Throws<ArgumentException>(() => XmppConnectionOptions.Parse(text));
        Assert.Contains(reason, refused.Message);
        Assert.DoesNotContain("s3cret", refused.ToString());
        Assert.Contains("Known keys: Jid, Password, PasswordFile, ClientCertificateFile, ClientCertificateKeyFile, ClientCertificatePassword, MinimumMechanism, Host, WebSocket, Tls, TrustedCertificate, CertificateFingerprint, AllowPlain, AllowClearText, ConnectTimeout, Component.", refused.Message);
    }
}
