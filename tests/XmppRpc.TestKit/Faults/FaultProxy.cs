using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.TestKit.Faults;

/// <summary>
/// A TCP proxy on 127.0.0.1 between clients and an XMPP server that does to each connection what a script says. Scripts given to <see cref="Next"/> are used up by the connections that come,
/// in their order; further ones get <see cref="Default"/>. Disposing closes everything.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly XmppServer? _server;
    private readonly X509Certificate2? _certificate;
    private readonly Queue<FaultScript> _next = new();
    private readonly List<ProxyConnection> _connections = [];
    private readonly List<(int Number, TaskCompletionSource<ProxyConnection> Found)> _waiters = [];
    private FaultScript _default = FaultScript.Pass;
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    private FaultProxy(IPEndPoint target, FaultProxyOptions options, XmppServer? server, X509Certificate2? certificate)
    {
        if (options.Tls is not ProxyTls.PassThrough && certificate is null)
            throw new ArgumentException($"To end TLS ({options.Tls}) the proxy needs a certificate with its key.", nameof(certificate));
        (Target, Options, _server, _certificate) = (target, options, server, certificate);
        Certificate = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true);
        Trace = new(options.Seed);
        Accept();
    }

    /// <summary>The port on 127.0.0.1 that clients connect to.</summary>
    public int Port { get; } = FreePort.Next();

    /// <summary>What was done.</summary>
    public Trace Trace { get; }

    /// <summary>What is done to connections for which nothing else was said. At first <see cref="FaultScript.Pass"/>.</summary>
    public FaultScript Default
    {
        get => _default;
        set => _default = Checked(value);
    }

    /// <summary>The connections so far, in the order in which they were accepted.</summary>
    public IReadOnlyList<ProxyConnection> Connections
    {
        get
        {
            lock (_gate)
                return [.. _connections];
        }
    }

    internal IPEndPoint Target { get; }

    internal FaultProxyOptions Options { get; }

    /// <summary>What it ends TLS with; null where TLS passes through.</summary>
    internal SslStreamCertificateContext? Certificate { get; }

    /// <summary>Starts a proxy in front of an XMPP server. Where it ends TLS, it does so with the server's own certificate.</summary>
    public static FaultProxy Start(XmppServer server, FaultProxyOptions? options = null)
    {
        options ??= new();
        var port = options.Tls is ProxyTls.TerminateDirect ? server.DirectTlsPort : server.Port;
        return new(new(IPAddress.Loopback, port), options, server, options.Tls is ProxyTls.PassThrough ? null : server.LoadCertificateWithKey());
    }

    /// <summary>Starts a proxy in front of anything that listens. To end TLS it needs a certificate with its key, for the domain that the client expects.</summary>
    public static FaultProxy Start(IPEndPoint target, FaultProxyOptions? options = null, X509Certificate2? certificate = null) => new(target, options ?? new(), null, certificate);

    /// <summary>Says what is done to the connections that come next, each in turn.</summary>
    /// <exception cref="ArgumentException">A script has faults on stanzas, and TLS passes through.</exception>
    public void Next(params IEnumerable<FaultScript> scripts)
    {
        FaultScript[] all = [.. scripts.Select(Checked)];
        lock (_gate)
            foreach (var script in all)
                _next.Enqueue(script);
    }

    /// <summary>The connection with that number, from 1, when it was accepted.</summary>
    public Task<ProxyConnection> ConnectionAsync(int number, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (number <= _connections.Count)
                return Task.FromResult(_connections[number - 1]);
            var found = new TaskCompletionSource<ProxyConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((number, found));
            return found.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The connection string of an account of the server, by way of this proxy.</summary>
    public string ConnectionString(string user, string? resource = null)
    {
        var server = _server ?? throw new InvalidOperationException("The proxy was started for an address, so it knows no accounts; use Through.");
        return new DbConnectionStringBuilder
        {
            ConnectionString = server.ConnectionString(user, resource, Options.Tls is ProxyTls.TerminateDirect),
            ["Host"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}"),
        }.ConnectionString;
    }

    /// <summary>The same options by way of this proxy.</summary>
    public XmppConnectionOptions Through(XmppConnectionOptions options) => options with { Host = "127.0.0.1", Port = Port };

    /// <summary>Refuses new connections, as a port does on which nobody listens; those that are there go on. Idempotent.</summary>
    public async Task RefuseAsync()
    {
        _listener?.Dispose();
        _listener = null;
        await _accepting;
    }

    /// <summary>Takes new connections again. Idempotent.</summary>
    public void Accept()
    {
        if (_listener is not null)
            return;
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SetBuffers(listener);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        listener.Listen();
        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    /// <summary>Cuts all connections that are there.</summary>
    public void CutAll(CutKind kind, Ends ends = Ends.Both)
    {
        foreach (var connection in Connections.Where(connection => !connection.Over.IsCompleted))
            connection.Cut(kind, ends);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await RefuseAsync();
        foreach (var connection in Connections)
            await connection.DisposeAsync();
        _certificate?.Dispose();
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
            Begin(client);
        }
    }

    private void Begin(Socket client)
    {
        var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SetBuffers(upstream);
        client.NoDelay = true;
        lock (_gate)
        {
            var connection = new ProxyConnection(this, _connections.Count + 1, client, upstream, _next.TryDequeue(out var script) ? script : Default);
            Trace.Begin(connection.Number, connection.Script);
            _connections.Add(connection);
            connection.Start();
            foreach (var waiter in _waiters.Where(waiter => waiter.Number == connection.Number).ToArray())
            {
                _waiters.Remove(waiter);
                waiter.Found.TrySetResult(connection);
            }
        }
    }

    private void SetBuffers(Socket socket)
    {
        if (Options.SocketBufferBytes is { } bytes)
            (socket.ReceiveBufferSize, socket.SendBufferSize) = (bytes, bytes);
    }

    private FaultScript Checked(FaultScript script) => script.NeedsStanzas && Options.Tls is ProxyTls.PassThrough
        ? throw new ArgumentException($"{script} needs to see stanzas; start the proxy with Tls = {nameof(ProxyTls)}.{nameof(ProxyTls.Terminate)}.", nameof(script))
        : script;
}
