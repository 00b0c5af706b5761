using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>PLAIN (RFC 4616): the password itself, so only inside TLS and by choice. <paramref name="password"/> is prepared.</summary>
internal sealed class SaslPlain(string user, string password) : SaslMechanism("PLAIN")
{
    public override byte[] Start() => Encoding.UTF8.GetBytes($"\0{user}\0{password}");

    public override byte[] Respond(ReadOnlySpan<byte> challenge) =>
        throw new XmppAuthenticationException("malformed-request", "The XMPP server sent a challenge to SASL PLAIN, which has none.");

    public override void Complete(byte[]? data)
    {
        // PLAIN proves nothing about the server; TLS did.
    }
}
