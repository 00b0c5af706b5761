using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace XmppRpc.TestKit.Servers;

/// <summary>Finds loopback ports for servers that have to be told a number.</summary>
internal static class FreePort
{
    // Below the range from which the kernel takes ports for outgoing connections, so that a server finds its port again after a restart.
    private const int First = 20_000, End = 32_000;

    private static readonly string Folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "xmpprpc-ports")).FullName;
    private static readonly ConcurrentBag<FileStream> Reserved = [];

    /// <summary>A port that nobody listens on, and that no other test process takes while this one lives: a server may bind it much later.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, End);
            if (!TryReserve(port))
                continue;
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
            }
        }
    }

    private static bool TryReserve(int port)
    {
        try
        {
            Reserved.Add(new(Path.Combine(Folder, port.ToString(CultureInfo.InvariantCulture)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
