using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>
/// From an open byte stream to a component's session (XEP-0114 §3): the XMPP server's stream id and the shared secret, hashed. There is no TLS and no SASL
/// in it, so the path must be protected otherwise (T-14).
/// </summary>
internal sealed class ComponentHandshake(StreamDialogue dialogue, XmppConnectionOptions options, ILogger log)
{
    public async Task<NegotiatedSession> NegotiateAsync(CancellationToken cancellationToken)
    {
        var domain = options.Jid.Domain;
        var secret = await PasswordSource.GetAsync(options, log, cancellationToken).ConfigureAwait(false);
        if (dialogue.IsDirectTls)
            await dialogue.EncryptAsync(cancellationToken).ConfigureAwait(false);
        await dialogue.Transport.WriteStreamStartAsync(XmppNames.Component, to: domain, cancellationToken: cancellationToken).ConfigureAwait(false);
        var header = await dialogue.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        if (header.Attribute("id") is not { Length: > 0 } id)
            throw new XmppStreamException("undefined-condition", $"The XMPP server opened the stream of the component {domain} without an id.");
        // reader and writer take a component's namespace for jabber:client
        await dialogue.Transport.WriteAsync(new XmppElement("handshake", XmppNames.Client).WithText(Hash(id, secret)), cancellationToken).ConfigureAwait(false);
        await ExpectAcceptanceAsync(domain, cancellationToken).ConfigureAwait(false);
        XmppLog.Authenticated(log, options.Jid, "component handshake");
        return new(options.Jid, null, IsResumed: false, []);
    }

    private async Task ExpectAcceptanceAsync(string domain, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await dialogue.ReadElementAsync(cancellationToken).ConfigureAwait(false);
            if (!answer.Is("handshake", XmppNames.Client))
                throw StreamDialogue.Unexpected(answer, "<handshake/>");
        }
        catch (XmppStreamException e) when (e is { SentByPeer: true, Condition: "not-authorized" })
        {
            throw new XmppAuthenticationException("not-authorized", $"The XMPP server refused the component {domain}. Check the Jid and the secret (Password).");
        }
    }

    private static string Hash(string id, string secret) => Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.SHA1, Encoding.UTF8.GetBytes(id + secret)));
}
