using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.StreamManagement;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>What a login came to besides itself.</summary>
/// <param name="RestartsStream">Whether the XML stream begins anew; else it goes on.</param>
/// <param name="Resumption">What the XMPP server said to the request to resume that went with the login (XEP-0198), or null.</param>
internal sealed record LoginOutcome(bool RestartsStream, XmppElement? Resumption);

/// <summary>
/// Proves who we are, and has the XMPP server prove who it is: in the extensible profile (XEP-0388) where it is offered inside TLS, else in the classic one. By a token (XEP-0484) if
/// there is one; only a token that is refused is followed by a second try, by what would have been used without it.
/// </summary>
internal sealed class Login(StreamDialogue dialogue, XmppConnectionOptions options, ILogger log, UserAgent agent)
{
    private readonly Jid _account = options.Jid.Bare;
    private readonly BoundChannel _channel = new(
        dialogue.Transport.IsEncrypted,
        dialogue.Transport.Stream,
        (dialogue.Transport.Stream as SslStream)?.LocalCertificate as X509Certificate2,
        options.ChannelBinding is { } own ? [own, TlsChannelBinding.Instance] : [TlsChannelBinding.Instance]);

    /// <summary>Logs in, and asks to resume <paramref name="state"/> on the way if it is not null and that can be.</summary>
    public Task<LoginOutcome> RunAsync(StreamFeatures features, ResumeState? state, CancellationToken cancellationToken) =>
        options.Sasl2 && dialogue.Transport.IsEncrypted && features.Sasl2 is { } offer ? ExtensibleAsync(offer, state, cancellationToken) : ClassicAsync(features.Sasl, cancellationToken);

    private async Task<LoginOutcome> ClassicAsync(SaslOffer offer, CancellationToken cancellationToken)
    {
        var choice = SaslSelection.Choose(offer, options, _channel);
        var answer = await ByChoiceAsync(SaslProfile.Classic, choice, offer, [], cancellationToken).ConfigureAwait(false);
        if (SaslProfile.Classic.IsFailure(answer))
            throw SaslFailure.Read(answer, _account, choice);
        SaslSelection.Remember(choice, options);
        XmppLog.Authenticated(log, _account, choice.Mechanism);
        return new(RestartsStream: true, null);
    }

    private async Task<LoginOutcome> ExtensibleAsync(Sasl2Offer offer, ResumeState? state, CancellationToken cancellationToken)
    {
        var profile = SaslProfile.Extensible;
        // also before a token is used: an offer of less than before is noticed in any case
        var choice = SaslSelection.Choose(offer.Sasl, options, _channel);
        List<XmppElement> inline = [AboutUs()];
        if (state?.Id is not null && offer.ResumesInline)
            inline.Add(state.AskToResume());
        var isBound = choice.Binding is { IsBound: true };
        if (UsableToken(offer, choice, isBound) is { } token)
        {
            var used = new XmppElement("fast", XmppNames.Fast).Set("count", token.NextCount().ToString(System.Globalization.CultureInfo.InvariantCulture));
            var verdict = await ExchangeAsync(profile, token.Begin(options.Jid.Local!, _channel), [.. inline, used], cancellationToken).ConfigureAwait(false);
            if (profile.IsSuccess(verdict))
                return Succeed(verdict, token.Mechanism.Name, token.Mechanism);
            agent.Token = null;
            XmppLog.TokenRefused(log, _account, token.Mechanism.Name, SaslFailure.Condition(verdict));
        }

        // what never connects again needs no token, and a certificate is no secret that a token would spare
        var wanted = options is { FastTokens: true, Reconnect: true } && choice.NeedsPassword ? FastMechanism.Choose(offer.Fast, _channel, isBound) : null;
        if (wanted is not null)
            inline.Add(new XmppElement("request-token", XmppNames.Fast).Set("mechanism", wanted.Name));
        var answer = await ByChoiceAsync(profile, choice, offer.Sasl, inline, cancellationToken).ConfigureAwait(false);
        if (profile.IsFailure(answer))
            throw SaslFailure.Read(answer, _account, choice);
        var outcome = Succeed(answer, choice.Mechanism, wanted);
        SaslSelection.Remember(choice, options);
        return outcome;
    }

