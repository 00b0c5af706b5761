namespace XmppRpc.LocalServer.Network;

/// <summary>One end of a connection in memory that behaves like a socket: both directions bounded, closing one end ends the other's reads and fails its writes.</summary>
internal sealed class MemoryDuplexStream : Stream
{
    private readonly MemoryPipe _inbound;
    private readonly MemoryPipe _outbound;

    private MemoryDuplexStream(MemoryPipe inbound, MemoryPipe outbound) => (_inbound, _outbound) = (inbound, outbound);

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Two connected ends; each direction buffers that many bytes.</summary>
    public static (Stream Client, Stream Server) CreatePair(int maxBufferedBytes = 64 * 1024)
    {
        MemoryPipe up = new(maxBufferedBytes), down = new(maxBufferedBytes);
        return (new MemoryDuplexStream(down, up), new MemoryDuplexStream(up, down));
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inbound.ReadAsync(buffer, cancellationToken);

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _outbound.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // every write is visible to the other end at once
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inbound.LeaveAsReader();
            _outbound.LeaveAsWriter();
        }

        base.Dispose(disposing);
    }
}
