using System.Net.Sockets;

namespace XmppRpc.Xmpp.Network;

/// <summary>
/// TCP whose reads are acknowledged at once (Linux): stock Prosody leaves Nagle's algorithm on, so it keeps back the next segment until the last one is
/// acknowledged, which a receiver that has nothing to send delays by 40 ms. The kernel forgets the setting, so each read sets it again.
/// </summary>
internal sealed class QuickAckStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    // IPPROTO_TCP and TCP_QUICKACK of Linux's <netinet/tcp.h>.
    private const int TcpLevel = 6, QuickAck = 12;
    private static readonly byte[] On = BitConverter.GetBytes(1);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            if (OperatingSystem.IsLinux())
                Socket.SetRawSocketOption(TcpLevel, QuickAck, On);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The read says what is wrong with the connection.
        }
        return base.ReadAsync(buffer, cancellationToken);
    }
}
