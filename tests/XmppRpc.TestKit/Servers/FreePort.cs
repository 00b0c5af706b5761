using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace XmppRpc.TestKit.Servers;

/// <summary>Finds loopback ports for servers that have to be told a number.</summary>
internal static class FreePort
{
    // Below the range from which the kernel takes ports for outgoing connections, so that a server finds its port again after a restart.
    private const int First = 20_000, End = 32_000;

    // A port is given once: what a client remembers of a login there must not meet another server.
    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port that nobody listens on, another one each time.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                if (Given.TryAdd(port, true))
                    return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
            }
        }
    }
}
