using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace XmppRpc.Serialization;

/// <summary>
/// Reads the arguments of one call by name. An argument that is missing, twice there, null where it may not be, or of another type throws
/// <see cref="RpcException"/> with <see cref="RpcStatus.InvalidArgument"/> and its name; unknown ones are ignored.
/// </summary>
public sealed class RpcArgumentReader
{
    private static readonly JsonReaderOptions Strict = new() { MaxDepth = 32 };
    private readonly ReadOnlyMemory<byte> _json;
    private FewArguments _few;
    private List<Argument>? _more;
    private int _count;

    /// <summary>Indexes a JSON object; empty stands for no arguments.</summary>
    public RpcArgumentReader(ReadOnlyMemory<byte> json)
    {
        _json = json;
        if (json.IsEmpty)
            return;
        try
        {
            Index();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Invalid("The arguments are not one JSON object.", e);
        }
    }

    /// <summary>A text that is not null.</summary>
    public string String(ReadOnlySpan<byte> name) => Read(name, BuiltInJson.String);

    /// <summary>A text that is not null, or the default if it is missing.</summary>
    public string String(ReadOnlySpan<byte> name, string defaultValue) => Has(name) ? String(name) : defaultValue;

    /// <summary>A truth value.</summary>
    public bool Boolean(ReadOnlySpan<byte> name) => Read(name, BuiltInJson.Boolean);

    /// <summary>A truth value, or the default if it is missing.</summary>
    public bool Boolean(ReadOnlySpan<byte> name, bool defaultValue) => Has(name) ? Boolean(name) : defaultValue;

    /// <summary>A number.</summary>
    public int Int32(ReadOnlySpan<byte> name) => Read(name, BuiltInJson.Int32);

    /// <summary>A number, or the default if it is missing.</summary>
    public int Int32(ReadOnlySpan<byte> name, int defaultValue) => Has(name) ? Int32(name) : defaultValue;

    /// <summary>A number.</summary>
    public long Int64(ReadOnlySpan<byte> name) => Read(name, BuiltInJson.Int64);

    /// <summary>A number, or the default if it is missing.</summary>
    public long Int64(ReadOnlySpan<byte> name, long defaultValue) => Has(name) ? Int64(name) : defaultValue;

    /// <summary>A value that is not null.</summary>
    public T Read<T>(ReadOnlySpan<byte> name, JsonTypeInfo<T> type) => ReadNullable(name, type) ?? throw Invalid($"Argument '{Text(name)}' may not be null.");

    /// <summary>A value that is not null, or the default if it is missing.</summary>
    public T Read<T>(ReadOnlySpan<byte> name, JsonTypeInfo<T> type, T defaultValue) => Has(name) ? Read(name, type) : defaultValue;

    /// <summary>A value that may be null.</summary>
    public T? ReadNullable<T>(ReadOnlySpan<byte> name, JsonTypeInfo<T> type)
    {
        var value = Find(name) ?? throw Invalid($"Argument '{Text(name)}' is missing.");
        try
        {
            var reader = new Utf8JsonReader(_json.Span.Slice(value.ValueStart, value.ValueLength), Strict);
            return JsonSerializer.Deserialize(ref reader, type);
        }
        catch (Exception e)
        {
            // Constructors and converters of the user's types run in here, and may throw what they like.
            throw Invalid($"Argument '{Text(name)}' cannot be read{(e is JsonException { Path: { Length: > 1 } path } ? $" at {path}" : "")}: it is not of the contract's type.", e);
        }
    }

    /// <summary>A value that may be null, or the default if it is missing.</summary>
    public T? ReadNullable<T>(ReadOnlySpan<byte> name, JsonTypeInfo<T> type, T? defaultValue) => Has(name) ? ReadNullable(name, type) : defaultValue;

    /// <summary>The stream that the caller sends; it can be enumerated once.</summary>
    public IAsyncEnumerable<T> ReadStream<T>(JsonTypeInfo<T> item) => CallInputs().ReadStream(item);

    /// <summary>Where the implementation reports its progress to the caller.</summary>
    public IProgress<T> Progress<T>(JsonTypeInfo<T> value) => CallInputs().Progress(value);

    /// <summary>A header that must be there.</summary>
    public string Header(string name) => CallInputs().Header(name) ?? throw Invalid($"Header '{name}' is missing.");

    /// <summary>A header, or null.</summary>
    public string? HeaderOrNull(string name) => CallInputs().Header(name);

    internal ICallInputs? Inputs { get; init; }

    private ICallInputs CallInputs() => Inputs ?? throw new InvalidOperationException("The arguments were read without a call.");

    private bool Has(ReadOnlySpan<byte> name) => Find(name) is not null;

    private Argument? Find(ReadOnlySpan<byte> name)
    {
        Argument? found = null;
        for (var i = 0; i < _count; i++)
        {
            var argument = i < FewArguments.Length ? _few[i] : _more![i - FewArguments.Length];
            if (!argument.Name.Span.SequenceEqual(name))
                continue;
            if (found is not null)
                throw Invalid($"Argument '{Text(name)}' is there twice.");
            found = argument;
        }
        return found;
    }

    private void Index()
    {
        var reader = new Utf8JsonReader(_json.Span, Strict);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw Invalid("The arguments are not one JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.ValueIsEscaped
                ? Encoding.UTF8.GetBytes(reader.GetString()!)
                : _json.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            Add(new Argument(name, start, (int)reader.BytesConsumed - start));
        }
    }

    private void Add(Argument argument)
    {
        if (_count < FewArguments.Length)
            _few[_count] = argument;
        else
            (_more ??= []).Add(argument);
        _count++;
    }

    private static string Text(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name);

    private static RpcException Invalid(string message, Exception? inner = null) => new(RpcStatus.InvalidArgument, message, inner) { Outcome = RpcOutcome.NotExecuted };

    private readonly record struct Argument(ReadOnlyMemory<byte> Name, int ValueStart, int ValueLength);

    // Most methods have no more, and nothing is allocated for them.
    [InlineArray(Length)]
    private struct FewArguments
    {
        public const int Length = 4;

        private Argument _first;
    }
}