    private async Task<XmppElement> ByChoiceAsync(SaslProfile profile, SaslChoice choice, SaslOffer offer, IEnumerable<XmppElement> inline, CancellationToken cancellationToken)
    {
        var password = choice.NeedsPassword ? PasswordSource.Prepare(options, await PasswordSource.GetAsync(options, log, cancellationToken).ConfigureAwait(false)) : "";
        var mechanism = choice.Begin(options, offer, _channel, password, RandomNumberGenerator.GetHexString(48, lowercase: true));
        return await ExchangeAsync(profile, mechanism, inline, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The success, in which the XMPP server has proved itself, or the failure.</summary>
    private async Task<XmppElement> ExchangeAsync(SaslProfile profile, SaslMechanism mechanism, IEnumerable<XmppElement> inline, CancellationToken cancellationToken)
    {
        await dialogue.Transport.WriteAsync(profile.Begin(mechanism.Name, mechanism.Start(), inline), cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var answer = await dialogue.ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (profile.IsSuccess(answer))
                mechanism.Complete(profile.SuccessData(answer));
            if (profile.IsSuccess(answer) || profile.IsFailure(answer))
                return answer;
            if (answer.Is("continue", XmppNames.Sasl2))
                throw Unfinished(answer);
            if (profile.Challenge(answer) is not { } challenge)
                throw StreamDialogue.Unexpected(answer, "a SASL answer");
            await dialogue.Transport.WriteAsync(profile.Respond(mechanism.Respond(challenge)), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>XEP-0388 §2.6.1. Another's session (T-13) is refused before anything in it counts.</summary>
    private LoginOutcome Succeed(XmppElement success, string mechanism, FastMechanism? forToken)
    {
        // XEP-0484 and older texts have the other name
        var identity = (success.Child("authorization-identifier", XmppNames.Sasl2) ?? success.Child("authorization-identity", XmppNames.Sasl2))?.Text;
        if (!Jid.TryParse(identity, out var jid) || jid.Bare != _account)
            throw new XmppAuthenticationException("invalid-authzid", $"The XMPP server logged in {(identity is null ? "nobody it names" : RemoteText.Show(identity))} for the account {_account}. Check the Jid: it must be the account's own.");
        if (forToken is not null && success.Child("token", XmppNames.Fast) is { } token && token.Attribute("token") is { Length: > 0 } secret && XmppDateTime.Read(token.Attribute("expiry")) is { } expiry)
            agent.Token = new(forToken, secret, expiry);
        XmppLog.Authenticated(log, _account, mechanism);
        return new(RestartsStream: false, success.Child("resumed", XmppNames.StreamManagement) ?? success.Child("failed", XmppNames.StreamManagement));
    }

    private FastToken? UsableToken(Sasl2Offer offer, SaslChoice choice, bool isBound)
    {
        if (agent.Token is not { } token)
            return null;
        if (!token.IsExpired(options.Time.GetUtcNow()))
            return choice.NeedsPassword && token.Mechanism.CanBeUsed(offer.Fast, _channel, isBound) ? token : null;
        agent.Token = null;
        return null;
    }

    private XmppElement AboutUs() =>
        new XmppElement("user-agent", XmppNames.Sasl2).Set("id", agent.Id).Add(new XmppElement("software", XmppNames.Sasl2).WithText("XmppRpc.Xmpp"));

    private XmppAuthenticationException Unfinished(XmppElement demand)
    {
        var tasks = demand.Child("tasks", XmppNames.Sasl2)?.Children.Where(c => c.Is("task", XmppNames.Sasl2)).Select(c => c.Text.Trim()) ?? [];
        return new("continuation-required", $"The XMPP server wants more than one proof of {_account}, which is not done here: {RemoteText.Show(string.Join(' ', tasks))}{RemoteText.Reason(demand.Child("text", XmppNames.Sasl2)?.Text)}. "
            + "Exempt the account there, or set Sasl2 to false if it may log in without.");
    }
}
