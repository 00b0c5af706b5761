using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp;

/// <summary>How the connection to the XMPP server is encrypted.</summary>
public enum XmppTlsMode
{
    /// <summary>
    /// TLS, whichever way the domain's SRV records prefer: from the first byte (XEP-0368) or by STARTTLS (RFC 6120 §5). Where they say nothing, and with a
    /// <see cref="XmppConnectionOptions.Host"/>, STARTTLS. Without TLS nothing is sent. The default.
    /// </summary>
    Required,

    /// <summary>STARTTLS only, required: without it nothing is sent.</summary>
    StartTls,

    /// <summary>TLS from the first byte only.</summary>
    Direct,

    /// <summary>Clear text. Only to a loopback address, or with <see cref="XmppConnectionOptions.AllowClearText"/>.</summary>
    None,
}

/// <summary>
/// How to connect an account to its XMPP server. Immutable; <see cref="ToString"/> never shows a password. The account logs in by one of <see cref="Password"/>, <see cref="PasswordFile"/> and
/// <see cref="PasswordProvider"/>, or by a client certificate, or has both: then the certificate goes first.
/// </summary>
public sealed record XmppConnectionOptions
{
    // one for all, so that options that were set alike are equal
    private static readonly XmppEntity DefaultEntity = new();

    /// <summary>The account; with a resource, that one is bound, else a random one is chosen for this process. Of a component its domain.</summary>
    public required Jid Jid { get; init; }

    /// <summary>
    /// Whether to connect as an external component (XEP-0114) that owns its domain. Default false. It needs a <see cref="Host"/> unless the XMPP server runs
    /// here; its port is 5347 unless given; it has TLS from the first byte (<see cref="XmppTlsMode.Direct"/>) or none, which is for loopback unless <see cref="AllowClearText"/>.
    /// </summary>
    public bool IsComponent { get; init; }

    /// <summary>The password, or null; of a component the secret it shares with the XMPP server.</summary>
    public string? Password { get; init; }

    /// <summary>A UTF-8 file that holds the password, one line break at its end not counted; or null. It is read at each login, so that a changed password works at the next.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>
    /// Gives the password, or null. It is asked at each login by password, within <see cref="ConnectTimeout"/>. What it throws ends that attempt with an <see cref="XmppAuthenticationException"/>
    /// (<c>credentials-unavailable</c>).
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? PasswordProvider { get; init; }

    /// <summary>The certificate, with its private key, to log in with (SASL EXTERNAL, XEP-0178), or null. It is presented in the TLS handshake to a server that asks for one.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>As <see cref="ClientCertificate"/>, from a file: PEM (certificate, then intermediates) or PKCS#12; or null. It is read at each login, so that a renewed certificate works at the next.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>The PEM file of the private key, or null if <see cref="ClientCertificateFile"/> holds it.</summary>
    public string? ClientCertificateKeyFile { get; init; }

    /// <summary>The password of an encrypted private key, or null.</summary>
    public string? ClientCertificatePassword { get; init; }

    /// <summary>The XMPP server's host name or IP address, or null to find it by the JID's domain: SRV records (RFC 6120 §3.2, XEP-0368), else the domain's own addresses. The certificate is checked against the JID's domain either way.</summary>
    public string? Host { get; init; }

    /// <summary>The port, or null for what the SRV records say, 5222 (STARTTLS) or 5223 (<see cref="XmppTlsMode.Direct"/>). With a port no SRV record is looked up.</summary>
    public int? Port { get; init; }

    /// <summary>
    /// The address of the XMPP server's WebSockets (RFC 7395), for example <c>wss://example.org:5281/xmpp-websocket</c>, for networks that let out nothing but HTTPS; or null for TCP.
    /// It says where to connect and how it is encrypted: <c>wss</c>, or <c>ws</c> where clear text is allowed. The certificate is checked against the address's host, not the JID's domain.
    /// The machine's HTTP proxy (<c>HTTPS_PROXY</c>, <c>NO_PROXY</c>) is used, except to a loopback address and for <c>ws</c>.
    /// </summary>
    public Uri? WebSocket { get; init; }

    /// <summary>How the connection is encrypted. Default <see cref="XmppTlsMode.Required"/>.</summary>
    public XmppTlsMode Tls { get; init; }

