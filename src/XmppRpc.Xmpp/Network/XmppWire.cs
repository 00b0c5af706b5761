using System.Buffers;
using System.Net.Security;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Network;

/// <summary>
/// What an XML stream lies on, and how: whatever differs between a byte stream (RFC 6120) and a WebSocket (RFC 7395) is here, so that <see cref="XmppTransport"/> has one queue for both.
/// One reader at a time, and beside it one sender; what writes into a buffer does no more than that.
/// </summary>
internal abstract class XmppWire : IAsyncDisposable
{
    /// <summary>What is read and written, the <see cref="SslStream"/> if TLS is in use.</summary>
    public abstract Stream Stream { get; }

    /// <summary>Bytes of XML taken in, above the encryption.</summary>
    public abstract long BytesRead { get; }

    /// <summary>As <see cref="XmppReader.ContentNamespace"/>.</summary>
    public abstract string? PeerContentNamespace { get; }

    /// <summary>A buffer for what is to be sent here.</summary>
    public abstract SendBuffer CreateBuffer();

    /// <summary>The next node, or null when the peer closed in order what carries the stream. What breaks it is given to <paramref name="lost"/>, and what that makes of it thrown.</summary>
    public abstract ValueTask<XmppNode?> ReadAsync(Func<Exception, XmppConnectionException> lost, CancellationToken cancellationToken);

    /// <summary>Writes what opens our XML stream.</summary>
    public abstract void WriteStreamStart(IBufferWriter<byte> output, string contentNamespace, string? from, string? to, string? id);

    /// <summary>Writes an element as it stands inside our XML stream.</summary>
    public abstract void WriteElement(IBufferWriter<byte> output, XmppElement element);

    /// <summary>Writes what closes our XML stream.</summary>
    public abstract void WriteStreamEnd(IBufferWriter<byte> output);

    /// <summary>Whether white space may be sent between elements (RFC 6120 §4.6.1).</summary>
    public abstract bool TakesWhiteSpace { get; }

    /// <summary>Sends all of the buffer. There is no cancellation: half a stanza on the wire would end the XML stream.</summary>
    /// <param name="departing">What to send; it may be added to.</param>
    /// <param name="isPadded">Whether white space may follow.</param>
    public abstract ValueTask SendAsync(SendBuffer departing, bool isPadded);

    /// <summary>Expects the peer's XML stream to begin anew.</summary>
    public abstract void Restart(bool requireEmpty);

    /// <summary>Goes on inside TLS.</summary>
    public abstract Task StartTlsAsync(Func<SslStream, Task> handshake);

    /// <summary>Closes what carries the stream; reads and sends under way fail.</summary>
    public abstract ValueTask DisposeAsync();
}
