using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.TestKit.Faults;

/// <summary>One socket of a proxied connection, with TLS on it or not.</summary>
internal sealed class ProxyEnd(Socket socket) : IDisposable
{
    // IPPROTO_TCP and TCP_QUICKACK of Linux's <netinet/tcp.h>. Stock Prosody leaves Nagle's algorithm on: without this each of its answers may take 40 ms longer.
    private const int TcpLevel = 6, QuickAck = 12;
    private static readonly byte[] On = BitConverter.GetBytes(1);
    private static readonly SslApplicationProtocol Xmpp = new("xmpp-client");

    private Stream _stream = Stream.Null;

    /// <summary>Begins once the socket is connected, and before one direction of it is closed.</summary>
    public void Open() => _stream = new NetworkStream(socket, ownsSocket: false);

    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            if (OperatingSystem.IsLinux())
                socket.SetRawSocketOption(TcpLevel, QuickAck, On);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The read says what is wrong with the connection.
        }
        return _stream.ReadAsync(buffer, cancellationToken);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(bytes, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    /// <summary>Ends what is written, with <c>close_notify</c> inside TLS.</summary>
    public async ValueTask EndAsync()
    {
        if (_stream is SslStream tls)
            await tls.ShutdownAsync();
        socket.Shutdown(SocketShutdown.Send);
    }

    /// <summary>Ends what is written as a cut line does: no <c>close_notify</c>.</summary>
    public void Fin()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has been reset already.
        }
    }

    public void Reset()
    {
        try
        {
            socket.LingerState = new(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has been reset already.
        }
        socket.Dispose();
    }

    public async Task EncryptAsServerAsync(SslStreamCertificateContext certificate, bool direct, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = direct ? [Xmpp] : null,
        }, cancellationToken);
        _stream = tls;
    }

    public async Task EncryptAsClientAsync(bool direct, CancellationToken cancellationToken)
    {
        var tls = new SslStream(_stream, leaveInnerStreamOpen: true);
        // The XMPP server is the test's own; what matters is inside.
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = XmppServer.Domain,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = direct ? [Xmpp] : null,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
        }, cancellationToken);
        _stream = tls;
    }

    // Not the streams: disposing TLS writes, and this end may have been cut.
    public void Dispose() => socket.Dispose();
}
