using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp;

/// <summary>
/// A connection of one account to its XMPP server (RFC 6120): opened, authenticated and bound when <see cref="ConnectAsync"/> returns.
/// Inbound stanzas are pulled; nothing is called back. <see cref="SendAsync"/> may be used from any thread, <see cref="ReceiveAsync"/> from one at a time.
/// </summary>
public sealed class XmppConnection : IAsyncDisposable
{
    /// <summary>The full JID that was bound.</summary>
    public Jid Jid => throw new NotImplementedException();

    /// <summary>Top-level elements passed over because they were above a cap of <see cref="XmppReaderLimits"/>.</summary>
    public long SkippedStanzas => throw new NotImplementedException();

    /// <summary>Connects, encrypts, authenticates and binds. No presence is sent.</summary>
    /// <exception cref="XmppConnectionException">The host is unknown, the port does not answer, or time ran out.</exception>
    /// <exception cref="XmppTlsException">TLS is not offered, or the certificate is not trusted or not for the JID's domain.</exception>
    /// <exception cref="XmppAuthenticationException">Wrong account or password, no acceptable mechanism, or the server failed to prove itself.</exception>
    /// <exception cref="XmppStreamException">The XML stream ended with an error.</exception>
    public static Task<XmppConnection> ConnectAsync(XmppConnectionOptions options, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// The next stanza, or null after an orderly end. Replies to <see cref="RequestAsync"/> are not among them, but are only read while this is being called.
    /// A lost connection throws the same <see cref="XmppException"/> from here on.
    /// </summary>
    public ValueTask<Stanza?> ReceiveAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Sends a stanza. Completes when it is written or queued below the high-water mark; cancellation leaves a stanza that is already queued to be sent.</summary>
    /// <exception cref="ArgumentException">The stanza is above <see cref="XmppConnectionOptions.MaxSentStanzaBytes"/> or holds text XML forbids; nothing was sent, the connection lives on.</exception>
    public ValueTask SendAsync(Stanza stanza, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Sends an iq <c>get</c> or <c>set</c> and waits for its result, taken only from the address asked (RFC 6120 §8.2.3). An error throws <see cref="XmppStanzaException"/>, silence <see cref="TimeoutException"/>.</summary>
    public Task<Iq> RequestAsync(Iq request, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Closes in order: unavailable presence by the XMPP server, closing tag both ways (RFC 6120 §4.4). Further receives return null.</summary>
    public Task CloseAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Closes in order, waiting a short time for the peer.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
