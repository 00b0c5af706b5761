using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.Xmpp.Network.Names;

namespace XmppRpc.Xmpp.Network;

/// <summary>Opens the byte stream to the XMPP server: the caller's own, or TCP to the first place that answers.</summary>
internal static class TcpConnector
{
    /// <summary>A silent path is given up after about a minute and a half: without it, a connection whose other end vanished would never be known to be lost.</summary>
    private const int KeepAliveAfterSeconds = 60, KeepAliveEverySeconds = 10, KeepAliveTries = 3;

    /// <summary>Failures that a message names; further ones are counted.</summary>
    private const int MaxNamedFailures = 16;

    /// <summary>Where the options lead, for messages.</summary>
    public static string Describe(XmppConnectionOptions options) => options.WebSocketAddress is { } address ? address : options.OpenStream is null ? HostResolver.Describe(options) : "the given stream";

    /// <summary>
    /// Looks up where the XMPP server may be and connects there: by the account's domain or the options' host, or <paramref name="elsewhere"/>, to which an XMPP server pointed
    /// (<see cref="XmppConnectionOptions.OpenStream"/> goes nowhere else). <see cref="XmppConnectionException"/> names every address tried.
    /// </summary>
    public static async ValueTask<OpenedStream> OpenAsync(XmppConnectionOptions options, ConnectTo? elsewhere, CancellationToken cancellationToken)
    {
        if (options.OpenStream is { } open)
            return new(await open(cancellationToken).ConfigureAwait(false), options.Tls == XmppTlsMode.Direct);

        var resolver = new HostResolver(options, Random.Shared);
        var race = new ConnectionRace(options.ConnectionAttemptDelay, options.ConnectionAttemptTimeout, options.Time);
        var route = await resolver.FindAsync(elsewhere, cancellationToken).ConfigureAwait(false);
        ILogger log = options.LoggerFactory?.CreateLogger("XmppRpc.Xmpp") ?? (ILogger)NullLogger.Instance;
        if (route.Problem is not null)
            XmppLog.LookupFailed(log, options.Jid, route.Problem);
        var failures = new List<string>();
        Exception? last = null;
        // XEP-0495 §4.1: what a domain keeps in reserve is not tried before the rest has failed
        foreach (var group in route.Candidates.GroupBy(c => c.Priority))
        {
            var places = await LookUpAsync(group, resolver, failures, cancellationToken).ConfigureAwait(false);
            ThrowIfExposed(options, places);
            var result = await race.RunAsync(places, ConnectAsync, cancellationToken).ConfigureAwait(false);
            if (result is { Place: { } place, Connection: { } socket })
            {
                XmppLog.Dialled(log, options.Jid, place.ToString(), place.Candidate.IsDirectTls);
                return new(new QuickAckStream(socket), place.Candidate.IsDirectTls);
            }

            failures.AddRange(result.Failures.Select(f => $"{f.Place} does not answer ({Reason(f.Reason)})"));
            last = result.Failures.Select(f => f.Reason).LastOrDefault() ?? last;
        }

        throw Unreachable(options, elsewhere, route, failures, last);
    }

    /// <summary>Every address of every candidate, in the order of the candidates.</summary>
    private static async Task<IReadOnlyList<Place>> LookUpAsync(IEnumerable<ServerCandidate> candidates, HostResolver resolver, List<string> failures, CancellationToken cancellationToken)
    {
        var lookups = candidates.Select(async candidate => (Candidate: candidate, Host: await resolver.LookUpAsync(candidate.Host, cancellationToken).ConfigureAwait(false)));
        var hosts = await Task.WhenAll(lookups).ConfigureAwait(false);
        failures.AddRange(hosts.Where(h => h.Host.Problem is not null).Select(h => $"the host '{h.Candidate.Host}' has no address ({h.Host.Problem})"));
        return [.. hosts.SelectMany(h => h.Host.Addresses.Select(address => new Place(h.Candidate, address))).DistinctBy(p => (p.EndPoint, p.Candidate.IsDirectTls))];
    }

    private static void ThrowIfExposed(XmppConnectionOptions options, IReadOnlyList<Place> places)
    {
        if (options.Tls == XmppTlsMode.None && !options.AllowClearText && places.FirstOrDefault(p => !IPAddress.IsLoopback(p.Address)) is { } remote)
            throw new XmppTlsException($"Clear text to {remote} was refused: it is not a loopback address. {(options.WebSocket is null ? "Leave Tls out" : "Use wss")}, or set AllowClearText if the path is protected otherwise.");
    }

    private static async Task<Socket> ConnectAsync(Place place, CancellationToken cancellationToken)
    {
        var socket = new Socket(place.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            KeepAlive(socket);
            await socket.ConnectAsync(place.EndPoint, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveAfterSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveEverySeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveTries);
    }

    private static string Reason(Exception failure) => failure is SocketException socket ? socket.SocketErrorCode.ToString() : failure.Message;

    private static XmppConnectionException Unreachable(XmppConnectionOptions options, ConnectTo? elsewhere, ServerRoute route, List<string> failures, Exception? cause)
    {
        var named = failures.Take(MaxNamedFailures).ToList();
        if (failures.Count > named.Count)
            named.Add($"and {failures.Count - named.Count} more");
        if (route.Problem is not null)
            named.Add(route.Problem);
        var redirected = elsewhere is null ? "" : $" It was looked for at {RemoteText.Show(elsewhere.ToString())}, where it had pointed itself.";
        return new($"The XMPP server for {options.Jid.Domain} cannot be reached: {string.Join("; ", named)}.{redirected} Check that it runs and that the Jid's domain is right, or set {(options.WebSocket is null ? "Host" : "WebSocket")} to where it runs.", cause);
    }

    /// <summary>One address of one candidate.</summary>
    private sealed record Place(ServerCandidate Candidate, IPAddress Address)
    {
        public IPEndPoint EndPoint { get; } = new(Address, Candidate.Port);

        public override string ToString() => Candidate.Host == Address.ToString() ? EndPoint.ToString() : $"{Candidate.Host} {EndPoint}";
    }
}
