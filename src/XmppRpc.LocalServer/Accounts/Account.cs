using System.Security.Cryptography;
using XmppRpc.LocalServer.Sasl;
using XmppRpc.Xmpp;

namespace XmppRpc.LocalServer.Accounts;

/// <summary>
/// An account. Logins are checked against the salted keys alone; the password stays beside them only because this server, which is for development,
/// hands out complete connection strings.
/// </summary>
internal sealed class Account(Jid jid, string password)
{
    private const int SaltBytes = 16;

    public Jid Jid { get; } = jid;

    public string Password { get; } = password;

    public ScramCredentials Sha256 { get; } = ScramCredentials.Create(HashAlgorithmName.SHA256, password, RandomNumberGenerator.GetBytes(SaltBytes));

    public ScramCredentials Sha1 { get; } = ScramCredentials.Create(HashAlgorithmName.SHA1, password, RandomNumberGenerator.GetBytes(SaltBytes));
}
