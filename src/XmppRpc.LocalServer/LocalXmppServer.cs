using System.Data.Common;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.LocalServer.Accounts;
using XmppRpc.LocalServer.Network;
using XmppRpc.LocalServer.Routing;
using XmppRpc.LocalServer.Sessions;
using XmppRpc.Xmpp;

namespace XmppRpc.LocalServer;

/// <summary>
/// A small, real XMPP server inside the process, for development and tests: loopback only, one domain, nothing on disk. It speaks RFC 6120 and 6121 over TCP with
/// STARTTLS, XEP-0198 and XEP-0114, and routes as Prosody 0.12 does. Safe for concurrent use; disposing stops it.
/// </summary>
public sealed class LocalXmppServer : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly LocalXmppServerOptions _options;
    private readonly AccountBook _accounts;
    private readonly ComponentBook _componentBook;
    private readonly Router _router;
    private readonly X509Certificate2 _certificateWithKey;
    private readonly LoopbackListener _clients;
    private readonly LoopbackListener _components;
    private readonly IPEndPoint _endPoint;
    private readonly IPEndPoint _componentEndPoint;
    private readonly ServerContext _context;
    private readonly Dictionary<ServerSession, Task> _sessions = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private Task? _stop;

    private LocalXmppServer(LocalXmppServerOptions options)
    {
        _options = options;
        _accounts = new(options.Domain);
        _router = new(options.Domain, options.MaxOfflineMessages, options.MaxDirectedPresences, options.Time);
        foreach (var (user, password) in options.Accounts)
            _router.AddAccount(_accounts.Add(user, password).Jid);
        _componentBook = new(options.Domain);
        foreach (var (domain, secret) in options.Components)
            _router.AddComponent(_componentBook.Add(domain, secret).Jid);
        (_clients, _components) = LoopbackListener.CreatePair(options.Address, options.Port, options.ComponentPort);
        (_endPoint, _componentEndPoint) = (_clients.EndPoint, _components.EndPoint);
        _certificateWithKey = ServerCertificate.Create(options.Domain);
        Certificate = X509CertificateLoader.LoadCertificate(_certificateWithKey.RawData);
        var tls = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(_certificateWithKey, null, offline: true),
            // RFC 7590 §3.1
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        _context = new(options, _accounts, _componentBook, _router, new(_router, options), tls, options.LoggerFactory?.CreateLogger("XmppRpc.LocalServer") ?? (ILogger)NullLogger.Instance);
        _accepting = Task.WhenAll(AcceptAsync(_clients, stream => new ClientSession(stream, _context)), AcceptAsync(_components, stream => new ComponentSession(stream, _context)));
        LocalServerLog.Started(_context.Log, Domain, _endPoint.ToString());
    }

    /// <summary>The domain that is served.</summary>
    public string Domain => _options.Domain;

    /// <summary>The port for clients, with STARTTLS.</summary>
    public int Port => _endPoint.Port;

    /// <summary>The port for components (XEP-0114), in clear text.</summary>
    public int ComponentPort => _componentEndPoint.Port;

    /// <summary>The certificate, self-signed for the domain and made at the start; without its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The certificate with its private key, for the tests' proxy that stands in the server's place. Stays the server's own.</summary>
    internal X509Certificate2 CertificateWithKey => _certificateWithKey;

    /// <summary>Starts a server; it accepts connections when this returns.</summary>
    /// <exception cref="ArgumentException">An option cannot work, for example an address that is not loopback.</exception>
    /// <exception cref="IOException">The port is taken.</exception>
    public static Task<LocalXmppServer> StartAsync(LocalXmppServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new LocalXmppServer((options ?? new()).Validated()));
    }

    /// <summary>Adds an account and returns a connection string for it, see <see cref="ConnectionString"/>. <see cref="ArgumentException"/> if the name is no valid one or is taken.</summary>
    public string AddAccount(string user, string password, string? resource = null)
    {
        _router.AddAccount(_accounts.Add(user, password).Jid);
        return ConnectionString(user, resource);
    }

    /// <summary>A connection string for an account of this server: JID, password, host and the certificate's fingerprint. It holds the password in clear text.</summary>
    public string ConnectionString(string user, string? resource = null)
    {
        var account = _accounts.Get(user);
        var jid = resource is null ? account.Jid : account.Jid.WithResource(resource);
        return new DbConnectionStringBuilder
        {
            ["Jid"] = jid.ToString(),
            ["Password"] = account.Password,
            ["Host"] = _endPoint.ToString(),
            ["CertificateFingerprint"] = Certificate.GetCertHashString(HashAlgorithmName.SHA256),
        }.ConnectionString;
    }

    /// <summary>Adds a component's domain and returns a connection string for it, see <see cref="ComponentConnectionString"/>. <see cref="ArgumentException"/> if the domain is no valid one or is taken.</summary>
    public string AddComponent(string domain, string secret)
    {
        _router.AddComponent(_componentBook.Add(domain, secret).Jid);
        return ComponentConnectionString(domain);
    }

    /// <summary>A connection string for a component of this server: its domain, secret and host. It holds the secret in clear text.</summary>
    public string ComponentConnectionString(string domain)
    {
        var component = _componentBook.Get(domain);
        return new DbConnectionStringBuilder
        {
            ["Component"] = "true",
            ["Jid"] = component.Jid.ToString(),
            ["Password"] = component.Secret,
            ["Host"] = _componentEndPoint.ToString(),
            ["Tls"] = "None",
        }.ConnectionString;
    }

    /// <summary>Writes the certificate as a PEM file, for clients that trust by file (<see cref="XmppConnectionOptions.TrustedCertificate"/>).</summary>
    public void SaveCertificate(string path) => File.WriteAllText(path, Certificate.ExportCertificatePem() + "\n");

    /// <summary>
    /// Opens a connection in memory, on which the server speaks exactly as over TCP, STARTTLS included. Made for <see cref="XmppConnectionOptions.OpenStream"/>;
    /// closing the stream is what a lost socket is. <see cref="InvalidOperationException"/> after the server was stopped.
    /// </summary>
    public ValueTask<Stream> OpenInMemoryAsync(CancellationToken cancellationToken = default) => OpenAsync(stream => new ClientSession(stream, _context), cancellationToken);

    /// <summary>The same for a component.</summary>
    public ValueTask<Stream> OpenComponentInMemoryAsync(CancellationToken cancellationToken = default) => OpenAsync(stream => new ComponentSession(stream, _context), cancellationToken);

    /// <summary>Cuts all connections without a word, as a broken network does. Streams that may be resumed wait for their clients.</summary>
    public void CutConnections()
    {
        lock (_gate)
            foreach (var session in _sessions.Keys)
                session.Cut();
    }

    /// <summary>
    /// Forgets what XEP-0198 keeps, as a server that crashed: no stream can be resumed any more, and stanzas that waited for a client without a socket are lost.
    /// Connections stay.
    /// </summary>
    public void ForgetStreams() => _context.Streams.Forget();

    /// <summary>Ends all sessions with <c>system-shutdown</c> and stops listening. Cancellation ends the waiting only. A second call waits for the first.</summary>
    public async ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        Task stop;
        lock (_gate)
            stop = _stop ??= StopOnceAsync();
        await stop.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the server.</summary>
    public ValueTask DisposeAsync() => StopAsync(CancellationToken.None);

    private ValueTask<Stream> OpenAsync(Func<Stream, ServerSession> create, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var (client, server) = MemoryDuplexStream.CreatePair();
        return TryServe(server, create) ? new(client) : throw new InvalidOperationException("The local XMPP server was stopped; start another one.");
    }

    private async Task AcceptAsync(LoopbackListener listener, Func<Stream, ServerSession> create)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (true)
                if (await TryAcceptAsync(listener).ConfigureAwait(false) is { } stream && !TryServe(stream, create))
                    await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the stop
        }
    }

    private async ValueTask<Stream?> TryAcceptAsync(LoopbackListener listener)
    {
        try
        {
            return await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            LocalServerLog.AcceptFailed(_context.Log, e.Message);
            // out of file handles, most likely, and for a while
            await Task.Delay(TimeSpan.FromMilliseconds(100), _options.Time, _stopping.Token).ConfigureAwait(false);
            return null;
        }
    }

    /// <summary>Begins a session; false after the stop.</summary>
    private bool TryServe(Stream stream, Func<Stream, ServerSession> create)
    {
        lock (_gate)
        {
            if (_stop is not null)
                return false;
            var session = create(stream);
            if (_sessions.Count >= _options.MaxConnections)
                session.Close("resource-constraint", $"This XMPP server takes {_options.MaxConnections} connections at a time.");
            _sessions.Add(session, ServeAsync(session));
            return true;
        }
    }

    private async Task ServeAsync(ServerSession session)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await using (session.ConfigureAwait(false))
            await session.RunAsync().ConfigureAwait(false);
        lock (_gate)
            _sessions.Remove(session);
    }

    private async Task StopOnceAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        _clients.Dispose();
        _components.Dispose();
        Task[] serving;
        lock (_gate)
        {
            foreach (var session in _sessions.Keys)
                session.Close("system-shutdown", "The XMPP server is stopping.");
            serving = [.. _sessions.Values];
        }

        await Task.WhenAll(serving).ConfigureAwait(false);
        _context.Streams.EndHibernating();
        _certificateWithKey.Dispose();
        _stopping.Dispose();
        LocalServerLog.Stopped(_context.Log, Domain);
    }
}
