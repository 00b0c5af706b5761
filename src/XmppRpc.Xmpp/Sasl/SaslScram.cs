using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>
/// SCRAM (RFC 5802, RFC 7677): proves the password without showing it, and makes the server prove that it knows it. <paramref name="password"/> is prepared,
/// <paramref name="clientNonce"/> is printable ASCII without a comma, <paramref name="offer"/> is what the server listed.
/// </summary>
internal sealed class SaslScram(ScramHash hash, ChannelBinding binding, string user, string password, string clientNonce, SaslOffer offer, SaltedPasswords kept)
    : SaslMechanism(binding.IsBound ? hash.Mechanism + "-PLUS" : hash.Mechanism)
{
    /// <summary>Fewer rounds make the password cheap to guess (RFC 7677 §4); more let a server spend our time.</summary>
    private const int MinIterations = 4096, MaxIterations = 1_000_000;

    private const int MaxNonceChars = 1024, MaxSaltBytes = 1024;

    private string? _clientFirstBare;
    private byte[]? _serverSignature;
    private Action? _keep;
    private bool _verified;

    public override byte[] Start()
    {
        var escaped = user.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);
        _clientFirstBare = $"n={escaped},r={clientNonce}";
        return Encoding.UTF8.GetBytes(binding.Header + _clientFirstBare);
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
        if (nonce.Length <= clientNonce.Length || nonce.Length > MaxNonceChars || !nonce.StartsWith(clientNonce, StringComparison.Ordinal))
            throw NotVerified("its nonce does not extend ours");
        if (!int.TryParse(rounds, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) || iterations is < MinIterations or > MaxIterations)
            throw NotVerified($"its iteration count {RemoteText.Show(rounds)} is not between {MinIterations} and {MaxIterations}");
        if (Decode(salt64) is not { Length: > 0 and <= MaxSaltBytes } salt)
            throw NotVerified("its salt is missing or oversized");
        // XEP-0474: what is missing cannot be checked, but what is there has to be right
        foreach (var extension in parts.AsSpan(3))
            if (Value(extension, 'h') is { } h && !OfferHash.Fits(h, offer, hash))
                throw NotVerified("the list of SASL mechanisms that arrived here is not the one it sent");

        var withoutProof = $"c={binding.Input},r={nonce}";
        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{serverFirst},{withoutProof}");
        var saltedPassword = Salted(salt, iterations);
        var clientKey = Hmac(saltedPassword, "Client Key"u8);
        var proof = Hmac(CryptographicOperations.HashData(hash.Name, clientKey), authMessage);
        for (var i = 0; i < proof.Length; i++)
            proof[i] ^= clientKey[i];
        _serverSignature = Hmac(Hmac(saltedPassword, "Server Key"u8), authMessage);
        CryptographicOperations.ZeroMemory(clientKey);
        _keep = () =>
        {
            kept.Keep(hash.Name, password, salt, iterations, saltedPassword);
            CryptographicOperations.ZeroMemory(saltedPassword);
        };
        return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
    }

    private byte[] Salted(byte[] salt, int iterations)
    {
        if (kept.Find(hash.Name, password, salt, iterations) is { } known)
            return known;
        var bytes = Encoding.UTF8.GetBytes(password);
        var salted = Rfc2898DeriveBytes.Pbkdf2(bytes, salt, iterations, hash.Name, hash.Bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return salted;
    }

    private void Verify(string serverFinal)
    {
        if (_verified || _serverSignature is null)
            throw NotVerified("it sent a SCRAM message out of turn");
        var first = serverFinal.Split(',')[0];
        if (Value(first, 'e') is { } error)
            throw Refused(error);
        if (Value(first, 'v') is not { } signature || !CryptographicOperations.FixedTimeEquals(Decode(signature), _serverSignature))
            throw NotVerified("its signature is missing or wrong");
        _verified = true;
        // only now is it sure that the salt is the server's
        _keep!();
    }

    // RFC 5802 §7, server-error-value
    private static XmppAuthenticationException Refused(string error) => error switch
    {
        "no-resources" => new("temporary-auth-failure", "The XMPP server cannot check logins right now (no-resources). Try again later."),
        "server-does-support-channel-binding" => new("server-not-verified", "The XMPP server supports channel binding, but its offer came without it: somebody in between took it out. The password was not sent."),
        "channel-bindings-dont-match" => new("server-not-verified", "TLS does not end at the XMPP server: somebody sits in between, or a proxy does and the XMPP server must not offer -PLUS. The password was not sent."),
        _ => new("not-authorized", $"The XMPP server refused the SCRAM proof: {RemoteText.Show(error)}. Check the Jid and the password."),
    };

    private byte[] Hmac(byte[] key, ReadOnlySpan<byte> data) => CryptographicOperations.HmacData(hash.Name, key, data);

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
