using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>EXTERNAL (RFC 4422 appendix A, XEP-0178): the client certificate of the TLS handshake is the proof.</summary>
internal sealed class SaslExternal(Jid account, X509Certificate2 certificate) : SaslMechanism(MechanismStrength.External)
{
    /// <summary>Empty if the certificate names this account and no other: the XMPP server then takes the identity from there; else the account is named.</summary>
    public override byte[] Start() =>
        XmppAddresses.In(certificate) is [var only] && Jid.TryParse(only, out var named) && named == account ? [] : Encoding.UTF8.GetBytes(account.ToString());

    public override byte[] Respond(ReadOnlySpan<byte> challenge) =>
        throw new XmppAuthenticationException("malformed-request", "The XMPP server sent a challenge to SASL EXTERNAL, which has none.");

    public override void Complete(byte[]? data)
    {
        // TLS proved both sides.
    }
}
