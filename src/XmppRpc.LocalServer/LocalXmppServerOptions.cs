using System.Net;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer;

/// <summary>How a <see cref="LocalXmppServer"/> behaves. Immutable.</summary>
public sealed record LocalXmppServerOptions
{
    /// <summary>The one domain that is served. Default "localhost".</summary>
    public string Domain { get; init; } = "localhost";

    /// <summary>The address to listen on, which must be a loopback address. Default 127.0.0.1.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port for clients, with STARTTLS. Default 0: a free one is chosen.</summary>
    public int Port { get; init; }

    /// <summary>The port for components (XEP-0114), in clear text. Default 0: a free one is chosen.</summary>
    public int ComponentPort { get; init; }

    /// <summary>Accounts from the start, name to password. More come with <see cref="LocalXmppServer.AddAccount"/>.</summary>
    public IReadOnlyDictionary<string, string> Accounts { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Caps on what a client may send; whoever exceeds one is closed with <c>policy-violation</c>. Default 256 KiB a stanza, as real XMPP servers have it.</summary>
    public XmppReaderLimits Limits { get; init; } = new() { MaxStanzaBytes = 256 * 1024, MaxFatalBytes = 256 * 1024 };

    /// <summary>Components from the start, domain to secret. More come with <see cref="LocalXmppServer.AddComponent"/>.</summary>
    public IReadOnlyDictionary<string, string> Components { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Caps on what a component may send, as <see cref="Limits"/>. Default 512 KiB a stanza, as Prosody has it.</summary>
    public XmppReaderLimits ComponentLimits { get; init; } = new() { MaxStanzaBytes = 512 * 1024, MaxFatalBytes = 512 * 1024 };

    /// <summary>Whether clients may manage their streams (XEP-0198). Default true.</summary>
    public bool StreamManagement { get; init; } = true;

    /// <summary>Time for a client to come back for its stream after its socket was lost; a shorter <c>max</c> that it asks for counts. Zero: streams are acknowledged, not resumed. Default 5 minutes, as in ejabberd.</summary>
    public TimeSpan ResumeTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Stanzas kept for a client that has not acknowledged them. Above it the oldest is lost silently and the stream cannot be resumed, as in Prosody. Default 500, as there.</summary>
    public int MaxUnacknowledgedStanzas { get; init; } = 500;

    /// <summary>Streams that ran out of time whose count is still told to those who try to resume them. Default 1000.</summary>
    public int MaxRememberedStreams { get; init; } = 1000;

    /// <summary>Messages that wait for an account without an available resource; further ones bounce with <c>wait/resource-constraint</c>. Default 100, as in ejabberd's packages.</summary>
    public int MaxOfflineMessages { get; init; } = 100;

    /// <summary>Addresses to which one resource's directed presence is kept in mind; further ones bounce with <c>wait/resource-constraint</c>. Default 1000.</summary>
    public int MaxDirectedPresences { get; init; } = 1000;

    /// <summary>Connections at one time; further ones are closed with <c>resource-constraint</c>. As many streams may wait for their clients; further ones end at once. Default 1000.</summary>
    public int MaxConnections { get; init; } = 1000;

    /// <summary>Failed logins on one connection before it is closed with <c>policy-violation</c> (RFC 6120 §6.4.5). Default 3.</summary>
    public int MaxAuthenticationAttempts { get; init; } = 3;

    /// <summary>Bytes (before escaping) that may wait for a client that reads too slowly, before it is closed with <c>resource-constraint</c>. Default 16 MiB.</summary>
    public int MaxQueuedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Time from the first byte to a bound resource. Default 30 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time for a client to take what is still to be said to it and to close. Default 2 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Where time comes from.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where log lines go; null for nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>These options with the domain in its prepared form; <see cref="ArgumentException"/> for values that cannot work.</summary>
    internal LocalXmppServerOptions Validated()
    {
        if (!IPAddress.IsLoopback(Address))
            throw new ArgumentException($"Address is {Address}. This server is for development and listens on loopback addresses only; use a real XMPP server for anything else.");
        ReadOnlySpan<(string Name, int Value)> ports = [(nameof(Port), Port), (nameof(ComponentPort), ComponentPort)];
        foreach (var (name, value) in ports)
            if (value is < 0 or > IPEndPoint.MaxPort)
                throw new ArgumentException($"{name} is {value}; it must be between 0 (any free one) and {IPEndPoint.MaxPort}.");
        if (!Jid.TryParse(Domain, out var domain) || domain.Local is not null || !domain.IsBare)
            throw new ArgumentException($"Domain is '{Domain}'; it must be a domain name such as localhost.");
        ReadOnlySpan<(string Name, int Value)> counts = [(nameof(MaxConnections), MaxConnections), (nameof(MaxAuthenticationAttempts), MaxAuthenticationAttempts), (nameof(MaxQueuedBytes), MaxQueuedBytes),
            (nameof(MaxUnacknowledgedStanzas), MaxUnacknowledgedStanzas)];
        foreach (var (name, value) in counts)
            if (value < 1)
                throw new ArgumentException($"{name} is {value}; it must be above zero.");
        if (MaxOfflineMessages < 0 || MaxDirectedPresences < 0 || MaxRememberedStreams < 0 || ResumeTimeout < TimeSpan.Zero)
            throw new ArgumentException($"{nameof(MaxOfflineMessages)}, {nameof(MaxDirectedPresences)}, {nameof(MaxRememberedStreams)} and {nameof(ResumeTimeout)} must not be negative.");
        if (HandshakeTimeout <= TimeSpan.Zero || CloseTimeout <= TimeSpan.Zero)
            throw new ArgumentException($"{nameof(HandshakeTimeout)} and {nameof(CloseTimeout)} must be above zero.");
        return this with { Domain = domain.Domain };
    }
}
