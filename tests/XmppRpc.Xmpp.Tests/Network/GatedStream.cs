using System.Text;
using System.Threading.Channels;

namespace XmppRpc.Xmpp.Tests.Network;

/// <summary>Takes writes one at a time: each arrives, and completes when it is released or failed.</summary>
internal sealed class GatedStream : Stream
{
    private readonly Channel<string> _arrived = Channel.CreateUnbounded<string>();
    private readonly SemaphoreSlim _gate = new(0);
    private volatile bool _failing;

    public int Writes { get; private set; }
    public CancellationToken LastToken { get; private set; }

    public async Task<string> Arrived() => await _arrived.Reader.ReadAsync();
    public void Release() => _gate.Release();

    public void Fail()
    {
        _failing = true;
        _gate.Release();
    }

    public override bool CanRead => true;
    public override bool CanWrite => true;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        (Writes, LastToken) = (Writes + 1, cancellationToken);
        _arrived.Writer.TryWrite(Encoding.UTF8.GetString(buffer.Span));
        await _gate.WaitAsync(CancellationToken.None);
        if (_failing)
            throw new IOException("Broken pipe");
    }

    /// <summary>Fails the write in progress, as a closed socket does.</summary>
    protected override void Dispose(bool disposing)
    {
        Fail();
        base.Dispose(disposing);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override void Flush()
    {
    }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
