using System.Buffers;
using System.IO.Pipelines;

namespace XmppRpc.LocalServer.Network;

/// <summary>
/// Bytes one way between two ends in the process; the writer waits while more than the bound is unread. Either end may leave at any time: the reader then
/// sees the end after what was written, the writer an <see cref="IOException"/>. The pipe itself is never completed, which would race with calls under way.
/// </summary>
internal sealed class MemoryPipe(int maxBufferedBytes)
{
    private readonly Pipe _pipe = new(new(pauseWriterThreshold: maxBufferedBytes, resumeWriterThreshold: maxBufferedBytes / 2, useSynchronizationContext: false));
    private volatile bool _writerLeft;
    private volatile bool _readerLeft;

    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_readerLeft, this);
            ReadResult result;
            if (!_writerLeft)
                result = await _pipe.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            // nothing is written after the end, so what is not there now never comes
            else if (!_pipe.Reader.TryRead(out result))
                return 0;
            var taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, destination.Length));
            taken.CopyTo(destination.Span);
            // the sequence must not be looked at once its memory was given back
            var length = (int)taken.Length;
            _pipe.Reader.AdvanceTo(taken.End);
            if (length > 0 || destination.IsEmpty)
                return length;
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        ThrowIfUnwritable();
        await _pipe.Writer.WriteAsync(source, cancellationToken).ConfigureAwait(false);
        ThrowIfUnwritable();
    }

    public void LeaveAsWriter()
    {
        _writerLeft = true;
        _pipe.Reader.CancelPendingRead();
        _pipe.Writer.CancelPendingFlush();
    }

    public void LeaveAsReader()
    {
        _readerLeft = true;
        _pipe.Writer.CancelPendingFlush();
        _pipe.Reader.CancelPendingRead();
    }

    private void ThrowIfUnwritable()
    {
        ObjectDisposedException.ThrowIf(_writerLeft, this);
        if (_readerLeft)
            throw new IOException("The other end of the in-memory stream was closed.");
    }
}
