using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using XmppRpc.TestKit.Logging;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Tests.Network;
using XmppRpc.Xmpp.Tests.Sasl;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>A server behind TLS that speaks the extensible SASL profile (XEP-0388), played by hand, and the account that connects to it.</summary>
internal sealed class ExtensibleServer : IAsyncDisposable
{
    public const string Managed = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><sm xmlns='urn:xmpp:sm:3'/>";
    public const string ResumesInline = "<sm xmlns='urn:xmpp:sm:3'/>";

    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    public ExtensibleServer() => Fake.Options = Fake.Options with
    {
        Tls = XmppTlsMode.StartTls,
        CertificateFingerprint = Certificate.GetCertHashString(HashAlgorithmName.SHA256),
        Reconnect = true,
        Time = Time,
        MinReconnectDelay = Delay,
        MaxReconnectDelay = Delay,
        LoggerFactory = Log,
    };

    public FakeServer Fake { get; } = new();

    public X509Certificate2 Certificate { get; } = TestCertificates.Create(["example.org"]);

    public ManualTimeProvider Time { get; } = new();

    public TestLoggerProvider Log { get; } = new();

    public static string Fast(string mechanisms) => $"<fast xmlns='urn:xmpp:fast:0'>{List(mechanisms)}</fast>";

    /// <summary>Stream features with these mechanisms in the extensible profile, and those in the classic one if there are any.</summary>
    public static string Features(string mechanisms = "SCRAM-SHA-256", string inline = "", string? bindings = null, string? classic = null, string more = "") =>
        FakeServer.Features(classic ?? "SCRAM-SHA-256", bindings).Replace("<stream:features>",
            $"<stream:features>{more}<authentication xmlns='urn:xmpp:sasl:2'>{List(mechanisms)}{(inline.Length == 0 ? "" : $"<inline>{inline}</inline>")}</authentication>", StringComparison.Ordinal);

    public void Change(Func<XmppConnectionOptions, XmppConnectionOptions> change) => Fake.Options = change(Fake.Options);

    public Task SecureAsync(string features, SslProtocols protocols = SslProtocols.None) => Fake.SecureAsync(Certificate, features, protocols);

    /// <summary>Everything the client has sent since its header, up to the end of its request.</summary>
    public Task<string> ExpectRequestAsync() => Fake.ExpectAsync("</authenticate>");

    /// <summary>Plays SCRAM-SHA-256 up to the server's last message, checking what the client says.</summary>
    public async Task<string> ProveAsync(string request, string extension = "", string password = "s3cret-pw")
    {
        var clientFirst = InitialText(request);
        var serverFirst = $"r={clientFirst.Split("r=")[1]}server,s=c2FsdHNhbHQ=,i=4096{extension}";
        await Fake.SendAsync($"<challenge xmlns='urn:xmpp:sasl:2'>{FakeServer.Encode(serverFirst)}</challenge>");
        var response = await Fake.ExpectAsync("</response>");
        Assert.StartsWith("<response xmlns='urn:xmpp:sasl:2'>", response);
        var (isProved, serverFinal) = Scram.Judge("SHA256", password, clientFirst, serverFirst, FakeServer.Decode(response));
        Assert.True(isProved);
        return serverFinal;
    }

    public static byte[] Initial(string request) => Convert.FromBase64String(request.Split("<initial-response>")[1].Split('<')[0]);

    public static string InitialText(string request) => Encoding.UTF8.GetString(Initial(request));

    public Task SucceedAsync(string? data, string more = "", string identity = "<authorization-identifier>alice@example.org</authorization-identifier>") =>
        SucceedAsync(data is null ? null : Encoding.UTF8.GetBytes(data), more, identity);

    public Task SucceedAsync(byte[]? data, string more = "", string identity = "<authorization-identifier>alice@example.org</authorization-identifier>") =>
        Fake.SendAsync($"<success xmlns='urn:xmpp:sasl:2'>{(data is null ? "" : $"<additional-data>{Convert.ToBase64String(data)}</additional-data>")}{identity}{more}</success>");

    public Task RefuseAsync(string condition) =>
        Fake.SendAsync($"<failure xmlns='urn:xmpp:sasl:2'><{condition} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/><text>says why</text></failure>");

    /// <summary>Sends features and answers binding and stream management, all on the same stream.</summary>
    public async Task BindAsync(string id = "sm-1", string more = "")
    {
        await Fake.SendAsync($"<stream:features>{more}{Managed}</stream:features>");
        await Fake.AnswerBindAsync();
        await Fake.EnableAsync(id);
    }

    /// <summary>A login by SCRAM from the client's header to its session; returns the request.</summary>
    public async Task<string> AcceptAsync(string features, string granted = "", string id = "sm-1", SslProtocols protocols = SslProtocols.None)
    {
        await SecureAsync(features, protocols);
        var request = await ExpectRequestAsync();
        await SucceedAsync(await ProveAsync(request), granted);
        await BindAsync(id);
        return request;
    }

    /// <summary>Cuts the connection and takes the client's next one.</summary>
    public async Task ReconnectAsync(XmppConnection connection)
    {
        Fake.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await NextAsync();
    }

    /// <summary>Takes the next connection of a client that waits before it.</summary>
    public async Task NextAsync()
    {
        await Time.TimerAsync(Delay);
        Time.Advance(Delay);
        await Fake.NextConnectionAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Fake.DisposeAsync();
        Certificate.Dispose();
        Log.Dispose();
    }

    private static string List(string mechanisms) => string.Concat(mechanisms.Split(' ').Select(m => $"<mechanism>{m}</mechanism>"));
}
