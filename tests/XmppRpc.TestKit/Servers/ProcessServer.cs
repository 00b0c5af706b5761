using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace XmppRpc.TestKit.Servers;

/// <summary>An <see cref="XmppServer"/> that is a process with a folder of its own.</summary>
public abstract class ProcessServer : XmppServer
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(25);

    private readonly ServerCertificate certificate;
    private ServerProcess? process;

    private protected ProcessServer()
    {
        Folder = Directory.CreateTempSubdirectory("xmpprpc-server-").FullName;
        certificate = new ServerCertificate(Folder);
        LogFile = Path.Combine(Folder, "server.log");
    }

    /// <inheritdoc/>
    public override int Port { get; } = FreePort.Next();

    /// <inheritdoc/>
    public override int DirectTlsPort { get; } = FreePort.Next();

    /// <inheritdoc/>
    public override Uri WebSocketAddress => new UriBuilder("wss", Domain, WebSocketPort, "xmpp-websocket").Uri;

    /// <inheritdoc/>
    public override int ComponentPort { get; } = FreePort.Next();

    /// <inheritdoc/>
    public override int ProcessId => process?.Id ?? throw new InvalidOperationException($"{Kind} was killed; restart it first.");

    /// <inheritdoc/>
    public override string CertificateFile => certificate.CertificateFile;

    /// <inheritdoc/>
    public override X509Certificate2 LoadCertificateWithKey() => X509Certificate2.CreateFromPemFile(certificate.CertificateFile, certificate.KeyFile);

    /// <summary>What the server wrote to its log.</summary>
    public string LogFile { get; }

    private protected string Folder { get; }
    private protected int WebSocketPort { get; } = FreePort.Next();
    private protected ServerCertificate Certificate => certificate;

    /// <inheritdoc/>
    public override async Task KillAsync()
    {
        if (process is null)
            return;
        await process.KillAsync();
        process.Dispose();
        process = null;
    }

    /// <inheritdoc/>
    protected sealed override async Task StartAsync()
    {
        process = Launch();
        using var timeout = new CancellationTokenSource(StartTimeout);
        using var timer = new PeriodicTimer(PollInterval);
        try
        {
            while (!await AnswersAsync(timeout.Token))
            {
                if (process.HasExited)
                    throw new InvalidOperationException($"{Kind} ended while it started. Its log:\n{await ReadLogAsync()}");
                await timer.WaitForNextTickAsync(timeout.Token);
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"{Kind} did not answer on port {Port} within {StartTimeout.TotalSeconds} s. Its log:\n{await ReadLogAsync()}", e);
        }
    }

    /// <inheritdoc/>
    protected sealed override void RemoveFiles() => Directory.Delete(Folder, recursive: true);

    private protected abstract ServerProcess Launch();

    private async Task<string> ReadLogAsync() => File.Exists(LogFile) ? await File.ReadAllTextAsync(LogFile) : "(none)";

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var port in new[] { ComponentPort, WebSocketPort })
                using (var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
                    await probe.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"<stream:stream to='{Domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"), cancellationToken);
            var answer = new StringBuilder();
            var buffer = new byte[4096];
            while (!answer.ToString().Contains("</stream:features>", StringComparison.Ordinal))
            {
                var read = await stream.ReadAsync(buffer, cancellationToken);
                if (read == 0)
                    return false;
                answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
            }
            return true;
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
