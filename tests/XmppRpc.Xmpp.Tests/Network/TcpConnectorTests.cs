using System.Globalization;
using System.Net;
using System.Net.Sockets;
using XmppRpc.TestKit.Names;
using XmppRpc.Xmpp.Network;

namespace XmppRpc.Xmpp.Tests.Network;

public sealed class TcpConnectorTests : IAsyncDisposable
{
    private const string StartTls = "_xmpp-client._tcp.example.org", Direct = "_xmpps-client._tcp.example.org";
    private static readonly XmppConnectionOptions Options = new() { Jid = Jid.Parse("alice@localhost"), Password = "s3cret-pw", Host = "127.0.0.1" };

    private readonly FakeDnsServer _dns = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly TcpListener _second = new(IPAddress.Loopback, 0);

    public TcpConnectorTests()
    {
        _listener.Start();
        _second.Start();
    }

    private XmppConnectionOptions ByDomain => Options with { Jid = Jid.Parse("alice@example.org"), Host = null, NameServers = [_dns.EndPoint] };

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task Listening_port_is_connected_without_delay(string host)
    {
        // localhost may name ::1 first, where nobody listens: the next address is tried
        var opened = await OpenAsync(Options with { Host = host, Port = PortOf(_listener) });
        await using var stream = opened.Stream;
        var socket = Assert.IsType<QuickAckStream>(stream).Socket;
        Assert.False(opened.IsDirectTls);
        Assert.True(socket.NoDelay);
        // without it, a connection whose other end vanished would never be known to be lost
        Assert.NotEqual(0, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.InRange((int)socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime)!, 1, 60);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Srv_target_is_connected_in_the_way_of_its_service(bool direct)
    {
        _dns.SetSrv(direct ? Direct : StartTls, (1, 0, PortOf(_listener), "chat.example.org"));
        _dns.SetAddresses("chat.example.org", "127.0.0.1");
        Assert.Equal((PortOf(_listener), direct), await DialAsync(ByDomain));
    }

    [Fact]
    public async Task Reserve_is_dialled_when_everything_of_lower_priority_number_failed()
    {
        _dns.SetSrv(Direct, (1, 5, ClosedPort(), "one.example.org"), (1, 0, ClosedPort(), "two.example.org"), (1, 0, 5222, "nowhere.example.org"));
        _dns.SetSrv(StartTls, (9, 0, PortOf(_second), "reserve.example.org"));
        foreach (var host in new[] { "one", "two", "reserve" })
            _dns.SetAddresses($"{host}.example.org", "127.0.0.1");
        Assert.Equal((PortOf(_second), false), await DialAsync(ByDomain));
    }

    [Fact]
    public async Task Names_are_looked_up_anew_each_time()
    {
        _dns.SetSrv(StartTls, (1, 0, PortOf(_listener), "chat.example.org"));
        _dns.SetAddresses("chat.example.org", "127.0.0.1");
        Assert.Equal(PortOf(_listener), (await DialAsync(ByDomain)).Port);
        _dns.SetSrv(StartTls, (1, 0, PortOf(_second), "chat.example.org"));
        Assert.Equal(PortOf(_second), (await DialAsync(ByDomain)).Port);
    }

    [Fact]
    public async Task Redirection_is_followed()
    {
        Assert.True(ConnectTo.TryParse(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{PortOf(_second)}"), out var elsewhere));
        Assert.Equal(PortOf(_second), (await DialAsync(Options with { Port = PortOf(_listener) }, elsewhere)).Port);
    }

    [Fact]
    public async Task Unreachable_port_is_named()
    {
        var port = ClosedPort();
        var failed = await Assert.ThrowsAsync<XmppConnectionException>(() => XmppConnection.ConnectAsync(Options with { Port = port }));
        Assert.Contains($"127.0.0.1:{port} does not answer (ConnectionRefused)", failed.Message);
        Assert.IsType<SocketException>(failed.InnerException);
    }

    [Fact]
    public async Task Total_failure_names_every_address_and_what_dns_lacked()
    {
        var (one, two) = (ClosedPort(), ClosedPort());
        _dns.SetSrv(StartTls, (1, 0, one, "one.example.org"), (2, 0, two, "two.example.org"), (3, 0, 1, "nowhere.example.org"));
        _dns.SetAddresses("one.example.org", "127.0.0.1");
        _dns.SetAddresses("two.example.org", "127.0.0.1");
        _dns.Respond = (query, _) => [DnsWire.Question(query).Name == Direct ? DnsWire.Reply(query, DnsWire.ServerFailure) : _dns.FromRecords(query)];
        var failed = await Assert.ThrowsAsync<XmppConnectionException>(() => XmppConnection.ConnectAsync(ByDomain));
        Assert.Contains($"one.example.org 127.0.0.1:{one} does not answer", failed.Message);
        Assert.Contains($"two.example.org 127.0.0.1:{two} does not answer", failed.Message);
        Assert.Contains("'nowhere.example.org' has no address", failed.Message);
        Assert.Contains("error 2", failed.Message);
        Assert.Contains("set Host", failed.Message);
    }

    [Fact]
    public async Task Total_failure_names_sixteen_addresses_and_counts_the_rest()
    {
        var port = ClosedPort();
        _dns.SetSrv(StartTls, (1, 0, port, "chat.example.org"));
        _dns.SetAddresses("chat.example.org", [.. Enumerable.Range(1, 20).Select(i => string.Create(CultureInfo.InvariantCulture, $"127.0.0.{i}"))]);
        var failed = await Assert.ThrowsAsync<XmppConnectionException>(() => XmppConnection.ConnectAsync(ByDomain));
        Assert.Equal(16, failed.Message.Split("does not answer").Length - 1);
        Assert.Contains("and 4 more", failed.Message);
    }

    [Fact]
    public async Task Unknown_host_is_named()
    {
        var failed = await Assert.ThrowsAsync<XmppConnectionException>(() => XmppConnection.ConnectAsync(ByDomain with { Host = "unknown.example" }));
        Assert.Contains("'unknown.example' has no address", failed.Message);
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
    public async Task Clear_text_to_where_dns_leads_beyond_loopback_is_refused()
    {
        _dns.SetSrv(StartTls, (1, 0, PortOf(_listener), "chat.example.org"));
        _dns.SetAddresses("chat.example.org", "127.0.0.1", "192.0.2.1");
        var refused = await Assert.ThrowsAsync<XmppTlsException>(() => XmppConnection.ConnectAsync(ByDomain with { Tls = XmppTlsMode.None }));
        Assert.Contains("192.0.2.1", refused.Message);
        Assert.False(_listener.Pending());
    }

    [Fact]
    public async Task Clear_text_beyond_loopback_is_dialled_when_allowed()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await TcpConnector.OpenAsync(Options with { Host = "192.0.2.1", Tls = XmppTlsMode.None, AllowClearText = true }, null, cancelled.Token));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        _second.Dispose();
        await _dns.DisposeAsync();
    }

    private static ValueTask<OpenedStream> OpenAsync(XmppConnectionOptions options, ConnectTo? elsewhere = null) => TcpConnector.OpenAsync(options, elsewhere, TestContext.Current.CancellationToken);

    private static async Task<(int Port, bool IsDirectTls)> DialAsync(XmppConnectionOptions options, ConnectTo? elsewhere = null)
    {
        var opened = await OpenAsync(options, elsewhere);
        await using var stream = opened.Stream;
        return (((IPEndPoint)((QuickAckStream)stream).Socket.RemoteEndPoint!).Port, opened.IsDirectTls);
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static int ClosedPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
