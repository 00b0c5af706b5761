using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace XmppRpc.Serialization;

/// <summary>Writes the arguments of one call by name, as one JSON object. Made by <c>RpcInvoker.Begin</c>; not safe for concurrent use.</summary>
public sealed class RpcArgumentWriter
{
    private readonly PayloadPool _pool;
    private readonly PayloadWriter _payload;

    internal RpcArgumentWriter(PayloadPool pool)
    {
        _pool = pool;
        _payload = pool.Rent();
        _payload.Json.WriteStartObject();
    }

    /// <summary>Writes a text, or null.</summary>
    public void Write(ReadOnlySpan<byte> name, string? value) => _payload.Json.WriteString(name, value);

    /// <summary>Writes a truth value.</summary>
    public void Write(ReadOnlySpan<byte> name, bool value) => _payload.Json.WriteBoolean(name, value);

    /// <summary>Writes a number.</summary>
    public void Write(ReadOnlySpan<byte> name, int value) => _payload.Json.WriteNumber(name, value);

    /// <summary>Writes a number.</summary>
    public void Write(ReadOnlySpan<byte> name, long value) => _payload.Json.WriteNumber(name, value);

    /// <summary>Writes a value of any type the contract knows; <see cref="ArgumentException"/> names one that cannot be written.</summary>
    public void Write<T>(ReadOnlySpan<byte> name, T value, JsonTypeInfo<T> type)
    {
        _payload.Json.WritePropertyName(name);
        try
        {
            JsonSerializer.Serialize(_payload.Json, value, type);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new ArgumentException($"The argument cannot be written as {typeof(T).Name}: {e.Message}", Encoding.UTF8.GetString(name), e);
        }
    }

    /// <summary>The items that the call sends as a stream, beside its arguments. The name is that of the parameter.</summary>
    public void WriteStream<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> item, [CallerArgumentExpression(nameof(items))] string? name = null)
    {
        ArgumentNullException.ThrowIfNull(items, name);
        Upload = new ItemSource<T>(items, item);
    }

    /// <summary>Where the callee's progress is reported; null for nowhere.</summary>
    public void ReportTo<T>(IProgress<T>? progress, JsonTypeInfo<T> value) => Progress = progress is null ? null : new ProgressSink<T>(progress, value);

    /// <summary>A text that travels as a header of the call; null leaves it out.</summary>
    /// <exception cref="ArgumentException">The name or the value cannot travel.</exception>
    public void WriteHeader(string name, string? value)
    {
        if (value is not null)
            (Headers ??= []).Add(new(name, value));
    }

    /// <summary>Options of this one call; null takes the proxy's.</summary>
    public void Use(RpcCallOptions? options) => Options = options;

    internal ItemSource? Upload { get; private set; }

    internal ProgressSink? Progress { get; private set; }

    internal RpcCallOptions? Options { get; private set; }

    internal List<KeyValuePair<string, string>>? Headers { get; private set; }

    /// <summary>Ends the object and gives the writer back; one call, one use.</summary>
    internal ReadOnlyMemory<byte> Finish()
    {
        _payload.Json.WriteEndObject();
        var bytes = _payload.Finish();
        _pool.Return(_payload);
        return bytes;
    }
}
