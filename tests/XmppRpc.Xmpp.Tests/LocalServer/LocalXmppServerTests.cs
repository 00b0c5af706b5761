using System.Net;
using System.Net.Sockets;
using XmppRpc.LocalServer;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.LocalServer;

public sealed class LocalXmppServerTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private LocalXmppServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        // only to end a test that would hang
        _deadline.CancelAfter(TimeSpan.FromSeconds(60));
        _server = await LocalXmppServer.StartAsync();
        _server.AddAccount("alice", "secret");
        _server.AddAccount("bob", "p;a='s\" s");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _deadline.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_clients_exchange_messages(bool inMemory)
    {
        await using var alice = await ConnectAsync("alice", "desk", inMemory);
        await using var bob = await ConnectAsync("bob", "desk", inMemory);
        Assert.Equal("alice@localhost/desk", alice.Jid.ToString());
        for (var i = 0; i < 100; i++)
            await alice.SendAsync(Text(bob.Jid, $"{i} <&>"), _deadline.Token);
        for (var i = 0; i < 100; i++)
        {
            var message = await bob.ReceiveAsync(_deadline.Token);
            Assert.Equal((alice.Jid, $"{i} <&>"), (message!.From, message.Element.Child("body", XmppNames.Client)!.Text));
        }

        await bob.SendAsync(Text(alice.Jid, "done"), _deadline.Token);
        Assert.Equal(bob.Jid, (await alice.ReceiveAsync(_deadline.Token))!.From);
    }

    [Fact]
    public async Task Wrong_password_is_refused()
    {
        var options = Options("alice", null, inMemory: true) with { Password = "guess" };
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => XmppConnection.ConnectAsync(options, _deadline.Token));
        Assert.Equal("not-authorized", refused.Condition);
    }

    [Fact]
    public async Task Certificate_file_is_trusted_for_the_domain()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        _server.SaveCertificate(path);
        try
        {
            var options = Options("alice", "desk", inMemory: false) with { CertificateFingerprint = null, TrustedCertificate = path };
            await using var alice = await XmppConnection.ConnectAsync(options, _deadline.Token);
            Assert.Equal("alice@localhost/desk", alice.Jid.ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Message_to_nobody_online_waits_with_its_time()
    {
        await using var alice = await ConnectAsync("alice", "desk");
        await alice.SendAsync(Text(Jid.Parse("bob@localhost"), "later"), _deadline.Token);
        // the answer proves that the message before it was routed
        await PingAsync(alice);
        await using var bob = await ConnectAsync("bob", "desk");
        await bob.SendAsync(new Presence(), _deadline.Token);
        var message = await ReceiveAsync<Message>(bob);
        Assert.Equal("later", message.Element.Child("body", XmppNames.Client)!.Text);
        Assert.Equal("localhost", message.Element.Child("delay", XmppNames.Delay)!.Attribute("from"));
    }

    [Fact]
    public async Task Second_client_with_the_same_resource_replaces_the_first()
    {
        await using var first = await ConnectAsync("alice", "desk");
        await using var second = await ConnectAsync("alice", "desk");
        var ended = await Assert.ThrowsAsync<XmppStreamException>(() => first.ReceiveAsync(_deadline.Token).AsTask());
        Assert.Equal(("conflict", true), (ended.Condition, ended.SentByPeer));
        await second.SendAsync(Text(second.Jid, "self"), _deadline.Token);
        Assert.Equal(second.Jid, (await ReceiveAsync<Message>(second)).From);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Directed_presence_ends_when_the_socket_is_cut(bool inMemory)
    {
        await using var alice = await ConnectAsync("alice", "desk", inMemory);
        Action cut = () => { };
        var options = Options("bob", "desk", inMemory) with { OpenStream = async token => inMemory ? Cuttable(await _server.OpenInMemoryAsync(token)) : Cuttable(await OpenTcpAsync(token)) };
        var bob = await XmppConnection.ConnectAsync(options, _deadline.Token);
        await bob.SendAsync(new Presence { To = alice.Jid }, _deadline.Token);
        Assert.Null((await ReceiveAsync<Presence>(alice)).Type);
        cut();
        var gone = await ReceiveAsync<Presence>(alice);
        Assert.Equal((bob.Jid, "unavailable"), (gone.From, gone.Type));
        await bob.DisposeAsync();

        Stream Cuttable(Stream stream)
        {
            cut = stream.Dispose;
            return stream;
        }
    }

    [Fact]
    public async Task Client_that_does_not_read_is_ended_without_stalling_the_sender()
    {
        await using var server = await LocalXmppServer.StartAsync(new() { MaxQueuedBytes = 100_000, CloseTimeout = TimeSpan.FromMilliseconds(100) });
        var connection = server.AddAccount("alice", "secret");
        server.AddAccount("slow", "secret");
        await using var alice = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(connection) with { OpenStream = server.OpenInMemoryAsync }, _deadline.Token);
        await using var slow = await RawClient.BindAsync(server, "slow", "secret", "x");
        await slow.SendAsync($"<presence to='{alice.Jid}'/>");
        Assert.Null((await ReceiveAsync<Presence>(alice)).Type);
        // more than fits into the stream between them and into the queue before it
        var text = new string('x', 10_000);
        for (var i = 0; i < 40; i++)
            await alice.SendAsync(Text(Jid.Parse("slow@localhost/x"), text), _deadline.Token);
        Assert.Equal("unavailable", (await ReceiveAsync<Presence>(alice)).Type);
    }

    // Either would end the stream of the addressee, if it were sent on.
    [Theory]
    [InlineData("<a:b:c/>", "not-well-formed")]
    [InlineData("<x xmlns:p=''/>", "bad-namespace-prefix")]
    [InlineData("<x>&#1;</x>", "not-well-formed")]
    [InlineData("{grows}", "policy-violation")]
    public async Task Stanza_that_must_not_be_routed_ends_the_stream_of_its_sender(string payload, string condition)
    {
        await using var alice = await ConnectAsync("alice", "desk");
        await using var mallory = await RawClient.BindAsync(_server, "bob", "p;a='s\" s", "m");
        var growing = $"<x xmlns:p='{new string('u', 4000)}'>{string.Concat(Enumerable.Repeat("<p:a/>", 4000))}</x>";
        await mallory.SendAsync($"<message to='{alice.Jid}'>{payload.Replace("{grows}", growing, StringComparison.Ordinal)}</message>");
        Assert.Contains($"<{condition} ", await mallory.ReadToAsync("</stream:stream>"), StringComparison.Ordinal);

        await using var bob = await ConnectAsync("bob", "desk");
        await bob.SendAsync(Text(alice.Jid, "next"), _deadline.Token);
        Assert.Equal("next", (await ReceiveAsync<Message>(alice)).Element.Child("body", XmppNames.Client)!.Text);
    }

    [Fact]
    public async Task Connection_above_the_limit_is_refused()
    {
        await using var server = await LocalXmppServer.StartAsync(new() { MaxConnections = 1 });
        await using var first = await RawClient.ConnectAsync(server);
        await using var second = await RawClient.ConnectAsync(server);
        Assert.Contains("<resource-constraint ", await second.ReadToAsync("</stream:stream>"), StringComparison.Ordinal);
        await first.SendAsync(RawClient.Header);
        await first.ReadToAsync("</stream:features>");
    }

    [Fact]
    public async Task Login_that_never_comes_is_ended()
    {
        await using var server = await LocalXmppServer.StartAsync(new() { HandshakeTimeout = TimeSpan.FromMilliseconds(20) });
        await using var client = await RawClient.ConnectAsync(server);
        Assert.Contains("<connection-timeout ", await client.ReadToAsync("</stream:stream>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_tells_the_clients_and_takes_no_more()
    {
        await using var alice = await ConnectAsync("alice", "desk", inMemory: false);
        // a client has to be reading to take its leave
        var receiving = alice.ReceiveAsync(_deadline.Token).AsTask();
        await _server.StopAsync(_deadline.Token);
        Assert.Equal("system-shutdown", (await Assert.ThrowsAsync<XmppStreamException>(() => receiving)).Condition);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _server.OpenInMemoryAsync(_deadline.Token).AsTask());
        await Assert.ThrowsAsync<XmppConnectionException>(() => ConnectAsync("alice", "desk", inMemory: false));
        await _server.StopAsync(_deadline.Token);
    }

    [Fact]
    public void Connection_string_is_read_back()
    {
        var options = XmppConnectionOptions.Parse(_server.ConnectionString("BOB", "my desk"));
        Assert.Equal(("bob@localhost/my desk", "p;a='s\" s", "127.0.0.1", _server.Port), (options.Jid.ToString(), options.Password, options.Host, options.Port));
    }

    [Theory]
    [InlineData("alice")]
    [InlineData("ALICE")]
    [InlineData("a@b")]
    [InlineData("a/b")]
    [InlineData("")]
    public void Account_name_that_is_taken_or_none_is_refused(string user) => Assert.ThrowsAny<ArgumentException>(() => _server.AddAccount(user, "secret"));

    [Fact]
    public void Connection_string_of_an_unknown_account_is_refused() =>
        Assert.Contains("AddAccount", Assert.Throws<ArgumentException>(() => _server.ConnectionString("carol")).Message, StringComparison.Ordinal);

    public static TheoryData<string, LocalXmppServerOptions> BadOptions => new()
    {
        { "loopback", new() { Address = IPAddress.Any } },
        { "loopback", new() { Address = IPAddress.Parse("192.0.2.1") } },
        { "Port", new() { Port = 70_000 } },
        { "Domain", new() { Domain = "a@b" } },
        { "MaxConnections", new() { MaxConnections = 0 } },
        { "MaxQueuedBytes", new() { MaxQueuedBytes = 0 } },
        { "MaxAuthenticationAttempts", new() { MaxAuthenticationAttempts = 0 } },
        { "MaxOfflineMessages", new() { MaxOfflineMessages = -1 } },
        { "HandshakeTimeout", new() { HandshakeTimeout = TimeSpan.Zero } },
    };

    [Theory]
    [MemberData(nameof(BadOptions), DisableDiscoveryEnumeration = true)]
    public async Task Options_that_cannot_work_are_refused(string word, LocalXmppServerOptions options) =>
        Assert.Contains(word, (await Assert.ThrowsAsync<ArgumentException>(() => LocalXmppServer.StartAsync(options))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Port_that_is_taken_is_named() =>
        Assert.Contains($"127.0.0.1:{_server.Port}", (await Assert.ThrowsAsync<IOException>(() => LocalXmppServer.StartAsync(new() { Port = _server.Port }))).Message, StringComparison.Ordinal);

    private Task<XmppConnection> ConnectAsync(string user, string? resource, bool inMemory = true) => XmppConnection.ConnectAsync(Options(user, resource, inMemory), _deadline.Token);

    private XmppConnectionOptions Options(string user, string? resource, bool inMemory)
    {
        var options = XmppConnectionOptions.Parse(_server.ConnectionString(user, resource)) with { Reconnect = false };
        return inMemory ? options with { OpenStream = _server.OpenInMemoryAsync } : options;
    }

    private async Task<Stream> OpenTcpAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _server.Port, cancellationToken);
        // closing resets the connection
        socket.LingerState = new LingerOption(true, 0);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task<T> ReceiveAsync<T>(XmppConnection connection)
        where T : Stanza
    {
        while (true)
            switch (await connection.ReceiveAsync(_deadline.Token))
            {
                case T stanza:
                    return stanza;
                case null:
                    throw new InvalidOperationException("The connection ended.");
            }
    }

    private async Task PingAsync(XmppConnection connection)
    {
        var ping = connection.RequestAsync(new Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = Jid.Parse("localhost") }, _deadline.Token);
        using var answered = CancellationTokenSource.CreateLinkedTokenSource(_deadline.Token);
        var receiving = connection.ReceiveAsync(answered.Token).AsTask();
        await ping;
        await answered.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
    }

    private static Message Text(Jid to, string text)
    {
        var message = new Message { To = to, Type = "chat" };
        message.Element.Add(new XmppElement("body", XmppNames.Client).WithText(text));
        return message;
    }
}
