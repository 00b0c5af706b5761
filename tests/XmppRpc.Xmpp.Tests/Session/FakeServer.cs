using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;
using XmppRpc.TestKit;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>The far end of a connection, played by hand, byte for byte: a test awaits what must come and sends what it likes.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    public const string Header = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='example.org' version='1.0'>";
    public const string ScramFeatures = "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-256</mechanism></mechanisms></stream:features>";
    public const string BindFeatures = "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>";
    public const string ManagedFeatures = "<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/></stream:features>";
    public const string TlsFeatures = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>";
    public const string StartTls = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    public const string Proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
    public const string StreamEnd = "</stream:stream>";

    private readonly Channel<DuplexStream> _accepted = Channel.CreateUnbounded<DuplexStream>();
    private readonly StringBuilder _received = new();
    private readonly CancellationTokenSource _guard = new(TimeSpan.FromSeconds(60));
    private readonly byte[] _buffer = new byte[16 * 1024];
    private readonly int _window;
    private DuplexStream _end;
    private Stream _stream;
    private DuplexStream? _first;
    private Task<XmppConnection>? _connecting;

    public FakeServer(int window = 64 * 1024)
    {
        _window = window;
        (_first, _end) = DuplexStream.CreatePair(window);
        _stream = _end;
        // a test that waits for what never comes must fail, not hang
        _guard.Token.Register(Break);
        Options = new()
        {
            Jid = Jid.Parse("alice@example.org/desk"),
            Password = "s3cret-pw",
            Tls = XmppTlsMode.None,
            MechanismMemory = new MechanismMemory(),
            Reconnect = false,
            Entity = null,
            OpenStream = _ => ValueTask.FromResult(Open()),
        };
    }

    /// <summary>Reads and sends on the client's next connection from now on.</summary>
    public async Task NextConnectionAsync()
    {
        _stream = _end = await _accepted.Reader.ReadAsync(_guard.Token);
        _received.Clear();
    }

    private Stream Open()
    {
        if (Interlocked.Exchange(ref _first, null) is { } first)
            return first;
        var (ours, theirs) = DuplexStream.CreatePair(_window);
        _accepted.Writer.TryWrite(theirs);
        return ours;
    }

    /// <summary>What connects to this server, in clear text unless changed.</summary>
    public XmppConnectionOptions Options { get; set; }

    /// <summary>The encrypted stream, after <see cref="EncryptAsync"/>.</summary>
    public SslStream? Encrypted { get; private set; }

    /// <summary>All text received and not yet taken by <see cref="ExpectAsync"/>.</summary>
    public string Pending => _received.ToString();

    /// <summary>Begins to connect; whatever comes of it is disposed with this server.</summary>
    public Task<XmppConnection> ConnectAsync(CancellationToken cancellationToken = default) => _connecting = XmppConnection.ConnectAsync(Options, cancellationToken);

    public async Task SendAsync(string xml) => await _stream.WriteAsync(Encoding.UTF8.GetBytes(xml));

    /// <summary>Waits for the text and returns everything up to its end, padding trimmed from the front.</summary>
    public async Task<string> ExpectAsync(string text)
    {
        int at;
        while ((at = _received.ToString().IndexOf(text, StringComparison.Ordinal)) < 0)
            if (!await ReadMoreAsync())
                throw new InvalidOperationException($"The connection ended before '{text}' came; there was: {_received}");
        var taken = _received.ToString(0, at + text.Length);
        _received.Remove(0, at + text.Length);
        return taken.TrimStart();
    }

    /// <summary>Waits until the client closed the byte stream, and returns what came before that.</summary>
    public async Task<string> ExpectEndAsync()
    {
        while (await ReadMoreAsync())
        {
        }

        return _received.ToString().Trim();
    }

    public async Task OpenAsync(string features)
    {
        await ExpectAsync("<stream:stream ");
        await ExpectAsync(">");
        await SendAsync(Header + features);
    }

    /// <summary>Whatever client certificate is presented, if any, is accepted.</summary>
    public async Task EncryptAsync(X509Certificate2 certificate, SslProtocols protocols = SslProtocols.None, bool asksForCertificate = false)
    {
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = certificate,
            ApplicationProtocols = [new("xmpp-client")],
            EnabledSslProtocols = protocols,
            ClientCertificateRequired = asksForCertificate,
            RemoteCertificateValidationCallback = (_, shown, _, _) => shown is null || asksForCertificate,
        });
        Encrypted = tls;
        _stream = tls;
    }

    /// <summary>Plays SCRAM-SHA-256 up to the server's signature, which it returns; <paramref name="iterations"/> and <paramref name="nonce"/> are what a bad server may play with.</summary>
    public async Task<string> ChallengeAsync(string password, int iterations = 4096, Func<string, string>? nonce = null)
    {
        var bare = Decode(await ExpectAsync("</auth>"))["n,,".Length..];
        var clientNonce = bare[(bare.IndexOf("r=", StringComparison.Ordinal) + 2)..];
        var serverNonce = nonce is null ? clientNonce + "server" : nonce(clientNonce);
        var serverFirst = $"r={serverNonce},s=c2FsdHNhbHQ=,i={iterations}";
        await SendAsync($"<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{Encode(serverFirst)}</challenge>");

        var final = Decode(await ExpectAsync("</response>"));
        return Signature(password, bare, serverFirst, final, iterations);
    }

    /// <summary>What the server proves itself with, by the salt <c>saltsalt</c>.</summary>
    public static string Signature(string password, string clientFirstBare, string serverFirst, string clientFinal, int iterations = 4096)
    {
        var withoutProof = clientFinal[..clientFinal.IndexOf(",p=", StringComparison.Ordinal)];
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, "saltsalt"u8.ToArray(), iterations, HashAlgorithmName.SHA256, 32);
        return "v=" + Convert.ToBase64String(HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), Encoding.UTF8.GetBytes($"{clientFirstBare},{serverFirst},{withoutProof}")));
    }

    /// <summary>Opens the stream and answers STARTTLS, up to the encrypted stream's features.</summary>
    public async Task SecureAsync(X509Certificate2 certificate, string features, SslProtocols protocols = SslProtocols.None, bool asksForCertificate = false)
    {
        await OpenAsync(TlsFeatures);
        await ExpectAsync(StartTls);
        await SendAsync(Proceed);
        await EncryptAsync(certificate, protocols, asksForCertificate);
        await OpenAsync(features);
    }

    public Task FailAsync(string condition) => SendAsync($"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><{condition}/></failure>");

    /// <summary>Stream features with these mechanisms and, if there are any, these channel bindings (XEP-0440).</summary>
    public static string Features(string mechanisms, string? bindings = null) =>
        "<stream:features>"
        + (bindings is null ? "" : $"<sasl-channel-binding xmlns='urn:xmpp:sasl-cb:0'>{string.Concat(bindings.Split(' ').Select(b => $"<channel-binding type='{b}'/>"))}</sasl-channel-binding>")
        + $"<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{string.Concat(mechanisms.Split(' ').Select(m => $"<mechanism>{m}</mechanism>"))}</mechanisms></stream:features>";

    public Task SucceedAsync(string? data) => SendAsync($"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>{(data is null ? "" : Encode(data))}</success>");

    public async Task AuthenticateAsync()
    {
        await OpenAsync(ScramFeatures);
        await SucceedAsync(await ChallengeAsync("s3cret-pw"));
    }

    public async Task BindAsync(string jid = "alice@example.org/desk", string features = BindFeatures)
    {
        await OpenAsync(features);
        await AnswerBindAsync(jid);
    }

    public async Task AnswerBindAsync(string jid = "alice@example.org/desk")
    {
        var id = IdOf(await ExpectAsync("</iq>"));
        await SendAsync($"<iq type='result' id='{id}'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>{jid}</jid></bind></iq>");
    }

    /// <summary>A connection to this server, open and bound.</summary>
    public async Task<XmppConnection> AcceptAsync()
    {
        var connecting = ConnectAsync();
        await AuthenticateAsync();
        await BindAsync();
        return await connecting;
    }

    /// <summary>Grants stream management under that id; returns what was asked for.</summary>
    public async Task<string> EnableAsync(string id = "sm-1", string attributes = "")
    {
        var enable = await ExpectAsync("/>");
        await SendAsync($"<enabled xmlns='urn:xmpp:sm:3' id='{id}' resume='true'{attributes}/>");
        return enable;
    }

    /// <summary>A connection to this server with a managed stream.</summary>
    public async Task<XmppConnection> AcceptManagedAsync()
    {
        var connecting = ConnectAsync();
        await AuthenticateAsync();
        await BindAsync(features: ManagedFeatures);
        await EnableAsync();
        return await connecting;
    }

    /// <summary>Takes the client's next connection up to its request to resume, which is returned.</summary>
    public async Task<string> ExpectResumeAsync()
    {
        await NextConnectionAsync();
        await AuthenticateAsync();
        await OpenAsync(ManagedFeatures);
        return await ExpectAsync("/>");
    }

    /// <summary>Ends the connection as a reset does.</summary>
    public void Break() => _end.Break();

    /// <summary>Ends our direction, as a process that is gone does.</summary>
    public ValueTask HangUpAsync() => _stream.DisposeAsync();

    /// <summary>Makes every later write of the client fail, while it may still read what was sent.</summary>
    public void StopReading() => _end.StopReading();

    /// <summary>The id attribute of the first element in the text that has one.</summary>
    public static string IdOf(string xml) => xml.Split(" id='")[1].Split('\'')[0];

    public static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    /// <summary>Hangs up first, so that the connection need not wait for a closing tag.</summary>
    public async ValueTask DisposeAsync()
    {
        _guard.Dispose();
        await _stream.DisposeAsync();
        if (_connecting is { IsCompletedSuccessfully: true })
            await (await _connecting).DisposeAsync();
    }

    private async Task<bool> ReadMoreAsync()
    {
        var count = await _stream.ReadAsync(_buffer);
        _received.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        return count > 0;
    }

    /// <summary>What the base64 text of the last element says.</summary>
    public static string Decode(string element)
    {
        var start = element.LastIndexOf('>', element.Length - 2) + 1;
        return Encoding.UTF8.GetString(Convert.FromBase64String(element[start..element.LastIndexOf('<')]));
    }
}
