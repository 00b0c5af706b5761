using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.Xmpp;

/// <summary>
/// What SCRAM makes of a password at great cost (RFC 5802 §5.1 lets a client keep it), so that a reconnect is cheap. Bounded; what leaves it is zeroed. It belongs to the options and their copies,
/// and is no part of their identity.
/// </summary>
internal sealed class SaltedPasswords
{
    private const int Capacity = 64;

    private readonly Lock _gate = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, byte[]> _salted = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldest = new();

    /// <summary>A copy of what is kept for exactly these values, or null.</summary>
    public byte[]? Find(HashAlgorithmName hash, string preparedPassword, ReadOnlySpan<byte> salt, int iterations)
    {
        var entry = Entry(hash, preparedPassword, salt, iterations);
        lock (_gate)
            return _salted.TryGetValue(entry, out var salted) ? [.. salted] : null;
    }

    /// <summary>Keeps a copy.</summary>
    public void Keep(HashAlgorithmName hash, string preparedPassword, ReadOnlySpan<byte> salt, int iterations, ReadOnlySpan<byte> salted)
    {
        var entry = Entry(hash, preparedPassword, salt, iterations);
        lock (_gate)
        {
            if (!_salted.TryAdd(entry, salted.ToArray()))
                return;
            _oldest.Enqueue(entry);
            if (_oldest.Count > Capacity && _salted.Remove(_oldest.Dequeue(), out var old))
                CryptographicOperations.ZeroMemory(old);
        }
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SaltedPasswords;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    // the password is part of the name, but does not stand in it
    private string Entry(HashAlgorithmName hash, string preparedPassword, ReadOnlySpan<byte> salt, int iterations)
    {
        var password = Encoding.UTF8.GetBytes(preparedPassword);
        var tag = HMACSHA256.HashData(_key, password);
        CryptographicOperations.ZeroMemory(password);
        return string.Create(null, $"{hash.Name} {iterations} {Convert.ToBase64String(salt)} {Convert.ToBase64String(tag)}");
    }
}
