using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using XmppRpc.TestKit;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>The far end of a WebSocket, played by hand, message for message, over byte streams in memory.</summary>
internal sealed class FakeWebSocketServer : IAsyncDisposable
{
    public const string Open = "<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='example.org' id='s1' version='1.0'/>";
    public const string Close = "<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>";
    public const string ScramFeatures = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>";
    public const string ManagedFeatures = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>";
    public const string BindFeatures = "<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>";

    private readonly Channel<DuplexStream> _accepted = Channel.CreateUnbounded<DuplexStream>();
    private readonly CancellationTokenSource _guard = new(TimeSpan.FromSeconds(60));
    private readonly byte[] _buffer = new byte[1024 * 1024];
    private Stream? _stream;
    private DuplexStream? _end;
    private Task<XmppConnection>? _connecting;

    public FakeWebSocketServer()
    {
        // a test that waits for what never comes must fail, not hang
        _guard.Token.Register(Break);
        Options = new()
        {
            Jid = Jid.Parse("alice@example.org/desk"),
            Password = "s3cret-pw",
            WebSocket = new("ws://localhost/xmpp-websocket"),
            Reconnect = false,
            OpenStream = _ =>
            {
                var (ours, theirs) = DuplexStream.CreatePair();
                _accepted.Writer.TryWrite(theirs);
                return ValueTask.FromResult<Stream>(ours);
            },
        };
    }

    public XmppConnectionOptions Options { get; set; }

    /// <summary>The request line and header lines of the last upgrade.</summary>
    public string Request { get; private set; } = "";

    public WebSocket Socket { get; private set; } = null!;

    public Task<XmppConnection> ConnectAsync() => _connecting = XmppConnection.ConnectAsync(Options);

    /// <summary>Takes the client's next byte stream, and begins TLS on it if there is a certificate.</summary>
    public async Task AcceptStreamAsync(X509Certificate2? certificate = null)
    {
        _stream = _end = await _accepted.Reader.ReadAsync(_guard.Token);
        if (certificate is not null)
            await EncryptAsync(certificate);
    }

    public async Task EncryptAsync(X509Certificate2 certificate)
    {
        var tls = new SslStream(_stream!);
        _stream = tls;
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, _guard.Token);
    }

    /// <summary>Reads the head of a request.</summary>
    public async Task<string> ReadRequestAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            head.Append(await _stream!.ReadAsync(one, _guard.Token) == 1 ? (char)one[0] : throw new InvalidOperationException($"The request ended: {head}"));
        return Request = head.ToString();
    }

    public async Task RespondAsync(string head) => await _stream!.WriteAsync(Encoding.ASCII.GetBytes(head + "\r\n\r\n"), _guard.Token);

    /// <summary>Takes the next connection up to an open WebSocket.</summary>
    public async Task AcceptSocketAsync(X509Certificate2? certificate = null, string? subprotocol = "xmpp")
    {
        await AcceptStreamAsync(certificate);
        await UpgradeAsync(subprotocol);
    }

    public async Task UpgradeAsync(string? subprotocol = "xmpp")
    {
        var key = (await ReadRequestAsync()).Split("Sec-WebSocket-Key: ")[1].Split('\r')[0];
        // RFC 6455 §4.2.2 has SHA-1 in it
#pragma warning disable CA5350
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await RespondAsync($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}" + (subprotocol is null ? "" : $"\r\nSec-WebSocket-Protocol: {subprotocol}"));
        Socket = WebSocket.CreateFromStream(_stream!, new WebSocketCreationOptions { IsServer = true, SubProtocol = subprotocol });
    }

    /// <summary>The next message; fails if it is not one whole text frame.</summary>
    public async Task<string> ExpectAsync()
    {
        var received = await Socket.ReceiveAsync(_buffer.AsMemory(), _guard.Token);
        Assert.Equal(WebSocketMessageType.Text, received.MessageType);
        Assert.True(received.EndOfMessage);
        return Encoding.UTF8.GetString(_buffer, 0, received.Count);
    }

    /// <summary>Waits for the closing handshake, or for the end of the byte stream without one; returns the status, null if there was none.</summary>
    public async Task<WebSocketCloseStatus?> ExpectEndAsync()
    {
        try
        {
            while ((await Socket.ReceiveAsync(_buffer.AsMemory(), _guard.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
            return Socket.CloseStatus;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    public async Task SendAsync(string text, bool endOfMessage = true) => await Socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage, _guard.Token);

    public async Task<string> OpenAsync(string features)
    {
        var open = await ExpectAsync();
        await SendAsync(Open);
        await SendAsync(features);
        return open;
    }

    public async Task AuthenticateAsync(string password = "s3cret-pw")
    {
        await OpenAsync(ScramFeatures);
        var bare = FakeServer.Decode(await ExpectAsync())[3..].TrimStart(',');
        var serverFirst = $"r={bare[(bare.IndexOf("r=", StringComparison.Ordinal) + 2)..]}server,s=c2FsdHNhbHQ=,i=4096";
        await SendAsync($"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{FakeServer.Encode(serverFirst)}</challenge>");
        var final = FakeServer.Decode(await ExpectAsync());
        await SendAsync($"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{FakeServer.Encode(FakeServer.Signature(password, bare, serverFirst, final))}</success>");
    }

    public async Task AnswerBindAsync()
    {
        var id = FakeServer.IdOf(await ExpectAsync());
        await SendAsync($"<iq xmlns='jabber:client' type='result' id='{id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>alice@example.org/desk</jid></bind></iq>");
    }

    /// <summary>A connection to this server, open and bound.</summary>
    public async Task<XmppConnection> AcceptAsync(X509Certificate2? certificate = null)
    {
        var connecting = ConnectAsync();
        await AcceptSocketAsync(certificate);
        await AuthenticateAsync();
        await OpenAsync(BindFeatures);
        await AnswerBindAsync();
        return await connecting;
    }

    /// <summary>A connection to this server with a managed stream.</summary>
    public async Task<XmppConnection> AcceptManagedAsync()
    {
        var connecting = ConnectAsync();
        await AcceptSocketAsync();
        await AuthenticateAsync();
        await OpenAsync(ManagedFeatures);
        await AnswerBindAsync();
        await ExpectAsync();
        await SendAsync("<enabled xmlns='urn:xmpp:sm:3' id='sm-1' resume='true'/>");
        return await connecting;
    }

    /// <summary>Ends the byte stream as a reset does.</summary>
    public void Break() => _end?.Break();

    /// <summary>Hangs up first, so that the connection need not wait for a closing message.</summary>
    public async ValueTask DisposeAsync()
    {
        _guard.Dispose();
        Socket?.Dispose();
        if (_stream is not null)
            await _stream.DisposeAsync();
        if (_connecting is { IsCompletedSuccessfully: true })
            await (await _connecting).DisposeAsync();
    }
}
