using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using XmppRpc.Xmpp.Sasl;

namespace XmppRpc.Xmpp.Tests.Sasl;

/// <summary>Both sides of SCRAM for tests; the server's is computed from StoredKey (RFC 5802 §3), the other way round than the client's.</summary>
internal static class Scram
{
    public static ScramHash Hash(string name) => ScramHash.All.Single(hash => hash.Name.Name == name);

    public static SaslScram Client(string hash, string user, string password, string nonce, ChannelBinding? binding = null, SaslOffer? offer = null, SaltedPasswords? kept = null) =>
        new(Hash(hash), binding ?? ChannelBinding.Unsupported, user, password, nonce, offer ?? new([]), kept ?? new());

    /// <summary>Whether the server takes the client's last message, and with what signature it answers.</summary>
    public static (bool IsProved, string ServerFinal) Judge(string hash, string password, string clientFirst, string serverFirst, string clientFinal)
    {
        var (name, bytes) = (Hash(hash).Name, Hash(hash).Bytes);
        var values = serverFirst.Split(',').ToLookup(part => part[0], part => part[2..]);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(values['s'].Single()), int.Parse(values['i'].Single(), CultureInfo.InvariantCulture), name, bytes);
        var storedKey = CryptographicOperations.HashData(name, CryptographicOperations.HmacData(name, salted, "Client Key"u8));
        var bare = clientFirst[(clientFirst.IndexOf(",,", StringComparison.Ordinal) + 2)..];
        var proofAt = clientFinal.LastIndexOf(",p=", StringComparison.Ordinal);
        var auth = Encoding.UTF8.GetBytes($"{bare},{serverFirst},{clientFinal[..proofAt]}");
        var signature = CryptographicOperations.HmacData(name, storedKey, auth);
        var clientKey = Convert.FromBase64String(clientFinal[(proofAt + 3)..]).Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
        var serverSignature = CryptographicOperations.HmacData(name, CryptographicOperations.HmacData(name, salted, "Server Key"u8), auth);
        return (CryptographicOperations.HashData(name, clientKey).AsSpan().SequenceEqual(storedKey), "v=" + Convert.ToBase64String(serverSignature));
    }
}
