using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>HT-SHA-256-… (draft-schmaus-kitten-sasl-ht, named by XEP-0484): each side proves in one message that it knows the token, over the bound data.</summary>
internal sealed class SaslHt(FastMechanism mechanism, string user, byte[] token, byte[] bound) : SaslMechanism(mechanism.Name)
{
    public override byte[] Start() => [.. Encoding.UTF8.GetBytes(user), 0, .. Proof("Initiator"u8)];

    public override byte[] Respond(ReadOnlySpan<byte> challenge) =>
        throw new XmppAuthenticationException("malformed-request", $"The XMPP server sent a challenge to SASL {Name}, which has none.");

    public override void Complete(byte[]? data)
    {
        if (data is null || !CryptographicOperations.FixedTimeEquals(data, Proof("Responder"u8)))
            throw new XmppAuthenticationException("server-not-verified", $"The XMPP server did not prove its identity: its proof that it knows the token ({Name}) is missing or wrong. Check the host, and that nobody sits in between.");
    }

    private byte[] Proof(ReadOnlySpan<byte> side) => HMACSHA256.HashData(token, (byte[])[.. side, .. bound]);
}
