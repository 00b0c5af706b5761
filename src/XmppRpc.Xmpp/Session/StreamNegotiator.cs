using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>From an open byte stream to a bound resource, in lock-step (RFC 6120 §4.3): nothing is sent before its turn, nothing is believed before it is proved.</summary>
internal sealed class StreamNegotiator(XmppTransport transport, XmppConnectionOptions options, ILogger log)
{
    private readonly Jid _account = options.Jid.Bare;

    /// <summary>Returns the full JID that was bound.</summary>
    public async Task<Jid> NegotiateAsync(CancellationToken cancellationToken)
    {
        if (options.Tls == XmppTlsMode.Direct)
            await EncryptAsync(cancellationToken).ConfigureAwait(false);
        var features = await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (options.Tls == XmppTlsMode.StartTls)
            features = await StartTlsAsync(features, cancellationToken).ConfigureAwait(false);
        else if (options.Tls == XmppTlsMode.None && features.RequiresStartTls)
            throw new XmppTlsException($"The XMPP server for {_account.Domain} requires TLS. Use Tls=StartTls.");
        features = await AuthenticateAsync(features, cancellationToken).ConfigureAwait(false);
        var jid = await BindAsync(features, cancellationToken).ConfigureAwait(false);
        transport.PadsFlushes = true;
        return jid;
    }

    private async Task<StreamFeatures> OpenAsync(CancellationToken cancellationToken)
    {
        // RFC 6120 §4.7.1: from tells who we are, so not in clear text
        await transport.WriteStreamStartAsync(XmppNames.Client, transport.IsEncrypted ? _account.ToString() : null, _account.Domain, cancellationToken: cancellationToken).ConfigureAwait(false);
        var header = await ReadAsync(XmppNodeKind.StreamStart, cancellationToken).ConfigureAwait(false);
        // RFC 6120 §4.7.5
        if (header.Attribute("version") is not { } version || !version.StartsWith("1.", StringComparison.Ordinal))
            throw new XmppStreamException("unsupported-version", $"The XMPP server for {_account.Domain} does not speak XMPP 1.0.");
        var features = await ReadElementAsync(cancellationToken).ConfigureAwait(false);
        return features.Is("features", XmppNames.Streams) ? new(features) : throw Unexpected(features, "stream features");
    }

