namespace XmppRpc.LocalServer.Sasl;

/// <summary>What a SASL mechanism answers (RFC 6120 §6.4): a challenge, success with data, or a failure with its condition (§6.5).</summary>
internal abstract record SaslReply
{
    public sealed record Challenge(byte[] Data) : SaslReply;

    public sealed record Success(byte[] Data) : SaslReply;

    public sealed record Failure(string Condition) : SaslReply;
}
