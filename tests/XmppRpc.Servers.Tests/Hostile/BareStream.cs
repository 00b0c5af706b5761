using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Hostile;

/// <summary>The bytes inside TLS: a connection works on it as if it were in clear text, and a test may write between what the connection writes.</summary>
internal sealed class BareStream(Stream tls) : Stream
{
    /// <summary>Changes the options so that the connection's bytes go through a stream that the test gets at.</summary>
    public static XmppConnectionOptions Under(XmppConnectionOptions options, Action<BareStream> opened) => options with
    {
        Tls = XmppTlsMode.None,
        // what the test writes is not counted by the connection, and must not meet what a timer of it writes
        StreamManagement = false,
        OpenStream = async cancellationToken =>
        {
            var bare = new BareStream(await OpenAsync(options.Port!.Value, cancellationToken));
            opened(bare);
            return bare;
        },
    };

    // what the connection has queued may still be leaving; TLS takes one write at a time
    private readonly SemaphoreSlim writing = new(1);

    /// <summary>Writes bytes as they are, behind what the connection is writing.</summary>
    public async Task InjectAsync(ReadOnlyMemory<byte> bytes)
    {
        await WriteAsync(bytes);
        await tls.FlushAsync();
    }

    private static async Task<Stream> OpenAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        var stream = new NetworkStream(socket, ownsSocket: true);
        await SayAsync(stream, $"<stream:stream to='{XmppServer.Domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", "</stream:features>", cancellationToken);
        await SayAsync(stream, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "<proceed", cancellationToken);
        var tls = new SslStream(stream);
        // The XMPP server is the test's own; what matters is inside.
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = XmppServer.Domain, RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null }, cancellationToken);
        return tls;
    }

    private static async Task SayAsync(NetworkStream stream, string text, string answer, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        var seen = "";
        var buffer = new byte[4096];
        while (!seen.Contains(answer, StringComparison.Ordinal) || !seen.EndsWith('>'))
        {
            var read = await stream.ReadAsync(buffer, cancellationToken);
            Assert.NotEqual(0, read);
            seen += Encoding.UTF8.GetString(buffer, 0, read);
        }
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => tls.ReadAsync(buffer, cancellationToken);

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            await tls.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            writing.Release();
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => tls.FlushAsync(cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");
    public override void Flush() => tls.Flush();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            tls.Dispose();
        base.Dispose(disposing);
    }
}