    private async Task<StreamFeatures> StartTlsAsync(StreamFeatures features, CancellationToken cancellationToken)
    {
        if (!features.HasStartTls)
            throw new XmppTlsException($"The XMPP server for {_account.Domain} does not offer STARTTLS, or somebody took the offer out. Nothing was sent. Configure TLS there, or use Tls=Direct.");
        await transport.WriteAsync(new("starttls", XmppNames.Tls), cancellationToken).ConfigureAwait(false);
        var answer = await ReadElementAsync(cancellationToken).ConfigureAwait(false);
        if (answer.Is("failure", XmppNames.Tls))
            throw new XmppTlsException($"The XMPP server for {_account.Domain} offered STARTTLS and then refused it. Check its certificate.");
        if (!answer.Is("proceed", XmppNames.Tls))
            throw Unexpected(answer, "<proceed/>");
        await EncryptAsync(cancellationToken).ConfigureAwait(false);
        return await OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task EncryptAsync(CancellationToken cancellationToken)
    {
        var check = new ServerCertificateCheck(options);
        try
        {
            await transport.StartTlsAsync(check.CreateOptions(options.Tls == XmppTlsMode.Direct), cancellationToken).ConfigureAwait(false);
        }
        catch (XmppTlsException e) when (check.Problem is not null)
        {
            throw new XmppTlsException(check.Problem, e);
        }

        XmppLog.Encrypted(log, _account, transport.Protocol);
    }

    private async Task<StreamFeatures> AuthenticateAsync(StreamFeatures features, CancellationToken cancellationToken)
    {
        var channel = new BoundChannel(transport.IsEncrypted, transport.Stream, (transport.Stream as SslStream)?.LocalCertificate as X509Certificate2, options.ChannelBinding is { } own ? [own, TlsChannelBinding.Instance] : [TlsChannelBinding.Instance]);
        var choice = SaslSelection.Choose(features.Sasl, options, channel);
        var password = choice.NeedsPassword ? PasswordSource.Prepare(options, await PasswordSource.GetAsync(options, log, cancellationToken).ConfigureAwait(false)) : "";
        var mechanism = choice.Begin(options, features.Sasl, channel, password, RandomNumberGenerator.GetHexString(48, lowercase: true));
        await transport.WriteAsync(Sasl("auth", mechanism.Start()).Set("mechanism", mechanism.Name), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var answer = await ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (answer.Is("success", XmppNames.Sasl))
            {
                mechanism.Complete(Decode(answer));
                break;
            }

            if (answer.Is("failure", XmppNames.Sasl))
                throw SaslFailure.Read(answer, _account, choice);
            if (!answer.Is("challenge", XmppNames.Sasl))
                throw Unexpected(answer, "a SASL answer");
            await transport.WriteAsync(Sasl("response", mechanism.Respond(Decode(answer) ?? [])), cancellationToken).ConfigureAwait(false);
        }

        SaslSelection.Remember(choice, options);
        XmppLog.Authenticated(log, _account, mechanism.Name);
        transport.Restart();
        return await OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<Jid> BindAsync(StreamFeatures features, CancellationToken cancellationToken)
    {
        if (!features.HasBind)
            throw new XmppStreamException("undefined-condition", $"The XMPP server for {_account.Domain} offers no resource binding (RFC 6120 §7).");
        var wanted = options.Jid.Resource ?? RandomNumberGenerator.GetHexString(16, lowercase: true);
        var request = new Iq("set", new XmppElement("bind", XmppNames.Bind).Add(new XmppElement("resource", XmppNames.Bind).WithText(wanted))) { Id = RandomNumberGenerator.GetHexString(16, lowercase: true) };
        await transport.WriteAsync(request.Element, cancellationToken).ConfigureAwait(false);

        var answer = await ReadElementAsync(cancellationToken).ConfigureAwait(false);
        if (Stanza.Wrap(answer) is not Iq iq || iq.IsRequest || iq.Id != request.Id)
            throw Unexpected(answer, "the answer to resource binding");
        if (iq.IsError)
            throw IqExchange.Refusal(iq);
        if (!Jid.TryParse(answer.Child("bind", XmppNames.Bind)?.Child("jid", XmppNames.Bind)?.Text, out var bound) || bound.IsBare)
            throw new XmppStreamException("undefined-condition", $"The XMPP server for {_account.Domain} bound no full JID.");
        // the session would be somebody else's
        if (bound.Bare != _account)
            throw new XmppAuthenticationException("invalid-authzid", $"The XMPP server bound {RemoteText.Show(bound.ToString())} for the account {_account}. Check the Jid: it must be the account's own.");
        return bound;
    }

    private async ValueTask<XmppElement> ReadElementAsync(CancellationToken cancellationToken)
    {
        var element = await ReadAsync(XmppNodeKind.Element, cancellationToken).ConfigureAwait(false);
        return StreamError.Read(element, $"The XMPP server for {_account.Domain}") is { } error ? throw error : element;
    }

    private async ValueTask<XmppElement> ReadAsync(XmppNodeKind kind, CancellationToken cancellationToken)
    {
        var node = await transport.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (node is not { Kind: not XmppNodeKind.StreamEnd } read)
            throw new XmppConnectionException($"The XMPP server for {_account.Domain} closed the connection during the negotiation, without a reason. Check its log, and that the port and Tls match.");
        return read.Kind == kind ? read.Element! : throw new XmppStreamException("policy-violation", $"The XMPP server for {_account.Domain} sent something out of turn or over a cap during the negotiation{RemoteText.Reason(read.Reason)}.");
    }

    private static XmppStreamException Unexpected(XmppElement element, string expected) =>
        new("undefined-condition", $"The XMPP server sent <{RemoteText.Show(element.Name)}/> where {expected} belongs.");

    // RFC 6120 §6.4.2: an empty response is a single '='
    private static XmppElement Sasl(string name, byte[] data) =>
        new XmppElement(name, XmppNames.Sasl).WithText(data.Length == 0 && name == "auth" ? "=" : Convert.ToBase64String(data));

    private static byte[]? Decode(XmppElement element)
    {
        var text = element.Text.Trim();
        try
        {
            return text.Length == 0 ? null : text == "=" ? [] : Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new XmppAuthenticationException("incorrect-encoding", "The XMPP server sent SASL data that is not base64.");
        }
    }
}
