using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace XmppRpc.Xmpp.Network;

/// <summary>Opens the byte stream to the XMPP server: the caller's own, or TCP to the first address that answers.</summary>
internal static class TcpConnector
{
    /// <summary>A silent path is given up after about a minute and a half: without it, a connection whose other end vanished would never be known to be lost.</summary>
    private const int KeepAliveAfterSeconds = 60, KeepAliveEverySeconds = 10, KeepAliveTries = 3;

    /// <summary>Where the options lead, for messages.</summary>
    public static string Describe(XmppConnectionOptions options) =>
        options.OpenStream is null ? string.Create(CultureInfo.InvariantCulture, $"{HostOf(options)}:{PortOf(options)}") : "the given stream";

    public static async ValueTask<Stream> OpenAsync(XmppConnectionOptions options, CancellationToken cancellationToken)
    {
        if (options.OpenStream is { } open)
            return await open(cancellationToken).ConfigureAwait(false);

        var addresses = await ResolveAsync(HostOf(options), cancellationToken).ConfigureAwait(false);
        if (options.Tls == XmppTlsMode.None && !options.AllowClearText && addresses.FirstOrDefault(a => !IPAddress.IsLoopback(a)) is { } remote)
            throw new XmppTlsException($"Clear text to {HostOf(options)} was refused: {remote} is not a loopback address. Use Tls=StartTls or Direct, or set AllowClearText if the path is protected otherwise.");

        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                KeepAlive(socket);
                await socket.ConnectAsync(address, PortOf(options), cancellationToken).ConfigureAwait(false);
                return new QuickAckStream(socket);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new XmppConnectionException($"The XMPP server at {Describe(options)} does not answer ({last!.SocketErrorCode}). Check that it runs and that Host and port are right.", last);
    }

    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveAfterSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveEverySeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveTries);
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var address))
            return [address];
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            if (addresses.Length > 0)
                return addresses;
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw UnknownHost(host, e);
        }

        throw UnknownHost(host, null);
    }

    private static XmppConnectionException UnknownHost(string host, Exception? cause) =>
        new($"The host '{host}' has no address. Check the Jid's domain, or set Host to where its XMPP server runs.", cause);

    private static string HostOf(XmppConnectionOptions options) => options.Host ?? options.Jid.Domain;

    // XEP-0368 §3 names no port of its own; 5223 is what servers use
    private static int PortOf(XmppConnectionOptions options) => options.Port ?? (options.Tls == XmppTlsMode.Direct ? 5223 : 5222);
}