    /// <summary>A PEM file with certificates to trust instead of the machine's roots, or null. The name in the certificate is still checked against the JID's domain.</summary>
    public string? TrustedCertificate { get; init; }

    /// <summary>The SHA-256 fingerprint, in hex, of the one server certificate to accept, or null. It replaces the check of chain and name.</summary>
    public string? CertificateFingerprint { get; init; }

    /// <summary>Allows clear text to a host that is not loopback. Default false.</summary>
    public bool AllowClearText { get; init; }

    /// <summary>Allows SASL PLAIN, inside TLS only. Default false.</summary>
    public bool AllowPlain { get; init; }

    /// <summary>
    /// The weakest SASL mechanism to log in by, in the order <c>PLAIN</c>, <c>SCRAM-SHA-1</c>, <c>SCRAM-SHA-256</c>, <c>SCRAM-SHA-512</c>, the same three with <c>-PLUS</c>, <c>EXTERNAL</c>; so
    /// <c>SCRAM-SHA-1-PLUS</c> requires channel binding. Null, the default: not weaker than what <see cref="MechanismMemory"/> remembers.
    /// </summary>
    public string? MinimumMechanism { get; init; }

    /// <summary>Remembers the strongest mechanism that an account logged in by. Default: for the life of this process.</summary>
    public IMechanismMemory MechanismMemory { get; init; } = Xmpp.MechanismMemory.Process;

    /// <summary>Further types of channel binding, preferred to those built in (<c>tls-server-end-point</c>, and <c>tls-unique</c> on TLS 1.2); or null.</summary>
    public IChannelBindingProvider? ChannelBinding { get; init; }

    /// <summary>Whether to log in by the extensible SASL profile (XEP-0388) where the XMPP server offers it inside TLS, which saves round trips. Default true.</summary>
    public bool Sasl2 { get; init; } = true;

    /// <summary>
    /// Whether to ask the XMPP server for a token (XEP-0484) and to log in by it when a lost connection is opened again. Default true. The token is kept in memory, by the connection it
    /// was given to, and is never used without channel binding where the login itself has it.
    /// </summary>
    public bool FastTokens { get; init; } = true;

    /// <summary>What tells the XMPP server that logins come from the same installation (XEP-0388 §2.3): a random UUID (version 4) that is kept, one for each connection of an account. Null, the default: one for the life of a connection.</summary>
    public Guid? UserAgentId { get; init; }

    /// <summary>Time for everything from the first byte to a bound resource. Default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for one look-up of a name, shared out among the DNS servers and their repetitions. Default 5 s; without SRV records by then, the domain's own addresses are tried.</summary>
    public TimeSpan NameLookupTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Head start of each address before the next one is tried beside it (RFC 8305 §5). Default 250 ms.</summary>
    public TimeSpan ConnectionAttemptDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time that one address has to accept the TCP connection. Default 10 s.</summary>
    public TimeSpan ConnectionAttemptTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The DNS servers to ask for everything, or null: then this machine's for SRV records, and this machine itself (hosts file included) for addresses.</summary>
    public IReadOnlyList<IPEndPoint>? NameServers { get; init; }

    /// <summary>Time to wait for the answer to an iq, and for the peer's closing tag. Default 30 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether to manage the stream (XEP-0198) where the XMPP server offers it: what was sent is acknowledged, and a session outlives a lost connection. Default true.</summary>
    public bool StreamManagement { get; init; } = true;

    /// <summary>How long the XMPP server is asked to keep a session whose connection was lost, in whole seconds; it may decide otherwise. Default 30 s.</summary>
    public TimeSpan ResumeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a lost connection is opened again. Default true. Without it, the loss is what <see cref="XmppConnection.ReceiveAsync"/> throws.</summary>
    public bool Reconnect { get; init; } = true;

