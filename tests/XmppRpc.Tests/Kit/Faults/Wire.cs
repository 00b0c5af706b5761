using System.Net;
using System.Net.Sockets;
using System.Text;
using XmppRpc.TestKit.Faults;

namespace XmppRpc.Tests.Kit.Faults;

/// <summary>A proxy between two sockets that the test holds, so that what passes is the same in each run.</summary>
internal sealed class Wire : IAsyncDisposable
{
    public const string Header = "<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

    private readonly Socket _listener;

    private Wire(FaultProxyOptions options)
    {
        _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (options.SocketBufferBytes is { } bytes)
            _listener.ReceiveBufferSize = bytes;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        Proxy = FaultProxy.Start((IPEndPoint)_listener.LocalEndPoint!, options, options.Tls is ProxyTls.PassThrough ? null : TestCertificate.Create());
    }

    public FaultProxy Proxy { get; }

    public Socket Client { get; private set; } = null!;

    public Socket Server { get; private set; } = null!;

    public ProxyConnection Connection => Proxy.Connections[^1];

    private static CancellationToken Guard => TestContext.Current.CancellationToken;

    /// <summary>A proxy with one connection through it. Faults see stanzas of clear text unless said otherwise.</summary>
    public static async Task<Wire> OpenAsync(FaultScript script, FaultProxyOptions? options = null)
    {
        var wire = new Wire(options ?? new() { Tls = ProxyTls.Terminate, Seed = 42 });
        await wire.ConnectAsync(script);
        return wire;
    }

    /// <summary>One more connection, which takes the place of the last one in <see cref="Client"/> and <see cref="Server"/>.</summary>
    public async Task ConnectAsync(FaultScript script)
    {
        Proxy.Next(script);
        Client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var accepting = _listener.AcceptAsync(Guard);
        await Client.ConnectAsync(IPAddress.Loopback, Proxy.Port, Guard);
        Server = await accepting;
    }

    /// <summary>Opens an XML stream in both directions.</summary>
    public async Task OpenStreamAsync()
    {
        await SayAsync(Client, Header);
        await SayAsync(Server, Header);
        await HearAsync(Server, Header);
        await HearAsync(Client, Header);
    }

    public static async Task SayAsync(Socket socket, string text)
    {
        for (ReadOnlyMemory<byte> bytes = Encoding.UTF8.GetBytes(text); !bytes.IsEmpty;)
            bytes = bytes[await socket.SendAsync(bytes, Guard)..];
    }

    /// <summary>Reads as much as the text is long, and compares.</summary>
    public static async Task HearAsync(Socket socket, string text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        var count = 0;
        while (count < bytes.Length && await socket.ReceiveAsync(bytes.AsMemory(count), Guard) is var read and > 0)
            count += read;
        Assert.Equal(text, Encoding.UTF8.GetString(bytes, 0, count));
    }

    /// <summary>Reads to the end of the byte stream.</summary>
    public static async Task<string> HearAllAsync(Socket socket)
    {
        var all = new List<byte>();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, Guard) is var read and > 0)
            all.AddRange(buffer[..read]);
        return Encoding.UTF8.GetString([.. all]);
    }

    /// <summary>Asserts that reading ends with a reset, after nothing.</summary>
    public static async Task AssertResetAsync(Socket socket)
    {
        var error = await Assert.ThrowsAsync<SocketException>(() => HearAllAsync(socket));
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    /// <summary>Whether there is nothing to read and no end either. What was sent before has passed only if the test saw something later pass.</summary>
    public static bool IsQuiet(Socket socket) => !socket.Poll(0, SelectMode.SelectRead);

    public async ValueTask DisposeAsync()
    {
        await Proxy.DisposeAsync();
        Client.Dispose();
        Server.Dispose();
        _listener.Dispose();
    }
}
