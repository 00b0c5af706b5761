using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.StreamManagement;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>From an open byte stream to a bound resource, in lock-step (RFC 6120 §4.3): nothing is sent before its turn, nothing is believed before it is proved.</summary>
internal sealed class StreamNegotiator(StreamDialogue dialogue, XmppConnectionOptions options, ILogger log, UserAgent agent)
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
        var login = await new Login(dialogue, options, log, agent).RunAsync(features, before.State, cancellationToken).ConfigureAwait(false);
        // then no features follow
        if (before.State is { Id: not null } known && login.Resumption is { } answer && TakeResumption(known, answer))
            return new(known.Jid, known, IsResumed: true, [], before.Limits, before.ServerNode);
        if (login.RestartsStream)
            dialogue.Transport.Restart();
        features = login.RestartsStream ? await OpenAsync(cancellationToken).ConfigureAwait(false) : await ReadFeaturesAsync(cancellationToken).ConfigureAwait(false);
        if (before.State is { Id: not null } state && login.Resumption is null && features.HasStreamManagement && await ResumeAsync(state, cancellationToken).ConfigureAwait(false))
            return new(state.Jid, state, IsResumed: true, [], features.Limits, features.ServerNode);
        var jid = await BindAsync(features, before.Resource, cancellationToken).ConfigureAwait(false);
        // before the first presence: what waits for us there must not be lost with this stream (F-10)
        var session = options.StreamManagement && features.HasStreamManagement ? await EnableAsync(jid, cancellationToken).ConfigureAwait(false) : new(jid, null, IsResumed: false, []);
        return session with { Limits = features.Limits, ServerNode = features.ServerNode };
    }

    private async Task<StreamFeatures> OpenAsync(CancellationToken cancellationToken)
    {
        // RFC 6120 §4.7.1: from tells who we are, so not in clear text
        await dialogue.Transport.WriteStreamStartAsync(XmppNames.Client, dialogue.Transport.IsEncrypted ? _account.ToString() : null, _account.Domain, cancellationToken: cancellationToken).ConfigureAwait(false);
        var header = await dialogue.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        // RFC 6120 §4.7.5
        if (header.Attribute("version") is not { } version || !version.StartsWith("1.", StringComparison.Ordinal))
            throw new XmppStreamException("unsupported-version", $"The XMPP server for {_account.Domain} does not speak XMPP 1.0.");
        return await ReadFeaturesAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<StreamFeatures> ReadFeaturesAsync(CancellationToken cancellationToken)
    {
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

    private async Task<bool> ResumeAsync(ResumeState state, CancellationToken cancellationToken)
    {
        await dialogue.Transport.WriteAsync(state.AskToResume(), cancellationToken).ConfigureAwait(false);
        return TakeResumption(state, await dialogue.ReadElementAsync(cancellationToken).ConfigureAwait(false));
    }

    /// <summary>XEP-0198 §5. False leaves the stream ready for binding (RFC 6120 §7).</summary>
    private bool TakeResumption(ResumeState state, XmppElement answer)
    {
        var isResumed = answer.Is("resumed", XmppNames.StreamManagement);
        if (!isResumed && !answer.Is("failed", XmppNames.StreamManagement))
            throw StreamDialogue.Unexpected(answer, "<resumed/> or <failed/>");
        if (isResumed && answer.Attribute("previd") != state.Id)
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
        var early = new List<EarlyElement>();
        var taken = dialogue.Transport.BytesRead;
        var bytes = 0L;
        await dialogue.Transport.WriteAsync(SmNonzas.Enable(options.ResumeTimeout), cancellationToken).ConfigureAwait(false);
        while (early.Count < options.MaxReceivedStanzas && bytes < options.MaxReceivedBytes)
        {
            if (await dialogue.ReadNodeAsync(cancellationToken).ConfigureAwait(false) is not { Kind: XmppNodeKind.Element, Element: { } element })
                continue;
            if (dialogue.StreamErrorIn(element) is { } error)
                throw error;
            if (element.Is("enabled", XmppNames.StreamManagement))
                return new(jid, new ResumeState(jid, SmNonzas.ResumeId(element), element.Attribute("location")), IsResumed: false, early);
            if (element.Is("failed", XmppNames.StreamManagement))
                return new(jid, null, IsResumed: false, early);
            early.Add(new(element, (int)(dialogue.Transport.BytesRead - taken)));
            bytes += dialogue.Transport.BytesRead - taken;
            taken = dialogue.Transport.BytesRead;
        }
        throw new XmppStreamException("policy-violation", $"The XMPP server for {_account.Domain} sent {early.Count} stanzas of {bytes} bytes instead of an answer to <enable/> (MaxReceivedStanzas, MaxReceivedBytes).");
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
}
