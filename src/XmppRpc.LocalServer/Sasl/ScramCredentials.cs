using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.LocalServer.Sasl;

/// <summary>What a server keeps of a password for SCRAM (RFC 5802 §3): enough to check a proof, not enough to make one.</summary>
internal sealed record ScramCredentials(HashAlgorithmName Hash, byte[] Salt, int Iterations, byte[] StoredKey, byte[] ServerKey)
{
    /// <summary>The least that RFC 7677 §4 allows: this server is for development, and logins should be quick.</summary>
    public const int DefaultIterations = 4096;

    public static ScramCredentials Create(HashAlgorithmName hash, string password, byte[] salt, int iterations = DefaultIterations)
    {
        var size = hash == HashAlgorithmName.SHA256 ? SHA256.HashSizeInBytes : SHA1.HashSizeInBytes;
        var salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Prepare(password)), salt, iterations, hash, size);
        var storedKey = CryptographicOperations.HashData(hash, CryptographicOperations.HmacData(hash, salted, "Client Key"u8));
        return new(hash, salt, iterations, storedKey, CryptographicOperations.HmacData(hash, salted, "Server Key"u8));
    }

    /// <summary>SASLprep (RFC 4013) for the passwords that NFKC alone prepares; the rare others are refused rather than guessed.</summary>
    private static string Prepare(string password)
    {
        foreach (var rune in password.EnumerateRunes())
            if (IsRefused(rune))
                throw new ArgumentException($"The password holds U+{rune.Value.ToString("X4", CultureInfo.InvariantCulture)}, a control, formatting or unassigned character. Choose another one.", nameof(password));
        return password.Normalize(NormalizationForm.FormKC);
    }

    private static bool IsRefused(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => true,
        // RFC 3454 tables B.1 (mapped to nothing) and C.1.2 (a space that NFKC keeps), and U+FFFD for a lone surrogate
        _ => rune.Value is 0x034F or 0x1680 or 0x1806 or (>= 0x180B and <= 0x180D) or (>= 0xFE00 and <= 0xFE0F) or 0xFFFD,
    };
}