    /// <summary>The shortest wait before the connection is opened again. Default 0.5 s.</summary>
    public TimeSpan MinReconnectDelay { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>The longest wait before the connection is opened again. Default 30 s.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time without a received byte after which the XMPP server is asked for a sign of life. Default 60 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time to wait for the XMPP server's own answer (an acknowledgement, a ping), without a received byte, before the connection counts as lost. Default 20 s.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time without a sent byte after which white space is sent, so that NAT tables remember the connection. Default 30 s.</summary>
    public TimeSpan WhiteSpaceInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The slowest XMPP server to be patient with, in bytes it takes a second: <see cref="AnswerTimeout"/> is prolonged by what the largest stanza under way needs. Default 1,000; Debian's ejabberd takes 3,000.</summary>
    public int SlowestBytesPerSecond { get; init; } = 1000;

    /// <summary>Stanzas that may be sent and not yet acknowledged before senders wait. Default 1,000.</summary>
    public int MaxUnackedStanzas { get; init; } = 1000;

    /// <summary>Bytes that may be sent and not yet acknowledged before senders wait. Default 4 MiB.</summary>
    public int MaxUnackedBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Stanzas that may wait to be received by the program before nothing more is read. Default 1,024.</summary>
    public int MaxReceivedStanzas { get; init; } = 1024;

    /// <summary>Bytes of stanzas that may wait to be received by the program before nothing more is read. Default 4 MiB.</summary>
    public long MaxReceivedBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>As <see cref="MaxReceivedStanzas"/>, while the program waits for an acknowledgement or an answer that may lie behind them; counts where it is the larger. Default 65,536.</summary>
    public int MaxReceivedStanzasWhileAwaited { get; init; } = 65_536;

    /// <summary>As <see cref="MaxReceivedBytes"/>, while the program waits for an acknowledgement or an answer that may lie behind them; counts where it is the larger. Default 64 MiB.</summary>
    public long MaxReceivedBytesWhileAwaited { get; init; } = 64 * 1024 * 1024;

    /// <summary>What the connection answers by itself when others ask. Default: ping and service discovery; everything else is refused. Null leaves every request to the program, which then must answer it (RFC 6120 §8.4).</summary>
    public XmppEntity? Entity { get; init; } = DefaultEntity;

    /// <summary>Caps on what is received.</summary>
    public XmppReaderLimits Limits { get; init; } = new();

    /// <summary>Largest stanza, in bytes as written (escaped), that may be sent. Default 200 KiB, below the 256 KiB at which XMPP servers close the stream.</summary>
    public int MaxSentStanzaBytes { get; init; } = 200 * 1024;

    /// <summary>Bytes that may wait behind a write in progress before senders wait too. Default 1 MiB.</summary>
    public int MaxQueuedBytes { get; init; } = 1024 * 1024;

    /// <summary>Opens the byte stream instead of TCP, for example an in-memory pair; null for TCP. A <see cref="WebSocket"/> is opened on it.</summary>
    public Func<CancellationToken, ValueTask<Stream>>? OpenStream { get; init; }

    /// <summary>Where time comes from.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where log lines go; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>The address of the WebSocket for messages, without its query, which may hold a secret; null without one.</summary>
    internal string? WebSocketAddress => WebSocket is null ? null : WebSocket.IsAbsoluteUri ? WebSocket.GetLeftPart(UriPartial.Path) : RemoteText.Show(WebSocket.OriginalString);

    internal SaltedPasswords SaltedPasswords { get; } = new();

    internal bool HasPassword => Password is not null || PasswordFile is not null || PasswordProvider is not null;

    internal bool HasClientCertificate => ClientCertificate is not null || ClientCertificateFile is not null;

    /// <summary>Where the account logs in, as configured and not as resolved: nobody on the way has a say in it.</summary>
    internal string Server => WebSocketAddress is { } address ? address : Port is null ? Host ?? Jid.Domain : string.Create(CultureInfo.InvariantCulture, $"{Host ?? Jid.Domain}:{Port}");

    /// <summary>
    /// Reads <c>Jid=alice@localhost/desk;Password=…;Host=127.0.0.1:15222;TrustedCertificate=cert.pem</c>, quoted as <see cref="System.Data.Common.DbConnectionStringBuilder"/> does it.
    /// An unknown key, a missing one or a bad value throws <see cref="ArgumentException"/> that lists the known keys and never shows the password.
    /// </summary>
    public static XmppConnectionOptions Parse(string connectionString) => ConnectionString.Parse(connectionString);

    /// <summary>The connection string with every password replaced by <c>***</c>.</summary>
    public override string ToString() => ConnectionString.Format(this);

    /// <summary>With what is meant where a component's options, or those with a WebSocket, say nothing.</summary>
    internal XmppConnectionOptions Completed() => WebSocket is { } address ? this with { Tls = IsSecure(address) ? XmppTlsMode.Direct : XmppTlsMode.None } : !IsComponent ? this : this with
    {
        Host = Host ?? "localhost",
        Port = Port ?? 5347,
        Tls = Tls == XmppTlsMode.Required ? XmppTlsMode.None : Tls,
    };

    /// <summary>Throws <see cref="ArgumentException"/> for values that cannot work, before anything is opened.</summary>
    internal void Validate()
    {
        if (IsComponent && (Jid.Local is not null || Jid.Resource is not null))
            throw new ArgumentException($"The Jid '{Jid}' is no component's; a component's is its domain alone.");
        if (IsComponent && Tls == XmppTlsMode.StartTls)
            throw new ArgumentException("A component's stream knows no STARTTLS (XEP-0114); use Tls=Direct, or Tls=None on a protected path.");
        if (!IsComponent && Jid.Local is null)
            throw new ArgumentException($"The Jid '{Jid}' names no account; it is written account@domain. A component says Component=true.");
        ValidateCredentials();
        ValidateWebSocket();
        if (Host is not null && AsciiDomain.From(Host) is null)
            throw new ArgumentException($"The Host '{RemoteText.Show(Host)}' is no name or IP address of a host; a port goes into Port.");
        if (Port is < 1 or > 65535)
            throw new ArgumentException($"Port is {Port}; it must be between 1 and 65535.");
        if (TrustedCertificate is { Length: 0 })
            throw new ArgumentException("TrustedCertificate is empty; it must be the path of a PEM file, or null.");
        if (CertificateFingerprint is { } fingerprint && NormalizeFingerprint(fingerprint) is null)
            throw new ArgumentException("CertificateFingerprint is not a SHA-256 fingerprint: 64 hex digits, with or without colons.");
        if (ConnectTimeout <= TimeSpan.Zero)
            throw new ArgumentException($"ConnectTimeout is {ConnectTimeout}; it must be above zero.");
        if (NameLookupTimeout <= TimeSpan.Zero)
            throw new ArgumentException($"NameLookupTimeout is {NameLookupTimeout}; it must be above zero.");
        if (ConnectionAttemptDelay < TimeSpan.Zero)
            throw new ArgumentException($"ConnectionAttemptDelay is {ConnectionAttemptDelay}; it must not be below zero.");
        if (ConnectionAttemptTimeout <= TimeSpan.Zero)
            throw new ArgumentException($"ConnectionAttemptTimeout is {ConnectionAttemptTimeout}; it must be above zero.");
        if (RequestTimeout <= TimeSpan.Zero)
            throw new ArgumentException($"RequestTimeout is {RequestTimeout}; it must be above zero.");
        if (MaxReconnectDelay < MinReconnectDelay)
            throw new ArgumentException($"MaxReconnectDelay is {MaxReconnectDelay}; it must not be below MinReconnectDelay, {MinReconnectDelay}.");
        foreach (var (name, time) in new[] { (nameof(ResumeTimeout), ResumeTimeout), (nameof(MinReconnectDelay), MinReconnectDelay), (nameof(IdleTimeout), IdleTimeout), (nameof(AnswerTimeout), AnswerTimeout), (nameof(WhiteSpaceInterval), WhiteSpaceInterval) })
            if (time <= TimeSpan.Zero)
                throw new ArgumentException($"{name} is {time}; it must be above zero.");
        foreach (var (name, limit) in new[] { (nameof(MaxSentStanzaBytes), MaxSentStanzaBytes), (nameof(MaxQueuedBytes), MaxQueuedBytes), (nameof(SlowestBytesPerSecond), SlowestBytesPerSecond), (nameof(MaxUnackedStanzas), MaxUnackedStanzas), (nameof(MaxUnackedBytes), MaxUnackedBytes), (nameof(MaxReceivedStanzas), MaxReceivedStanzas), (nameof(MaxReceivedBytes), MaxReceivedBytes) })
            if (limit < 1)
                throw new ArgumentException($"{name} is {limit}; it must be above zero.");
    }

    private void ValidateWebSocket()
    {
        if (WebSocket is null)
            return;
        if (!WebSocket.IsAbsoluteUri || WebSocket.Scheme is not ("wss" or "ws") || WebSocket.Host.Length == 0)
            throw new ArgumentException($"WebSocket is '{WebSocketAddress}'; it must be an address as wss://example.org/xmpp-websocket.");
        if (WebSocket.UserInfo.Length > 0 || WebSocket.Fragment.Length > 0)
            throw new ArgumentException("WebSocket has a user or a fragment (#), which an address of a WebSocket cannot have; the account is given by Jid and Password.");
        if (AsciiDomain.From(WebSocket.IdnHost) is null)
            throw new ArgumentException($"The host '{RemoteText.Show(WebSocket.IdnHost)}' of WebSocket is no name or IP address of a host.");
        if (IsComponent)
            throw new ArgumentException("A component connects by TCP (XEP-0114); leave WebSocket out.");
        if (Host is not null || Port is not null)
            throw new ArgumentException("Host or Port is set beside WebSocket, which says where to connect; keep one.");
        if (Tls != XmppTlsMode.Required)
            throw new ArgumentException($"Tls is {Tls} beside WebSocket, whose scheme says that: wss or ws. Leave Tls out.");
        if (!IsSecure(WebSocket) && !AllowClearText && !WebSocket.IsLoopback)
            throw new ArgumentException($"Clear text to {WebSocketAddress} is refused: it is not a loopback address. Use wss, or set AllowClearText if the path is protected otherwise.");
        if (!IsSecure(WebSocket) && HasClientCertificate)
            throw new ArgumentException("A client certificate is part of TLS, and WebSocket says ws. Use wss.");
    }

    private static bool IsSecure(Uri address) => address.Scheme == "wss";

    private void ValidateCredentials()
    {
        if (IsComponent && (HasClientCertificate || !HasPassword))
            throw new ArgumentException($"The component {Jid} logs in by a shared secret: it has no Password, or a client certificate besides. Set one of Password, PasswordFile and PasswordProvider.");
        if (!HasPassword && !HasClientCertificate)
            throw new ArgumentException($"The account {Jid.Bare} has no Password: set Password, PasswordFile, PasswordProvider or a client certificate.");
        if (Password is { Length: 0 } || PasswordFile is { Length: 0 })
            throw new ArgumentException($"The Password or PasswordFile of {Jid.Bare} is empty.");
        if ((Password is null ? 0 : 1) + (PasswordFile is null ? 0 : 1) + (PasswordProvider is null ? 0 : 1) > 1)
            throw new ArgumentException($"The password of {Jid.Bare} comes from more than one of Password, PasswordFile and PasswordProvider; keep one.");
        if (ClientCertificate is not null && ClientCertificateFile is not null)
            throw new ArgumentException("ClientCertificate and ClientCertificateFile are both set; keep one.");
        if (ClientCertificateFile is null && (ClientCertificateKeyFile is not null || ClientCertificatePassword is not null))
            throw new ArgumentException("ClientCertificateKeyFile and ClientCertificatePassword belong to a ClientCertificateFile, which is not set.");
        if (ClientCertificate is { HasPrivateKey: false })
            throw new ArgumentException("ClientCertificate has no private key; load it with its key.");
        if (HasClientCertificate && Tls == XmppTlsMode.None)
            throw new ArgumentException("A client certificate is part of TLS, and Tls is None. Use Tls=Required.");
        if (UserAgentId == Guid.Empty)
            throw new ArgumentException("UserAgentId is all zeros; it must be a random UUID that is kept, or null.");
        if (MinimumMechanism is not null && MechanismStrength.Of(MinimumMechanism) < 0)
            throw new ArgumentException($"MinimumMechanism must be one of {string.Join(", ", MechanismStrength.Order)}.");
    }

    /// <summary>The 64 hex digits, upper case, of a SHA-256 fingerprint written with or without colons or spaces; null if it is none.</summary>
    internal static string? NormalizeFingerprint(string text)
    {
        var digits = text.Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return digits.Length == 64 && digits.All(char.IsAsciiHexDigit) ? digits : null;
    }
}
