using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.StreamManagement;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>From an open byte stream to a bound resource, in lock-step (RFC 6120 §4.3): nothing is sent before its turn, nothing is believed before it is proved.</summary>
internal sealed class StreamNegotiator(StreamDialogue dialogue, XmppConnectionOptions options, ILogger log)
{
    private readonly Jid _account = options.Jid.Bare;

    /// <summary>Resumes the session that was <paramref name="before"/> if that can be, else binds a resource anew.</summary>
    public async Task<NegotiatedSession> NegotiateAsync(SessionHistory before, CancellationToken cancellationToken)
    {
        if (dialogue.IsDirectTls)
            await dialogue.EncryptAsync(cancellationToken).ConfigureAwait(false);
        var features = await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (options.Tls != XmppTlsMode.None && !dialogue.Transport.IsEncrypted)
            features = await StartTlsAsync(features, cancellationToken).ConfigureAwait(false);
        else if (options.Tls == XmppTlsMode.None && features.RequiresStartTls)
            throw new XmppTlsException($"The XMPP server for {_account.Domain} requires TLS. Use Tls=StartTls.");
        features = await AuthenticateAsync(features, cancellationToken).ConfigureAwait(false);
        if (before.State is { Id: { } id } state && features.HasStreamManagement && await ResumeAsync(state, id, cancellationToken).ConfigureAwait(false))
            return new(state.Jid, state, IsResumed: true, [], features.Limits);
        var jid = await BindAsync(features, before.Resource, cancellationToken).ConfigureAwait(false);
        // before the first presence: what waits for us there must not be lost with this stream (F-10)
        var session = options.StreamManagement && features.HasStreamManagement ? await EnableAsync(jid, cancellationToken).ConfigureAwait(false) : new(jid, null, IsResumed: false, []);
        return session with { Limits = features.Limits };
    }

    private async Task<StreamFeatures> OpenAsync(CancellationToken cancellationToken)
    {
        // RFC 6120 §4.7.1: from tells who we are, so not in clear text
        await dialogue.Transport.WriteStreamStartAsync(XmppNames.Client, dialogue.Transport.IsEncrypted ? _account.ToString() : null, _account.Domain, cancellationToken: cancellationToken).ConfigureAwait(false);
        var header = await dialogue.ReadAsync(XmppNodeKind.StreamStart, cancellationToken).ConfigureAwait(false);
        // RFC 6120 §4.7.5
        if (header.Attribute("version") is not { } version || !version.StartsWith("1.", StringComparison.Ordinal))
            throw new XmppStreamException("unsupported-version", $"The XMPP server for {_account.Domain} does not speak XMPP 1.0.");
        var features = await dialogue.ReadElementAsync(cancellationToken).ConfigureAwait(false);
        return features.Is("features", XmppNames.Streams) ? new(features) : throw StreamDialogue.Unexpected(features, "stream features");
    }

