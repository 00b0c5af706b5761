using System.Security.Cryptography;
using System.Text;
using XmppRpc.LocalServer.Accounts;
using XmppRpc.LocalServer.Sasl;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>The SASL part of the negotiation (RFC 6120 §6): as many attempts as allowed, each one mechanism from <c>auth</c> to its end.</summary>
internal sealed class SaslExchange(XmppTransport transport, StreamInput input, ServerContext server)
{
    private const string Sha256 = "SCRAM-SHA-256", Sha1 = "SCRAM-SHA-1";

    private static readonly byte[] NoData = [];

    public static IReadOnlyList<string> Mechanisms { get; } = [Sha256, Sha1];

    /// <summary>Returns the account that proved itself.</summary>
    public async Task<Account> AuthenticateAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= server.Options.MaxAuthenticationAttempts; attempt++)
        {
            var auth = await input.ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (!auth.Is("auth", XmppNames.Sasl))
                throw StreamInput.OutOfTurn(auth);
            var (account, last) = await ExchangeAsync(auth, cancellationToken).ConfigureAwait(false);
            if (account is not null && last is SaslReply.Success success)
            {
                // RFC 6120 §6.3.10: the server's proof travels with the success
                await transport.WriteAsync(Element("success", success.Data), cancellationToken).ConfigureAwait(false);
                return account;
            }

            var condition = last is SaslReply.Failure failure ? failure.Condition : "not-authorized";
            LocalServerLog.LoginFailed(server.Log, condition);
            await transport.WriteAsync(new XmppElement("failure", XmppNames.Sasl).Add(new XmppElement(condition, XmppNames.Sasl)), cancellationToken).ConfigureAwait(false);
        }

        // RFC 6120 §6.4.5
        throw new XmppStreamException("policy-violation", $"{server.Options.MaxAuthenticationAttempts} attempts to log in failed.");
    }

    /// <summary>One attempt, up to the reply that ends it.</summary>
    private async Task<(Account? Account, SaslReply Last)> ExchangeAsync(XmppElement auth, CancellationToken cancellationToken)
    {
        var mechanism = auth.Attribute("mechanism");
        if (mechanism is not (Sha256 or Sha1))
            return (null, new SaslReply.Failure("invalid-mechanism"));
        var scram = new ScramServer(Nonce(), user => Credentials(user, mechanism), (user, identity) => server.Accounts.FindUser(user)?.Jid.ToString() == identity);
        // RFC 6120 §6.4.2: a client that has no initial response is asked for it
        var reply = auth.TextUtf8.IsEmpty ? new SaslReply.Challenge(NoData) : Respond(scram, auth);
        while (reply is SaslReply.Challenge challenge)
        {
            await transport.WriteAsync(Element("challenge", challenge.Data), cancellationToken).ConfigureAwait(false);
            var response = await input.ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (response.Is("abort", XmppNames.Sasl))
                return (null, new SaslReply.Failure("aborted"));
            if (!response.Is("response", XmppNames.Sasl))
                throw StreamInput.OutOfTurn(response);
            reply = Respond(scram, response);
        }

        return (server.Accounts.FindUser(scram.User ?? ""), reply);
    }

    private ScramCredentials? Credentials(string user, string mechanism) =>
        server.Accounts.FindUser(user) is not { } account ? null : mechanism == Sha256 ? account.Sha256 : account.Sha1;

    private static SaslReply Respond(ScramServer scram, XmppElement element)
    {
        var text = element.Text;
        var data = new byte[text.Length];
        if (text == "=")
            return scram.Respond([]);
        return Convert.TryFromBase64String(text, data, out var length) ? scram.Respond(data.AsSpan(0, length)) : new SaslReply.Failure("incorrect-encoding");
    }

    private static string Nonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));

    private static XmppElement Element(string name, byte[] data) => new(name, XmppNames.Sasl) { TextUtf8 = Encoding.ASCII.GetBytes(Convert.ToBase64String(data)) };
}
