using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;

namespace XmppRpc.Serialization;

/// <summary>Writes one payload as one line of JSON that needs no escaping in XML text.</summary>
internal sealed class PayloadWriter
{
    // Backquote, less-than, greater-than, ampersand and control characters: only a pre-encoded property name or a raw value of a user's converter can hold one.
    private static readonly SearchValues<byte> Unclean = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'`', (byte)'<', (byte)'>', (byte)'&']);

    private readonly ArrayBufferWriter<byte> _buffer = new(256);

    public PayloadWriter() => Json = new Utf8JsonWriter(_buffer, new JsonWriterOptions { Encoder = RpcJson.Encoder, MaxDepth = 64, SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    /// <summary>The payload's own copy; the writer is ready for the next one.</summary>
    public byte[] Finish()
    {
        var payload = Complete().ToArray();
        Reset();
        return payload;
    }

    /// <summary>Bytes written and flushed.</summary>
    public int Length => _buffer.WrittenCount;

    /// <summary>What was written and flushed, until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.WrittenSpan;

    /// <summary>The own copy of an array of which that many bytes are good, without its end; the writer is ready for the next one.</summary>
    public byte[] FinishArray(int length)
    {
        var array = new byte[length + 1];
        _buffer.WrittenSpan[..length].CopyTo(array);
        array[length] = (byte)']';
        Json.Flush();
        Reset();
        return array.AsSpan().IndexOfAny(Unclean) < 0 ? array : Rewrite(array);
    }

    /// <summary>The payload; it is valid until the reset that must follow.</summary>
    public ReadOnlySpan<byte> Complete()
    {
        Json.Flush();
        return _buffer.WrittenSpan.IndexOfAny(Unclean) < 0 ? _buffer.WrittenSpan : Rewrite(_buffer.WrittenSpan);
    }

    public void Reset()
    {
        _buffer.ResetWrittenCount();
        Json.Reset();
    }

    public bool IsReusable => _buffer.Capacity <= 64 * 1024;

    private static byte[] Rewrite(ReadOnlySpan<byte> payload)
    {
        var output = new ArrayBufferWriter<byte>(payload.Length + 64);
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = RpcJson.Encoder, MaxDepth = 64 });
        var reader = new Utf8JsonReader(payload, new JsonReaderOptions { MaxDepth = 64 });
        while (reader.Read())
            Copy(ref reader, writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: writer.WriteStartObject(); break;
            case JsonTokenType.EndObject: writer.WriteEndObject(); break;
            case JsonTokenType.StartArray: writer.WriteStartArray(); break;
            case JsonTokenType.EndArray: writer.WriteEndArray(); break;
            case JsonTokenType.PropertyName: writer.WritePropertyName(reader.GetString()!); break;
            case JsonTokenType.String: writer.WriteStringValue(reader.GetString()); break;
            default: writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true); break;
        }
    }
}

/// <summary>Payload writers that wait for their next use.</summary>
internal sealed class PayloadPool
{
    private const int MaxPooled = 256;
    private readonly ConcurrentQueue<PayloadWriter> _free = new();

    public PayloadWriter Rent() => _free.TryDequeue(out var writer) ? writer : new PayloadWriter();

    public void Return(PayloadWriter writer)
    {
        if (writer.IsReusable && _free.Count < MaxPooled)
            _free.Enqueue(writer);
    }
}
