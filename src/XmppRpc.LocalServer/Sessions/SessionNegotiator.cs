using System.Globalization;
using System.Security.Cryptography;
using XmppRpc.LocalServer.Accounts;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>A client with a resource of its own, and what tells it so.</summary>
internal readonly record struct Negotiated(Jid Jid, XmppElement BindResult);

/// <summary>From an open byte stream to a bound resource, in lock-step (RFC 6120 §4.3): TLS, then SASL, then binding; nothing else in between.</summary>
internal sealed class SessionNegotiator(XmppTransport transport, ServerContext server)
{
    private readonly StreamInput _input = new(transport);
    private bool _isOpen;

    /// <summary>Whether the byte stream is changing to TLS, so that nothing may be written.</summary>
    private bool _isEncrypting;

    public async Task<Negotiated> NegotiateAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(StreamFeatures.BeforeTls(), cancellationToken).ConfigureAwait(false);
        await StartTlsAsync(cancellationToken).ConfigureAwait(false);
        await OpenAsync(StreamFeatures.BeforeSasl(), cancellationToken).ConfigureAwait(false);
        var account = await new SaslExchange(transport, _input, server).AuthenticateAsync(cancellationToken).ConfigureAwait(false);
        transport.Restart();
        _isOpen = false;
        await OpenAsync(StreamFeatures.BeforeBind(), cancellationToken).ConfigureAwait(false);
        return await BindAsync(account, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes our XML stream, with an error unless <paramref name="condition"/> is null. Says nothing where nothing may be said.</summary>
    public async ValueTask CloseStreamAsync(string? condition, string text, CancellationToken cancellationToken)
    {
        if (_isEncrypting || condition is null && !_isOpen)
            return;
        // RFC 6120 §4.9.1.2: an error about the client's header comes after ours
        if (!_isOpen)
            await WriteHeaderAsync(null, cancellationToken).ConfigureAwait(false);
        if (condition is not null)
            await transport.WriteAsync(new XmppElement("error", XmppNames.Streams).Add(new XmppElement(condition, XmppNames.StreamErrors))
                .Add(new XmppElement("text", XmppNames.StreamErrors).WithText(text)), cancellationToken).ConfigureAwait(false);
        await transport.WriteStreamEndAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task OpenAsync(XmppElement features, CancellationToken cancellationToken)
    {
        var header = await _input.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        await WriteHeaderAsync(Jid.TryParse(header.Attribute("from"), out var from) ? from : null, cancellationToken).ConfigureAwait(false);
        // RFC 6120 §4.9.3.10
        if (transport.PeerContentNamespace != XmppNames.Client)
            throw new XmppStreamException("invalid-namespace", $"The XML stream's content must be in {XmppNames.Client}.");
        // RFC 6120 §4.9.3.6
        if (!Jid.TryParse(header.Attribute("to"), out var to) || to.ToString() != server.Options.Domain)
            throw new XmppStreamException("host-unknown", $"This XMPP server serves {server.Options.Domain} only.");
        // RFC 6120 §4.7.5: a higher version is answered with ours, and the client decides
        if (header.Attribute("version") is not { } version || !int.TryParse(version.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || major < 1)
            throw new XmppStreamException("unsupported-version", "The XML stream must have version='1.0'.");
        await transport.WriteAsync(features, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteHeaderAsync(Jid? to, CancellationToken cancellationToken)
    {
        // RFC 6120 §4.7.3: unique and not to be guessed
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await transport.WriteStreamStartAsync(XmppNames.Client, server.Options.Domain, to?.ToString(), id, cancellationToken).ConfigureAwait(false);
        _isOpen = true;
    }

    private async Task StartTlsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var element = await _input.ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (element.Is("starttls", XmppNames.Tls))
                break;
            if (!element.Is("auth", XmppNames.Sasl))
                throw StreamInput.OutOfTurn(element);
            // RFC 6120 §6.5.4
            await transport.WriteAsync(new XmppElement("failure", XmppNames.Sasl).Add(new XmppElement("encryption-required", XmppNames.Sasl)), cancellationToken).ConfigureAwait(false);
        }

        await transport.WriteAsync(new("proceed", XmppNames.Tls), cancellationToken).ConfigureAwait(false);
        _isEncrypting = true;
        await transport.StartTlsAsync(server.Tls, cancellationToken).ConfigureAwait(false);
        (_isEncrypting, _isOpen) = (false, false);
    }

    private async Task<Negotiated> BindAsync(Account account, CancellationToken cancellationToken)
    {
        while (true)
        {
            var element = await _input.ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (Stanza.Wrap(element) is not Iq { Type: "set", Payload: { } bind } request || !bind.Is("bind", XmppNames.Bind))
                throw StreamInput.OutOfTurn(element);
            if (Choose(account, bind.Child("resource", XmppNames.Bind)?.Text) is { } jid && request.Id is not null)
                return new(jid, request.CreateResult(new XmppElement("bind", XmppNames.Bind).Add(new XmppElement("jid", XmppNames.Bind).WithText(jid.ToString()))).Element);
            // RFC 6120 §7.7.2.1
            await transport.WriteAsync(request.CreateError(new("modify", "bad-request", "The resource is no valid one.")).Element, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The full JID with the resource that the client wants, or with a random one; null if the wanted one is not valid.</summary>
    private static Jid? Choose(Account account, string? wanted)
    {
        if (string.IsNullOrEmpty(wanted))
            wanted = RandomNumberGenerator.GetHexString(16, lowercase: true);
        return Jid.TryParse($"{account.Jid}/{wanted}", out var jid) ? jid : null;
    }
}