    private async Task<StreamFeatures> StartTlsAsync(StreamFeatures features, CancellationToken cancellationToken)
    {
        if (!features.HasStartTls)
            throw new XmppTlsException($"The XMPP server for {_account.Domain} does not offer STARTTLS, or somebody took the offer out. Nothing was sent. Configure TLS there, or use Tls=Direct.");
        await dialogue.Transport.WriteAsync(new("starttls", XmppNames.Tls), cancellationToken).ConfigureAwait(false);
        var answer = await dialogue.ReadElementAsync(cancellationToken).ConfigureAwait(false);
        if (answer.Is("failure", XmppNames.Tls))
            throw new XmppTlsException($"The XMPP server for {_account.Domain} offered STARTTLS and then refused it. Check its certificate.");
        if (!answer.Is("proceed", XmppNames.Tls))
            throw StreamDialogue.Unexpected(answer, "<proceed/>");
        await dialogue.EncryptAsync(cancellationToken).ConfigureAwait(false);
        return await OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<StreamFeatures> AuthenticateAsync(StreamFeatures features, CancellationToken cancellationToken)
    {
        var (stream, presented) = (dialogue.Transport.Stream, (dialogue.Transport.Stream as SslStream)?.LocalCertificate as X509Certificate2);
        IReadOnlyList<IChannelBindingProvider> binders = options.ChannelBinding is { } own ? [own, TlsChannelBinding.Instance] : [TlsChannelBinding.Instance];
        var channel = new BoundChannel(dialogue.Transport.IsEncrypted, stream, presented, binders);
        var choice = SaslSelection.Choose(features.Sasl, options, channel);
        var password = choice.NeedsPassword ? PasswordSource.Prepare(options, await PasswordSource.GetAsync(options, log, cancellationToken).ConfigureAwait(false)) : "";
        var mechanism = choice.Begin(options, features.Sasl, channel, password, RandomNumberGenerator.GetHexString(48, lowercase: true));
        await dialogue.Transport.WriteAsync(Sasl("auth", mechanism.Start()).Set("mechanism", mechanism.Name), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var answer = await dialogue.ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (answer.Is("success", XmppNames.Sasl))
            {
                mechanism.Complete(Decode(answer));
                break;
            }

            if (answer.Is("failure", XmppNames.Sasl))
                throw SaslFailure.Read(answer, _account, choice);
            if (!answer.Is("challenge", XmppNames.Sasl))
                throw StreamDialogue.Unexpected(answer, "a SASL answer");
            await dialogue.Transport.WriteAsync(Sasl("response", mechanism.Respond(Decode(answer) ?? [])), cancellationToken).ConfigureAwait(false);
        }

        SaslSelection.Remember(choice, options);
        XmppLog.Authenticated(log, _account, mechanism.Name);
        dialogue.Transport.Restart();
        return await OpenAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>XEP-0198 §5. False leaves the stream ready for binding (RFC 6120 §7).</summary>
    private async Task<bool> ResumeAsync(ResumeState state, string id, CancellationToken cancellationToken)
    {
        await dialogue.Transport.WriteAsync(SmNonzas.Resume(id, state.Handled), cancellationToken).ConfigureAwait(false);
        var answer = await dialogue.ReadElementAsync(cancellationToken).ConfigureAwait(false);
        var isResumed = answer.Is("resumed", XmppNames.StreamManagement);
        if (!isResumed && !answer.Is("failed", XmppNames.StreamManagement))
            throw StreamDialogue.Unexpected(answer, "<resumed/> or <failed/>");
        if (isResumed && answer.Attribute("previd") != id)
            throw new XmppStreamException("undefined-condition", $"The XMPP server for {_account.Domain} resumed another session than the one asked for.");
        // a <failed/> with h still tells what was handled; its word on more than was sent is worth nothing
        if (SmNonzas.Handled(answer) is { } handled)
            lock (state.Gate)
                if (!state.Unacked.TryAcknowledge(handled) && isResumed)
                    throw new XmppStreamException("undefined-condition", $"The XMPP server for {_account.Domain} says that it handled more stanzas than were sent.") { ApplicationCondition = "handled-count-too-high" };
        return isResumed;
    }

    /// <summary>XEP-0198 §3. Stanzas may come between the bound resource and the answer: they are handed over, and do not count (F-10).</summary>
    private async Task<NegotiatedSession> EnableAsync(Jid jid, CancellationToken cancellationToken)
    {
        var early = new List<XmppElement>();
        await dialogue.Transport.WriteAsync(SmNonzas.Enable(options.ResumeTimeout), cancellationToken).ConfigureAwait(false);
        while (early.Count < options.MaxReceivedStanzas)
        {
            if (await dialogue.ReadNodeAsync(cancellationToken).ConfigureAwait(false) is not { Kind: XmppNodeKind.Element, Element: { } element })
                continue;
            if (dialogue.StreamErrorIn(element) is { } error)
                throw error;
            if (element.Is("enabled", XmppNames.StreamManagement))
                return new(jid, new ResumeState(jid, SmNonzas.ResumeId(element), element.Attribute("location")), IsResumed: false, early);
            if (element.Is("failed", XmppNames.StreamManagement))
                return new(jid, null, IsResumed: false, early);
            early.Add(element);
        }
        throw new XmppStreamException("policy-violation", $"The XMPP server for {_account.Domain} sent {early.Count} stanzas instead of an answer to <enable/>.");
    }

    private async Task<Jid> BindAsync(StreamFeatures features, string? before, CancellationToken cancellationToken)
    {
        if (!features.HasBind)
            throw new XmppStreamException("undefined-condition", $"The XMPP server for {_account.Domain} offers no resource binding (RFC 6120 §7).");
        // the same again after a lost session: peers know this address
        var wanted = before ?? options.Jid.Resource ?? RandomNumberGenerator.GetHexString(16, lowercase: true);
        var request = new Iq("set", new XmppElement("bind", XmppNames.Bind).Add(new XmppElement("resource", XmppNames.Bind).WithText(wanted))) { Id = RandomNumberGenerator.GetHexString(16, lowercase: true) };
        await dialogue.Transport.WriteAsync(request.Element, cancellationToken).ConfigureAwait(false);

        var answer = await dialogue.ReadElementAsync(cancellationToken).ConfigureAwait(false);
        if (Stanza.Wrap(answer) is not Iq iq || iq.IsRequest || iq.Id != request.Id)
            throw StreamDialogue.Unexpected(answer, "the answer to resource binding");
        if (iq.IsError)
            throw IqExchange.Refusal(iq);
        if (!Jid.TryParse(answer.Child("bind", XmppNames.Bind)?.Child("jid", XmppNames.Bind)?.Text, out var bound) || bound.IsBare)
            throw new XmppStreamException("undefined-condition", $"The XMPP server for {_account.Domain} bound no full JID.");
        // the session would be somebody else's
        if (bound.Bare != _account)
            throw new XmppAuthenticationException("invalid-authzid", $"The XMPP server bound {RemoteText.Show(bound.ToString())} for the account {_account}. Check the Jid: it must be the account's own.");
        return bound;
    }

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
