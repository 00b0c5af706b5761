using System.Net;
using System.Net.Sockets;
using System.Text;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Kit;

/// <summary>Opens an XML stream by hand, to see what an XMPP server answers before any library is involved.</summary>
internal static class RawClient
{
    /// <summary>All that the XMPP server sends up to the end of its features.</summary>
    public static async Task<string> ReadFeaturesAsync(int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"<?xml version='1.0'?><stream:stream to='{XmppServer.Domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"), cancellationToken);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains("</stream:features>", StringComparison.Ordinal))
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            Assert.NotEqual(0, read);
            answer.Append(Encoding.UTF8.GetString(buffer, 0, read));
        }
        return answer.ToString();
    }
}
