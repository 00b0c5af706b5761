using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>
/// SCRAM (RFC 5802, RFC 7677) without channel binding: proves the password without showing it, and makes the server prove that it knows it.
/// <paramref name="clientNonce"/> is printable ASCII without a comma.
/// </summary>
internal sealed class SaslScram(HashAlgorithmName hash, string user, string password, string clientNonce) : SaslMechanism(NameOf(hash))
{
    /// <summary>Fewer rounds make the password cheap to guess (RFC 7677 §4); more let a server spend our time.</summary>
    private const int MinIterations = 4096, MaxIterations = 1_000_000;

    private const string Gs2Header = "n,,";

    private string? _clientFirstBare;
    private byte[]? _serverSignature;
    private bool _verified;

    public override byte[] Start()
    {
        var escaped = user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
        _clientFirstBare = $"n={escaped},r={clientNonce}";
        return Encoding.UTF8.GetBytes(Gs2Header + _clientFirstBare);
    }

    public override byte[] Respond(ReadOnlySpan<byte> challenge)
    {
        if (_serverSignature is null)
            return AnswerServerFirst(Encoding.UTF8.GetString(challenge));
        Verify(Encoding.UTF8.GetString(challenge));
        return [];
    }

    public override void Complete(byte[]? data)
    {
        if (data is not null)
            Verify(Encoding.UTF8.GetString(data));
        if (!_verified)
            throw NotVerified("it claimed success without a proof that it knows the password");
    }

    private byte[] AnswerServerFirst(string serverFirst)
    {
        // RFC 5802 §7: r=, s=, i= in this order; extensions may follow, but a leading mandatory one (m=) is not understood
        var parts = serverFirst.Split(',');
        if (parts.Length < 3 || Value(parts[0], 'r') is not { } nonce || Value(parts[1], 's') is not { } salt64 || Value(parts[2], 'i') is not { } rounds)
            throw NotVerified("its first SCRAM message is malformed");
        if (nonce.Length <= clientNonce.Length || !nonce.StartsWith(clientNonce, StringComparison.Ordinal))
            throw NotVerified("its nonce does not extend ours");
        if (!int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < MinIterations or > MaxIterations)
            throw NotVerified($"its iteration count {RemoteText.Show(rounds)} is not between {MinIterations} and {MaxIterations}");

        var withoutProof = $"c={Convert.ToBase64String(Encoding.UTF8.GetBytes(Gs2Header))},r={nonce}";
        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{serverFirst},{withoutProof}");
        var saltedPassword = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(SaslPrep.Prepare(password)), Decode(salt64), iterations, hash, HashBytes());
        var clientKey = Hmac(saltedPassword, "Client Key"u8);
        var proof = Hmac(CryptographicOperations.HashData(hash, clientKey), authMessage);
        for (var i = 0; i < proof.Length; i++)
            proof[i] ^= clientKey[i];
        _serverSignature = Hmac(Hmac(saltedPassword, "Server Key"u8), authMessage);
        CryptographicOperations.ZeroMemory(saltedPassword);
        CryptographicOperations.ZeroMemory(clientKey);
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    private void Verify(string serverFinal)
    {
        if (_verified || _serverSignature is null)
            throw NotVerified("it sent a SCRAM message out of turn");
        var first = serverFinal.Split(',')[0];
        if (Value(first, 'e') is { } error)
            throw new XmppAuthenticationException("not-authorized", $"The XMPP server refused the SCRAM proof: {RemoteText.Show(error)}.");
        if (Value(first, 'v') is not { } signature || !CryptographicOperations.FixedTimeEquals(Decode(signature), _serverSignature))
            throw NotVerified("its signature is missing or wrong");
        _verified = true;
    }

    private byte[] Hmac(byte[] key, ReadOnlySpan<byte> data) => CryptographicOperations.HmacData(hash, key, data);

    private int HashBytes() => hash == HashAlgorithmName.SHA512 ? 64 : hash == HashAlgorithmName.SHA256 ? 32 : 20;

    private static string NameOf(HashAlgorithmName hash) =>
        hash == HashAlgorithmName.SHA512 ? "SCRAM-SHA-512" : hash == HashAlgorithmName.SHA256 ? "SCRAM-SHA-256" : "SCRAM-SHA-1";

    private static string? Value(string part, char key) => part.Length > 1 && part[0] == key && part[1] == '=' ? part[2..] : null;

    private static byte[] Decode(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw NotVerified("a SCRAM value is not base64");
        }
    }

    private static XmppAuthenticationException NotVerified(string why) =>
        new("server-not-verified", $"The XMPP server did not prove its identity: {why}. The password was not sent. Check the host, and that nobody sits in between.");
}
