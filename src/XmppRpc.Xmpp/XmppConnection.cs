using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp;

/// <summary>
/// A connection of one account (RFC 6120) or component (XEP-0114) to its XMPP server: opened, authenticated and bound when <see cref="ConnectAsync"/> returns, and from then on kept:
/// a lost one is opened again, and its session resumed where the XMPP server can do that (XEP-0198).
/// What comes is pulled; nothing is called back. <see cref="SendAsync"/> may be used from any thread, <see cref="ReceiveAsync"/> from one place at a time.
/// </summary>
public sealed class XmppConnection : IAsyncDisposable
{
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly XmppConnectionOptions _options;
    private readonly SessionLoop _loop;

    private XmppConnection(XmppConnectionOptions options, SessionLoop loop) => (_options, _loop) = (options, loop);

    /// <summary>The full JID that was bound. A new session gets the same, unless the XMPP server assigns another.</summary>
    public Jid Jid => _loop.Jid;

    /// <summary>The URI by which the XMPP server names its software, for example <c>http://prosody.im</c> (XEP-0115 §6.3), if it does; null also while there is no session, and for a component.</summary>
    public string? ServerNode => _loop.ServerNode;

    /// <summary>What tells others our features in one element of each presence (XEP-0115), or null without <see cref="XmppEntity.CapabilitiesNode"/>.</summary>
    public EntityCapabilities? Capabilities => _loop.Capabilities;

    /// <summary>Top-level elements passed over because they were above a cap of <see cref="XmppReaderLimits"/> or ill-formed inside.</summary>
    public long SkippedStanzas => _loop.SkippedCount;

    /// <summary>Connects, encrypts, authenticates and binds. No presence is sent. A first attempt that fails is not repeated.</summary>
    /// <exception cref="ArgumentException">An option cannot work, or the password holds a character that SASLprep prohibits.</exception>
    /// <exception cref="XmppConnectionException">The host is unknown, the port does not answer, or time ran out.</exception>
    /// <exception cref="XmppTlsException">TLS is not offered, or the certificate is not trusted or not for the JID's domain.</exception>
    /// <exception cref="XmppAuthenticationException">Wrong account or password, no acceptable mechanism, the server failed to prove itself, or the password or client certificate could not be had.</exception>
    /// <exception cref="XmppStreamException">The XML stream ended with an error.</exception>
    /// <exception cref="XmppStanzaException">The resource could not be bound, for example because it is in use.</exception>
    public static async Task<XmppConnection> ConnectAsync(XmppConnectionOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        options = options.Completed();
        ILogger log = options.LoggerFactory?.CreateLogger("XmppRpc.Xmpp") ?? (ILogger)NullLogger.Instance;
        return new(options, await SessionLoop.StartAsync(options, log, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// The next stanza, or null after an orderly end. Changes of the session are passed over; see <see cref="ReceiveEventAsync"/>. Replies to
    /// <see cref="RequestAsync"/> are not among them. A connection that was given up throws the same <see cref="XmppException"/> from here on.
    /// </summary>
    public async ValueTask<Stanza?> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        while (await _loop.ReceiveAsync(cancellationToken).ConfigureAwait(false) is { } received)
            if (received is Stanza stanza)
                return stanza;
        return null;
    }

    /// <summary>
    /// The next of what the connection has to tell, in order: a stanza, or <see cref="SessionLost"/> or <see cref="SessionStarted"/>; null after an orderly end.
    /// What is not taken waits, up to <see cref="XmppConnectionOptions.MaxReceivedStanzas"/> and <see cref="XmppConnectionOptions.MaxReceivedBytes"/>; then nothing more is read.
    /// </summary>
    public ValueTask<XmppEvent?> ReceiveEventAsync(CancellationToken cancellationToken = default) => _loop.ReceiveAsync(cancellationToken);

    /// <summary>
    /// Sends a stanza. Waits while there is no session, and while too much is on the way (<see cref="XmppConnectionOptions.MaxUnackedStanzas"/>,
    /// <see cref="XmppConnectionOptions.MaxQueuedBytes"/>). On a managed stream it is then accepted: acknowledged some time, sent again when the session is resumed, or
    /// told in <see cref="SessionStarted.Unacknowledged"/>. Cancellation ends the waiting; a stanza that was accepted is still sent.
    /// </summary>
    /// <exception cref="ArgumentException">The stanza is above <see cref="XmppConnectionOptions.MaxSentStanzaBytes"/>, holds text XML forbids or, of a component, lacks an address; nothing was sent, the connection lives on.</exception>
    /// <exception cref="XmppException">The connection was closed or given up; or, without stream management, it was lost while the stanza was being written.</exception>
    public ValueTask SendAsync(Stanza stanza, CancellationToken cancellationToken = default)
    {
        if (_options.IsComponent)
            Address(stanza);
        return _loop.SendAsync(stanza, cancellationToken);
    }

    /// <summary>Sends an iq <c>get</c> or <c>set</c> under a new, random id and waits for its result, taken only from the address asked (RFC 6120 §8.2.3). An error throws <see cref="XmppStanzaException"/>, silence <see cref="TimeoutException"/>, a session that was lost for good <see cref="XmppConnectionException"/>.</summary>
    public Task<Iq> RequestAsync(Iq request, CancellationToken cancellationToken = default)
    {
        if (!request.IsRequest)
            throw new ArgumentException($"An iq of type '{request.Type}' is no request; only get and set are answered.", nameof(request));
        if (_options.IsComponent)
            Address(request);
        return _loop.RequestAsync(request, cancellationToken);
    }

    /// <summary>Closes in order: unavailable presence by the XMPP server, closing tag both ways (RFC 6120 §4.4). What has come is still received, then null.</summary>
    public Task CloseAsync(CancellationToken cancellationToken = default) => _loop.CloseAsync(_options.RequestTimeout, cancellationToken);

    /// <summary>Closes in order, waiting a short time for the peer.</summary>
    public async ValueTask DisposeAsync() =>
        await _loop.CloseAsync(_options.RequestTimeout < LastWords ? _options.RequestTimeout : LastWords, CancellationToken.None).ConfigureAwait(false);

    /// <summary>A component's stanzas carry both addresses; an XMPP server ends the stream over one from outside its domain (XEP-0114 §3).</summary>
    private void Address(Stanza stanza)
    {
        if (stanza.Element.Attribute("from") is null)
            stanza.From = Jid;
        if (stanza.From?.Domain != Jid.Domain)
            throw new ArgumentException($"A stanza from '{stanza.Element.Attribute("from")}' cannot leave the component {Jid}; from must be in its domain.", nameof(stanza));
        if (stanza.To is null)
            throw new ArgumentException($"A stanza of the component {Jid} has no valid addressee ('{stanza.Element.Attribute("to")}').", nameof(stanza));
    }
}
