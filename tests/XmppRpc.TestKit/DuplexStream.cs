using System.IO.Pipelines;

namespace XmppRpc.TestKit;

/// <summary>One end of a byte stream in memory. It behaves as a socket does: a full window holds the writer, a closed end is read as the end, a broken one throws <see cref="IOException"/>.</summary>
public sealed class DuplexStream : Stream
{
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly Stream _reading;
    private volatile bool _disposed;

    private DuplexStream(PipeReader input, PipeWriter output)
    {
        (_input, _output) = (input, output);
        _reading = input.AsStream(leaveOpen: true);
    }

    /// <summary>Two ends, each with <paramref name="window"/> bytes that the other may write ahead.</summary>
    public static (DuplexStream First, DuplexStream Second) CreatePair(int window = 64 * 1024)
    {
        var options = new PipeOptions(pauseWriterThreshold: window, resumeWriterThreshold: window / 2, useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        return (new(back.Reader, there.Writer), new(there.Reader, back.Writer));
    }

    /// <summary>Ends both directions as a reset does: the other side's reads and writes throw <see cref="IOException"/>.</summary>
    public void Break()
    {
        var reset = new IOException("Connection reset by peer");
        _output.Complete(reset);
        _input.Complete(reset);
    }

    /// <summary>Makes the other side's writes throw <see cref="IOException"/>; what was written here can still be read there.</summary>
    public void StopReading() => _input.Complete();

    /// <inheritdoc/>
    public override bool CanRead => true;
    /// <inheritdoc/>
    public override bool CanWrite => true;
    /// <inheritdoc/>
    public override bool CanSeek => false;
    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();
    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            return await _reading.ReadAsync(buffer, cancellationToken);
        }
        catch (OperationCanceledException e) when (_disposed)
        {
            throw new ObjectDisposedException(nameof(DuplexStream), e);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var result = await _output.WriteAsync(buffer, cancellationToken);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (result.IsCompleted)
            throw new IOException("Broken pipe");
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");
    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");
    /// <inheritdoc/>
    public override void Flush()
    {
    }
    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (!disposing || _disposed)
            return;
        _disposed = true;
        _output.CancelPendingFlush();
        _output.Complete();
        _input.CancelPendingRead();
        base.Dispose(disposing);
    }
}
