using System.Security.Cryptography.X509Certificates;
using XmppRpc.LocalServer;

namespace XmppRpc.TestKit.Servers;

/// <summary>XmppRpc.LocalServer behind the same face as the real servers.</summary>
public sealed class InProcessServer : XmppServer
{
    private readonly string folder = Directory.CreateTempSubdirectory("xmpprpc-server-").FullName;
    private readonly ServerSetup setup;
    private LocalXmppServer? server;

    internal InProcessServer(ServerSetup setup) => this.setup = setup;

    /// <inheritdoc/>
    public override ServerKind Kind => ServerKind.Local;

    /// <inheritdoc/>
    public override int Port { get; } = FreePort.Next();

    /// <inheritdoc/>
    public override int DirectTlsPort => throw new NotSupportedException("The local XMPP server has no port for direct TLS; connect with STARTTLS.");

    /// <inheritdoc/>
    public override Uri WebSocketAddress => throw new NotSupportedException("The local XMPP server has no WebSockets; connect by TCP.");

    /// <inheritdoc/>
    public override int ComponentPort { get; } = FreePort.Next();

    /// <inheritdoc/>
    public override int ProcessId => Environment.ProcessId;

    /// <inheritdoc/>
    public override string CertificateFile => Path.Combine(folder, "cert.pem");

    /// <inheritdoc/>
    public override X509Certificate2 LoadCertificateWithKey() => new(Running.CertificateWithKey);

    /// <inheritdoc/>
    public override async Task KillAsync()
    {
        if (server is null)
            return;
        server.ForgetStreams();
        server.CutConnections();
        await server.DisposeAsync();
        server = null;
    }

    /// <inheritdoc/>
    protected override async Task StartAsync()
    {
        server = await LocalXmppServer.StartAsync(new()
        {
            Port = Port,
            ComponentPort = ComponentPort,
            Components = Components.ToDictionary(ComponentDomain, _ => ComponentSecret, StringComparer.Ordinal),
            StreamManagement = setup.HasStreamManagement,
            ResumeTimeout = TimeSpan.FromSeconds(setup.ResumeSeconds(stock: 300)),
        });
        server.SaveCertificate(CertificateFile);
    }

    /// <inheritdoc/>
    protected override Task RegisterAsync(string user, string password)
    {
        Running.AddAccount(user, password);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override Task RestoreAccountsAsync(IEnumerable<KeyValuePair<string, string>> accounts)
    {
        foreach (var (user, password) in accounts)
            Running.AddAccount(user, password);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void RemoveFiles() => Directory.Delete(folder, recursive: true);

    private LocalXmppServer Running => server ?? throw new InvalidOperationException("The local XMPP server was killed; restart it first.");
}
