using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Network;

/// <summary>An XML stream as one long document over a byte stream (RFC 6120 §4), in which TLS may begin.</summary>
internal sealed class ByteStreamWire(Stream stream, XmppReaderLimits? limits) : XmppWire
{
    /// <summary>Longer than any start tag written here, so that an XMPP server on libexpat does not wait for more behind a tag that its reads cut (F-18: reparse deferral).</summary>
    private static readonly byte[] Padding = [.. Enumerable.Repeat((byte)' ', 256)];

    /// <summary>What XMPP servers read at once: a TLS record up to this size is not cut.</summary>
    private const int PeerReadBytes = 4096;

    /// <summary>As much as a TLS record: an element that comes in one read is parsed in one pass.</summary>
    private const int ReadBytes = 16 * 1024;

    private Stream _stream = stream;
    private PipeReader _input = PipeReader.Create(stream, new(bufferSize: ReadBytes, leaveOpen: true));
    private XmppReader _reader = new(limits);
    private string _contentNamespace = "";
    private long _bytesRead;

    public override Stream Stream => _stream;

    public override long BytesRead => Volatile.Read(ref _bytesRead);

    public override string? PeerContentNamespace => _reader.ContentNamespace;

    public override bool TakesWhiteSpace => true;

    public override SendBuffer CreateBuffer() => new();

    public override async ValueTask<XmppNode?> ReadAsync(Func<Exception, XmppConnectionException> lost, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = result.Buffer;
                var before = buffer.Length;
                var found = _reader.TryRead(ref buffer, out var node);
                Volatile.Write(ref _bytesRead, _bytesRead + before - buffer.Length);
                _input.AdvanceTo(buffer.Start);
                if (found)
                    return node;
                if (result.IsCompleted)
                    return null;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            throw lost(e);
        }
    }

    public override void WriteStreamStart(IBufferWriter<byte> output, string contentNamespace, string? from, string? to, string? id)
    {
        _contentNamespace = contentNamespace;
        // XEP-0114 §3: no version, no features
        XmppWriter.WriteStreamStart(output, contentNamespace, from, to, id, contentNamespace == XmppNames.Component ? null : "1.0");
    }

    public override void WriteElement(IBufferWriter<byte> output, XmppElement element) => XmppWriter.WriteElement(output, element, _contentNamespace);

    public override void WriteStreamEnd(IBufferWriter<byte> output) => XmppWriter.WriteStreamEnd(output);

    public override async ValueTask SendAsync(SendBuffer departing, bool isPadded)
    {
        if (isPadded && (_stream is not SslStream || departing.Length > PeerReadBytes))
            departing.Append(Padding);
        await _stream.WriteAsync(departing.Written, CancellationToken.None).ConfigureAwait(false);
        await _stream.FlushAsync(CancellationToken.None).ConfigureAwait(false);
    }

    public override void Restart(bool requireEmpty)
    {
        if (requireEmpty && _input.TryRead(out var result))
        {
            var left = result.Buffer.Length;
            _input.AdvanceTo(result.Buffer.Start);
            if (left > 0)
                throw new XmppStreamException("policy-violation", $"{left} bytes came behind an element that ends this part of the XML stream. Somebody may be injecting them; the connection was given up.");
        }

        _reader = new(limits);
    }

    public override async Task StartTlsAsync(Func<SslStream, Task> handshake)
    {
        Restart(requireEmpty: true);
        var tls = new SslStream(_stream);
        try
        {
            await handshake(tls).ConfigureAwait(false);
        }
        catch
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _stream = tls;
        _input = PipeReader.Create(tls, new(bufferSize: ReadBytes, leaveOpen: true));
    }

    // the pipe reader is not completed: a read may still be leaving it; the closed stream ends that
    public override ValueTask DisposeAsync() => _stream.DisposeAsync();
}
