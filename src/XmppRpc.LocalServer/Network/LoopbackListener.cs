using System.Net;
using System.Net.Sockets;

namespace XmppRpc.LocalServer.Network;

/// <summary>Accepts TCP connections.</summary>
internal sealed class LoopbackListener : IDisposable
{
    private readonly Socket _socket;

    /// <summary>Listens at once; port 0 takes a free one.</summary>
    public LoopbackListener(IPAddress address, int port)
    {
        _socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _socket.Bind(new IPEndPoint(address, port));
            _socket.Listen();
        }
        catch (SocketException e)
        {
            _socket.Dispose();
            throw new IOException($"The local XMPP server cannot listen on {new IPEndPoint(address, port)}: {e.Message}. Choose another port, or 0 for a free one.", e);
        }
    }

    /// <summary>Two, or none.</summary>
    public static (LoopbackListener, LoopbackListener) CreatePair(IPAddress address, int port, int secondPort)
    {
        var first = new LoopbackListener(address, port);
        try
        {
            return (first, new(address, secondPort));
        }
        catch (IOException)
        {
            first.Dispose();
            throw;
        }
    }

    public IPEndPoint EndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public async ValueTask<Stream> AcceptAsync(CancellationToken cancellationToken)
    {
        var client = await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
        client.NoDelay = true;
        return new NetworkStream(client, ownsSocket: true);
    }

    public void Dispose() => _socket.Dispose();
}
