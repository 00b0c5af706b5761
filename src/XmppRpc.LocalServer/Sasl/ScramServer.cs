using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.LocalServer.Sasl;

/// <summary>
/// The server's half of one SCRAM exchange (RFC 5802, RFC 7677) without channel binding; pure. <paramref name="serverNonce"/> is printable ASCII without a comma,
/// <paramref name="find"/> gives what is kept of the user's password, or null, and <paramref name="isAuthorized"/> says whether a user may act as that authorization identity.
/// </summary>
internal sealed class ScramServer(string serverNonce, Func<string, ScramCredentials?> find, Func<string, string, bool> isAuthorized)
{
    private static readonly SaslReply Malformed = new SaslReply.Failure("malformed-request");
    private static readonly SaslReply NotAuthorized = new SaslReply.Failure("not-authorized");

    private ScramCredentials? _credentials;
    private string _gs2Header = "";
    private string _clientFirstBare = "";
    private string _serverFirst = "";
    private string _nonce = "";

    /// <summary>The user name as the client gave it; null before its first message.</summary>
    public string? User { get; private set; }

    /// <summary>Takes the client's next message: first <c>n,,n=user,r=nonce</c>, then <c>c=biws,r=nonce,p=proof</c>.</summary>
    public SaslReply Respond(ReadOnlySpan<byte> message)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(message);
        }
        catch (ArgumentException)
        {
            return Malformed;
        }

        return _credentials is null ? AnswerFirst(text) : AnswerFinal(text, _credentials);
    }

    private SaslReply AnswerFirst(string message)
    {
        // RFC 5802 §7: gs2-cbind-flag "," [authzid] "," "n=" user ",r=" nonce; without -PLUS on offer the flag is n, or y
        var parts = message.Split(',');
        if (parts.Length < 4 || parts[0] is not ("n" or "y") || parts[1].Length > 0 && Value(parts[1], 'a') is null)
            return Malformed;
        if (Value(parts[2], 'n') is not { } escapedUser || Unescape(escapedUser) is not { } user || Value(parts[3], 'r') is not { } clientNonce || !IsNonce(clientNonce))
            return Malformed;
        User = user;
        if (Value(parts[1], 'a') is { } escapedIdentity && (Unescape(escapedIdentity) is not { } identity || !isAuthorized(user, identity)))
            return new SaslReply.Failure("invalid-authzid");
        if (find(user) is not { } credentials)
            return NotAuthorized;

        _credentials = credentials;
        _gs2Header = $"{parts[0]},{parts[1]},";
        _clientFirstBare = message[_gs2Header.Length..];
        _nonce = clientNonce + serverNonce;
        _serverFirst = string.Create(null, $"r={_nonce},s={Convert.ToBase64String(credentials.Salt)},i={credentials.Iterations}");
        return new SaslReply.Challenge(Encoding.ASCII.GetBytes(_serverFirst));
    }

    private SaslReply AnswerFinal(string message, ScramCredentials credentials)
    {
        var proofAt = message.LastIndexOf(",p=", StringComparison.Ordinal);
        var parts = message.Split(',');
        if (proofAt < 0 || parts.Length < 3 || Value(parts[0], 'c') is not { } binding || Value(parts[1], 'r') is not { } nonce)
            return Malformed;
        var proof = new byte[credentials.StoredKey.Length];
        if (!Convert.TryFromBase64String(message[(proofAt + 3)..], proof, out var length) || length != proof.Length)
            return Malformed;
        // RFC 5802 §5.1: both must be what was said before, else somebody changed the exchange on its way
        if (binding != Convert.ToBase64String(Encoding.UTF8.GetBytes(_gs2Header)) || nonce != _nonce)
            return NotAuthorized;

        var authMessage = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{message[..proofAt]}");
        var clientKey = CryptographicOperations.HmacData(credentials.Hash, credentials.StoredKey, authMessage);
        for (var i = 0; i < clientKey.Length; i++)
            clientKey[i] ^= proof[i];
        if (!CryptographicOperations.FixedTimeEquals(CryptographicOperations.HashData(credentials.Hash, clientKey), credentials.StoredKey))
            return NotAuthorized;
        var signature = CryptographicOperations.HmacData(credentials.Hash, credentials.ServerKey, authMessage);
        return new SaslReply.Success(Encoding.ASCII.GetBytes($"v={Convert.ToBase64String(signature)}"));
    }

    private static string? Value(string part, char key) => part.Length > 1 && part[0] == key && part[1] == '=' ? part[2..] : null;

    private static bool IsNonce(string text) => text.Length > 0 && text.All(c => c is > ' ' and < '\x7F');

    /// <summary>RFC 5802 §5.1: a comma is <c>=2C</c>, an equals sign <c>=3D</c>; any other use of it is malformed.</summary>
    private static string? Unescape(string escaped)
    {
        var pieces = escaped.Split('=');
        var plain = new StringBuilder(pieces[0]);
        foreach (var piece in pieces.AsSpan(1))
        {
            if (piece.StartsWith("2C", StringComparison.Ordinal))
                plain.Append(',');
            else if (piece.StartsWith("3D", StringComparison.Ordinal))
                plain.Append('=');
            else
                return null;
            plain.Append(piece, 2, piece.Length - 2);
        }

        return plain.Length == 0 ? null : plain.ToString();
    }
}
