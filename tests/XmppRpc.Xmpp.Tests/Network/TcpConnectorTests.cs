using System.Net;
using System.Net.Sockets;
using XmppRpc.Xmpp.Network;

namespace XmppRpc.Xmpp.Tests.Network;

public sealed class TcpConnectorTests
{
    private static readonly XmppConnectionOptions Options = new() { Jid = Jid.Parse("alice@localhost"), Password = "s3cret-pw", Host = "127.0.0.1" };

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Listening_port_is_connected_without_delay(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        // localhost may name ::1 first, where nobody listens: the next address is tried
        await using var stream = await TcpConnector.OpenAsync(Options with { Host = host, Port = ((IPEndPoint)listener.LocalEndpoint).Port }, CancellationToken.None);
        var socket = Assert.IsType<QuickAckStream>(stream).Socket;
        Assert.True(socket.NoDelay);
        // without it, a connection whose other end vanished would never be known to be lost
        Assert.NotEqual(0, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.InRange((int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!, 1, 60);
    }

    [Fact]
    public async Task Unreachable_port_is_named()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        var failed = await Assert.ThrowsAsync<XmppConnectionException>(() => XmppConnection.ConnectAsync(Options with { Port = port }));
        Assert.Contains($"127.0.0.1:{port} does not answer", failed.Message);
    }

    [Fact]
    public async Task Unknown_host_is_named()
    {
        // a label may have 63 characters, so no resolver is asked
        var host = new string('h', 64) + ".invalid";
        var failed = await Assert.ThrowsAsync<XmppConnectionException>(() => XmppConnection.ConnectAsync(Options with { Host = host }));
        Assert.Contains(host, failed.Message);
        Assert.Contains("set Host", failed.Message);
    }

    [Fact]
    public async Task Clear_text_beyond_loopback_is_refused_before_anything_is_dialled()
    {
        var refused = await Assert.ThrowsAsync<XmppTlsException>(() => XmppConnection.ConnectAsync(Options with { Host = "192.0.2.1", Tls = XmppTlsMode.None }));
        Assert.Contains("192.0.2.1", refused.Message);
        Assert.Contains("AllowClearText", refused.Message);
    }

    [Fact]
    public async Task Clear_text_beyond_loopback_is_dialled_when_allowed()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await TcpConnector.OpenAsync(Options with { Host = "192.0.2.1", Tls = XmppTlsMode.None, AllowClearText = true }, cancelled.Token));
    }
}
