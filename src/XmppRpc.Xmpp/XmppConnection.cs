using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp;

/// <summary>
/// A connection of one account to its XMPP server (RFC 6120): opened, authenticated and bound when <see cref="ConnectAsync"/> returns.
/// Inbound stanzas are pulled; nothing is called back. <see cref="SendAsync"/> may be used from any thread, <see cref="ReceiveAsync"/> from one at a time.
/// </summary>
public sealed class XmppConnection : IAsyncDisposable
{
    private readonly XmppSession _session;

    private XmppConnection(XmppSession session) => _session = session;

    /// <summary>The full JID that was bound.</summary>
    public Jid Jid => _session.Jid;

    /// <summary>Top-level elements passed over because they were above a cap of <see cref="XmppReaderLimits"/> or ill-formed inside.</summary>
    public long SkippedStanzas => _session.SkippedStanzas;

    /// <summary>Connects, encrypts, authenticates and binds. No presence is sent.</summary>
    /// <exception cref="ArgumentException">An option cannot work, or the password holds a character that SASLprep prohibits.</exception>
    /// <exception cref="XmppConnectionException">The host is unknown, the port does not answer, or time ran out.</exception>
    /// <exception cref="XmppTlsException">TLS is not offered, or the certificate is not trusted or not for the JID's domain.</exception>
    /// <exception cref="XmppAuthenticationException">Wrong account or password, no acceptable mechanism, or the server failed to prove itself.</exception>
    /// <exception cref="XmppStreamException">The XML stream ended with an error.</exception>
    /// <exception cref="XmppStanzaException">The resource could not be bound, for example because it is in use.</exception>
    public static async Task<XmppConnection> ConnectAsync(XmppConnectionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new(await XmppSession.OpenAsync(options, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// The next stanza, or null after an orderly end. Replies to <see cref="RequestAsync"/> are not among them, but are only read while this is being called.
    /// A lost connection throws the same <see cref="XmppException"/> from here on.
    /// </summary>
    public ValueTask<Stanza?> ReceiveAsync(CancellationToken cancellationToken = default) => _session.ReceiveAsync(cancellationToken);

    /// <summary>Sends a stanza. Completes when it is written or queued below the high-water mark; cancellation leaves a stanza that is already queued to be sent.</summary>
    /// <exception cref="ArgumentException">The stanza is above <see cref="XmppConnectionOptions.MaxSentStanzaBytes"/> or holds text XML forbids; nothing was sent, the connection lives on.</exception>
    public ValueTask SendAsync(Stanza stanza, CancellationToken cancellationToken = default) => _session.SendAsync(stanza, cancellationToken);

    /// <summary>Sends an iq <c>get</c> or <c>set</c> under a new, random id and waits for its result, taken only from the address asked (RFC 6120 §8.2.3). An error throws <see cref="XmppStanzaException"/>, silence <see cref="TimeoutException"/>.</summary>
    public Task<Iq> RequestAsync(Iq request, CancellationToken cancellationToken = default) =>
        request.IsRequest ? _session.RequestAsync(request, cancellationToken) : throw new ArgumentException($"An iq of type '{request.Type}' is no request; only get and set are answered.", nameof(request));

    /// <summary>Closes in order: unavailable presence by the XMPP server, closing tag both ways (RFC 6120 §4.4). Further receives return null.</summary>
    public Task CloseAsync(CancellationToken cancellationToken = default) => _session.CloseAsync(cancellationToken);

    /// <summary>Closes in order, waiting a short time for the peer.</summary>
    public ValueTask DisposeAsync() => _session.DisposeAsync();
}
