using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>Reads what a client sends, and turns what may not come into the stream error it deserves (RFC 6120 §4.9.3).</summary>
internal sealed class StreamInput(XmppTransport transport, XmppReaderLimits limits)
{
    /// <summary>The header of the client's XML stream; <see cref="XmppConnectionException"/> when it went away.</summary>
    public async ValueTask<XmppElement> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var node = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return node is { Kind: XmppNodeKind.StreamStart, Element: { } header } ? header : throw Gone();
    }

    /// <summary>The next element of a negotiation; <see cref="XmppConnectionException"/> when the client went away.</summary>
    public async ValueTask<XmppElement> ReadElementAsync(CancellationToken cancellationToken) =>
        await TryReadElementAsync(cancellationToken).ConfigureAwait(false) ?? throw Gone();

    /// <summary>The next element, or null when the client closed its XML stream; <see cref="XmppConnectionException"/> when it went away without that.</summary>
    public async ValueTask<XmppElement?> TryReadElementAsync(CancellationToken cancellationToken)
    {
        var node = await ReadAsync(cancellationToken).ConfigureAwait(false);
        return node switch
        {
            null => throw Gone(),
            { Kind: XmppNodeKind.StreamEnd } => null,
            // a client that ends with an error closes its stream with it
            { Kind: XmppNodeKind.Element, Element: { } element } => element.Is("error", XmppNames.Streams) ? null : element,
            // RFC 6120 §11.3: a server must not route it
            { Kind: XmppNodeKind.Skipped, Condition: { } condition } => throw new XmppStreamException(condition, $"The stanza has {node.Value.Reason}."),
            _ => throw new XmppStreamException("invalid-xml", "An XML stream was opened inside another."),
        };
    }

    /// <summary>The error for an element that is not what this stage of the negotiation waits for.</summary>
    public static XmppStreamException OutOfTurn(XmppElement element) => Stanza.Wrap(element) is not null
        // RFC 6120 §4.9.3.12
        ? new("not-authorized", "A stanza came before the client was authenticated and had a resource.")
        // RFC 6120 §4.9.3.24
        : new("unsupported-stanza-type", "An element came that has no place here.");

    private async ValueTask<XmppNode?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await transport.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (XmppStreamException e) when (e.Condition == "policy-violation")
        {
            // size is the one cap that the reader does not skip; the rest is Prosody's answer
            throw new StreamErrorException("policy-violation", $"The stanza has more than {limits.MaxFatalBytes} bytes.", new("stanza-too-big", LocalServerNames.Errors));
        }
    }

    private static XmppConnectionException Gone() => new("The client went away without closing its XML stream.");
}
