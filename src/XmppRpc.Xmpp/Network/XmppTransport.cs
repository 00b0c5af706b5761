using System.Net.Security;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Network;

/// <summary>
/// One XML stream over one byte stream, for either side of it: reads nodes, writes elements, changes to TLS in place, restarts.
/// One reader at a time; writes may come from any thread and leave in the order of the calls. Disposing closes the byte stream.
/// </summary>
public sealed class XmppTransport(Stream stream, XmppReaderLimits? limits = null) : IAsyncDisposable
{
    /// <summary>Whether TLS is in use.</summary>
    public bool IsEncrypted => throw new NotImplementedException();

    /// <summary>The next node, or null when the peer closed the byte stream. Ill-formed input throws <see cref="XmppStreamException"/>, a broken byte stream <see cref="XmppConnectionException"/>.</summary>
    public ValueTask<XmppNode?> ReadAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Opens our XML stream; what is written next lives in <paramref name="contentNamespace"/>.</summary>
    public ValueTask WriteStreamStartAsync(string contentNamespace, string? from = null, string? to = null, string? id = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Writes an element. Completes when it was given to the byte stream, or sooner, when another write in progress will carry it on and less than the high-water mark is queued.</summary>
    public ValueTask WriteAsync(XmppElement element, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Closes our XML stream and flushes; nothing may be written afterwards.</summary>
    public ValueTask WriteStreamEndAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Forgets the reader's state before the peer's new stream header, after STARTTLS or SASL (RFC 6120 §5.4.3.3, §6.4.6). Bytes already buffered stay, unless <paramref name="requireEmpty"/>, which throws when there are any.</summary>
    public void Restart(bool requireEmpty = false) => throw new NotImplementedException();

    /// <summary>Continues under TLS as the initiating side. Bytes that came before it throw <see cref="XmppStreamException"/> (T-09, STARTTLS injection).</summary>
    public Task StartTlsAsync(SslClientAuthenticationOptions options, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Continues under TLS as the receiving side.</summary>
    public Task StartTlsAsync(SslServerAuthenticationOptions options, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
