using System.Security.Cryptography;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>Which mechanism to use: the strongest that is offered and allowed. There is no second try with a weaker one.</summary>
internal static class SaslSelection
{
    private static readonly (string Name, HashAlgorithmName Hash)[] Scram =
        [("SCRAM-SHA-512", HashAlgorithmName.SHA512), ("SCRAM-SHA-256", HashAlgorithmName.SHA256), ("SCRAM-SHA-1", HashAlgorithmName.SHA1)];

    public static SaslMechanism Choose(IReadOnlyCollection<string> offered, XmppConnectionOptions options, bool encrypted, string nonce)
    {
        var user = options.Jid.Local!;
        foreach (var (name, hash) in Scram)
            if (offered.Contains(name, StringComparer.Ordinal))
                return new SaslScram(hash, user, options.Password, nonce);
        if (!offered.Contains("PLAIN", StringComparer.Ordinal))
            throw Unacceptable(offered, "none of them is SCRAM; enable SCRAM on the XMPP server");
        if (!encrypted)
            throw Unacceptable(offered, "PLAIN shows the password and is never used in clear text; use TLS");
        if (!options.AllowPlain)
            throw Unacceptable(offered, "PLAIN shows the password to the XMPP server; set AllowPlain if that is acceptable");
        return new SaslPlain(user, options.Password);
    }

    private static XmppAuthenticationException Unacceptable(IReadOnlyCollection<string> offered, string why) =>
        new("invalid-mechanism", $"The XMPP server offers the SASL mechanisms {RemoteText.Show(offered.Count == 0 ? "(none)" : string.Join(' ', offered))}: {why}.");
}
