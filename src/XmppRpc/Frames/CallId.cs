using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.Frames;

/// <summary>A call id as the wire has it. A volatile one is <c>link.number</c>, number in base 36; any other has no number (-1).</summary>
internal readonly record struct CallId(string Scope, long Number)
{
    public const int InstanceLength = 6;
    private const int MaxLength = 64;
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const string IdCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> IdCharacterSet = SearchValues.Create(IdCharacters);

    public bool IsVolatile => Number >= 0;

    /// <summary>One run of a callee process; new at each start.</summary>
    public static string NewInstance() => RandomNumberGenerator.GetString(IdCharacters, InstanceLength);

    /// <summary>A link from this process to that instance.</summary>
    public static string NewLink(string instance) => instance + RandomNumberGenerator.GetString(IdCharacters, 14);

    /// <summary>Whether a peer may call itself so: it becomes the beginning of our call ids.</summary>
    public static bool IsInstance(string? text) => text is { Length: InstanceLength } && text.AsSpan().IndexOfAnyExcept(IdCharacterSet) < 0;

    public static string NewToken() => RandomNumberGenerator.GetString(IdCharacters, 22);

    public static bool TryParse(ReadOnlySpan<byte> text, TextCache scopes, out CallId id)
    {
        id = default;
        if (text.Length is 0 or > MaxLength)
            return false;
        foreach (var b in text)
            if (!char.IsAsciiLetterOrDigit((char)b) && b is not ((byte)'_' or (byte)'.' or (byte)'-'))
                return false;
        var dot = text.LastIndexOf((byte)'.');
        if (dot > 0 && TryParseNumber(text[(dot + 1)..], out var number))
            id = new CallId(scopes.Get(text[..dot]), number);
        else
            id = new CallId(scopes.Get(text), -1);
        return true;
    }

    public int Write(Span<byte> output)
    {
        var length = Encoding.ASCII.GetBytes(Scope, output);
        if (!IsVolatile)
            return length;
        output[length++] = (byte)'.';
        Span<byte> digits = stackalloc byte[13];
        var position = digits.Length;
        var rest = Number;
        do
        {
            digits[--position] = (byte)Digits[(int)(rest % 36)];
            rest /= 36;
        }
        while (rest > 0);
        digits[position..].CopyTo(output[length..]);
        return length + digits.Length - position;
    }

    public RpcCallId ToCallId() => new(ToString());

    public override string ToString()
    {
        Span<byte> text = stackalloc byte[MaxLength + 14];
        return Encoding.ASCII.GetString(text[..Write(text)]);
    }

    private static bool TryParseNumber(ReadOnlySpan<byte> digits, out long number)
    {
        number = 0;
        if (digits.Length is 0 or > 11 || (digits[0] == '0' && digits.Length > 1))
            return false;
        foreach (var b in digits)
        {
            var value = b switch { >= (byte)'0' and <= (byte)'9' => b - '0', >= (byte)'a' and <= (byte)'z' => b - 'a' + 10, _ => -1 };
            if (value < 0)
                return false;
            number = number * 36 + value;
        }
        return true;
    }
}

/// <summary>Gives the same string for the same short text, mostly: links and method paths come again and again. Owned by one reader.</summary>
internal sealed class TextCache
{
    private const int MaxLength = 64;
    private readonly string?[] _entries = new string?[256];

    public string Get(ReadOnlySpan<byte> ascii)
    {
        if (ascii.Length > MaxLength)
            return Encoding.UTF8.GetString(ascii);
        var hash = new HashCode();
        hash.AddBytes(ascii);
        ref var entry = ref _entries[hash.ToHashCode() & 255];
        if (entry is null || !Ascii.Equals(ascii, entry))
            entry = Encoding.UTF8.GetString(ascii);
        return entry;
    }
}
