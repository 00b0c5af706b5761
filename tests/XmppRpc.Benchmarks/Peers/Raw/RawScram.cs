using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.Benchmarks.Peers.Raw;

/// <summary>The client's half of SCRAM (RFC 5802), without the check of the server: for servers that this process has started.</summary>
internal sealed class RawScram
{
    private readonly string _bare, _password;
    private readonly HashAlgorithmName _hash;

    public RawScram(string offer, string user, string password)
    {
        (Mechanism, _hash) = offer.Contains(">SCRAM-SHA-256<", StringComparison.Ordinal) ? ("SCRAM-SHA-256", HashAlgorithmName.SHA256) : ("SCRAM-SHA-1", HashAlgorithmName.SHA1);
        (_bare, _password) = ($"n={user},r={RandomNumberGenerator.GetHexString(24)}", password);
    }

    public string Mechanism { get; }

    public string First => "n,," + _bare;

    public string Answer(string challenge)
    {
        var values = challenge.Split(',').ToDictionary(static part => part[0], static part => part[2..]);
        var salted = Rfc2898DeriveBytes.Pbkdf2(_password, Convert.FromBase64String(values['s']), int.Parse(values['i'], CultureInfo.InvariantCulture), _hash, _hash == HashAlgorithmName.SHA256 ? 32 : 20);
        var key = Mac(salted, "Client Key");
        var final = $"c=biws,r={values['r']}";
        var signature = Mac(CryptographicOperations.HashData(_hash, key), $"{_bare},{challenge},{final}");
        for (var i = 0; i < key.Length; i++)
            key[i] ^= signature[i];
        return $"{final},p={Convert.ToBase64String(key)}";
    }

    private byte[] Mac(byte[] key, string text) => CryptographicOperations.HmacData(_hash, key, Encoding.UTF8.GetBytes(text));
}
