using System.Globalization;
using System.Security.Cryptography;
using XmppRpc.LocalServer.Accounts;
using XmppRpc.LocalServer.Routing;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>A client with a resource: a new one with the answer that tells it so, or one that goes on and has been told.</summary>
internal readonly record struct Negotiated(BoundResource Resource, XmppElement? BindResult);

/// <summary>From an open byte stream to a bound resource, in lock-step (RFC 6120 §4.3): TLS, then SASL, then binding or resuming; nothing else in between.</summary>
internal sealed class ClientNegotiator(XmppTransport transport, StreamInput input, StreamOutput output, IOutbound outbound, ServerContext server)
{
    public async Task<Negotiated> NegotiateAsync(CancellationToken cancellationToken)
    {
        await OpenAsync(StreamFeatures.BeforeTls(), cancellationToken).ConfigureAwait(false);
        await StartTlsAsync(cancellationToken).ConfigureAwait(false);
        await OpenAsync(StreamFeatures.BeforeSasl(), cancellationToken).ConfigureAwait(false);
        var account = await new SaslExchange(transport, input, server).AuthenticateAsync(cancellationToken).ConfigureAwait(false);
        transport.Restart();
        output.Restart();
        await OpenAsync(StreamFeatures.BeforeBind(server.Options.StreamManagement), cancellationToken).ConfigureAwait(false);
        return await BindAsync(account, cancellationToken).ConfigureAwait(false);
    }

    private async Task OpenAsync(XmppElement features, CancellationToken cancellationToken)
    {
        var header = await input.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        await output.OpenAsync(server.Options.Domain, Jid.TryParse(header.Attribute("from"), out var from) ? from.ToString() : null, cancellationToken).ConfigureAwait(false);
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

    private async Task StartTlsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var element = await input.ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (element.Is("starttls", XmppNames.Tls))
                break;
            if (!element.Is("auth", XmppNames.Sasl))
                throw StreamInput.OutOfTurn(element);
            // RFC 6120 §6.5.4
            await transport.WriteAsync(new XmppElement("failure", XmppNames.Sasl).Add(new XmppElement("encryption-required", XmppNames.Sasl)), cancellationToken).ConfigureAwait(false);
        }

        await transport.WriteAsync(new("proceed", XmppNames.Tls), cancellationToken).ConfigureAwait(false);
        output.IsEncrypting = true;
        await transport.StartTlsAsync(server.Tls, cancellationToken).ConfigureAwait(false);
        output.IsEncrypting = false;
        output.Restart();
    }

    private async Task<Negotiated> BindAsync(Account account, CancellationToken cancellationToken)
    {
        while (true)
        {
            var element = await input.ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (server.Options.StreamManagement && element.Namespace == LocalServerNames.StreamManagement)
            {
                if (await ResumeAsync(account, element, cancellationToken).ConfigureAwait(false) is { } resumed)
                    return new(resumed, null);
                continue;
            }

            if (Stanza.Wrap(element) is not Iq { Type: "set", Payload: { } bind } request || !bind.Is("bind", XmppNames.Bind))
                throw StreamInput.OutOfTurn(element);
            if (Choose(account, bind.Child("resource", XmppNames.Bind)?.Text) is { } jid && request.Id is not null)
                return new(new(jid, outbound), request.CreateResult(new XmppElement("bind", XmppNames.Bind).Add(new XmppElement("jid", XmppNames.Bind).WithText(jid.ToString()))).Element);
            // RFC 6120 §7.7.2.1
            await transport.WriteAsync(request.CreateError(new("modify", "bad-request", "The resource is no valid one.")).Element, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>XEP-0198 §5; null if the client may go on to bind.</summary>
    private async Task<BoundResource?> ResumeAsync(Account account, XmppElement element, CancellationToken cancellationToken)
    {
        XmppElement? failed;
        if (element.Name == "enable")
            // XEP-0198 §3: only after binding
            failed = StreamManagementNonzas.Failed("unexpected-request");
        else if (element.Name != "resume")
            throw StreamInput.OutOfTurn(element);
        else if (element.Attribute("previd") is not { } previousId || StreamManagementNonzas.Count(element, "h") is not { } handled)
            failed = StreamManagementNonzas.Failed("bad-request");
        else if (server.Streams.TryResume(account.Jid, previousId, handled, outbound, out failed) is { } resource)
            return resource;
        if (failed is not null)
            await transport.WriteAsync(failed, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <summary>The full JID with the resource that the client wants, or with a random one; null if the wanted one is not valid.</summary>
    private static Jid? Choose(Account account, string? wanted)
    {
        if (string.IsNullOrEmpty(wanted))
            wanted = RandomNumberGenerator.GetHexString(16, lowercase: true);
        return Jid.TryParse($"{account.Jid}/{wanted}", out var jid) ? jid : null;
    }
}
