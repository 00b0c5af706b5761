using System.Security.Cryptography;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>A hash that SCRAM is used with: its name in .NET, the mechanism's name without -PLUS, and its size in bytes.</summary>
internal sealed record ScramHash(HashAlgorithmName Name, string Mechanism, int Bytes)
{
    /// <summary>All of them, the strongest first.</summary>
    public static IReadOnlyList<ScramHash> All { get; } =
        [new(HashAlgorithmName.SHA512, "SCRAM-SHA-512", 64), new(HashAlgorithmName.SHA256, "SCRAM-SHA-256", 32), new(HashAlgorithmName.SHA1, "SCRAM-SHA-1", 20)];
}
