using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace XmppRpc;

/// <summary>
/// Texts that travel beside the arguments or the result of a call, by name; names are compared exactly. At most 64, names of 1 to 64 characters
/// <c>A-Z a-z 0-9 - _ .</c>, values up to 4,096 characters.
/// </summary>
internal sealed class RpcHeaders : IReadOnlyDictionary<string, string>
{
    public const int MaxCount = 64, MaxNameLength = 64, MaxValueLength = 4096;

    public static readonly RpcHeaders None = new(new Dictionary<string, string>(0, StringComparer.Ordinal));

    private readonly Dictionary<string, string> _values;

    private RpcHeaders(Dictionary<string, string> values) => _values = values;

    /// <summary>No more than these bytes are written for them, whatever the characters.</summary>
    public int MaxBytes { get; private init; }

    public int Count => _values.Count;

    public IEnumerable<string> Keys => _values.Keys;

    public IEnumerable<string> Values => _values.Values;

    public string this[string key] => _values[key];

    /// <summary>Checks and copies; <see cref="ArgumentException"/> names what cannot travel.</summary>
    public static RpcHeaders Of(IReadOnlyCollection<KeyValuePair<string, string>>? headers)
    {
        if (headers is null or { Count: 0 })
            return None;
        if (headers is RpcHeaders own)
            return own;
        if (headers.Count > MaxCount)
            throw new ArgumentException($"There are {headers.Count} headers; at most {MaxCount} travel with a call.", nameof(headers));
        var values = new Dictionary<string, string>(headers.Count, StringComparer.Ordinal);
        var bytes = 8;
        foreach (var (name, value) in headers)
        {
            if (!IsName(name))
                throw new ArgumentException($"'{name}' is no name of a header: 1 to {MaxNameLength} characters of A-Z, a-z, 0-9, '-', '_' and '.'.", nameof(headers));
            if (value is null || value.Length > MaxValueLength)
                throw new ArgumentException($"The value of header '{name}' is {(value is null ? "null" : $"{value.Length} characters long, and at most {MaxValueLength} travel")}.", nameof(headers));
            values[name] = value;
            bytes += name.Length + 6 * value.Length + 8;
        }
        return new RpcHeaders(values) { MaxBytes = bytes };
    }

    public static bool IsName([NotNullWhen(true)] string? name)
    {
        if (name is not { Length: >= 1 and <= MaxNameLength })
            return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
                return false;
        return true;
    }

    public bool ContainsKey(string key) => _values.ContainsKey(key);

    public bool TryGetValue(string key, [MaybeNullWhen(false)] out string value) => _values.TryGetValue(key, out value);

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
