using System.Text.Json;

namespace XmppRpc.Frames;

/// <summary>
/// What the members behind the first one say, whichever frame they are in. Unknown members are ignored; a known one of another type makes the line no frame.
/// Numbers are whole, from 0 to 2^53.
/// </summary>
internal struct FrameMembers(TextCache names, ReadOnlyMemory<byte> line, string? kind)
{
    private const long MaxNumber = 1L << 53;

    public string? Method;
    public string? Status;
    public string? Code;
    public string? Instance;
    public string? Text;
    public double? Fraction;
    public long Version;
    public long? TimeToLive;
    public long? Count;
    public long? UpTo;
    public long? UpToBytes;
    public long? RetryAfter;
    public long? From;
    public long? Of;
    public long? Part;
    public long Attempt;
    public long Got;
    public long Load;
    public int ItemCount;
    public long MaxBytes;
    public long[] But = [];
    public bool OneWay;
    public bool IsUpload;
    public string? Streams;
    public string? TraceParent;
    public RpcHeaders Headers = RpcHeaders.None;
    public bool Must;
    public bool? Ran;
    public ReadOnlyMemory<byte> Arguments;
    public ReadOnlyMemory<byte> Result;
    public ReadOnlyMemory<byte> Items;
    public ReadOnlyMemory<byte> Detail;
    public ReadOnlyMemory<byte> Value;

    /// <summary>Reads to the end of the frame; false if there is anything a frame cannot hold.</summary>
    public bool Read(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.EndObject)
                return true;
            if (!ReadMember(ref reader))
                return false;
        }
        return false;
    }

    /// <summary>Reads a frame of a later version, whose members may be anything, for its <c>must</c> alone.</summary>
    public bool ReadMust(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!Is(ref reader, "must"u8))
            {
                reader.Read();
                reader.Skip();
            }
            else if (!TakeFlag(ref reader, out Must))
                return false;
        }
        return reader.TokenType == JsonTokenType.EndObject;
    }

    private bool ReadMember(ref Utf8JsonReader reader)
    {
        if (Is(ref reader, "a"u8))
            return TakeJson(ref reader, out Arguments);
        if (Is(ref reader, "r"u8))
            return TakeJson(ref reader, out Result);
        if (Is(ref reader, "i"u8))
            return TakeArray(ref reader, out Items, out ItemCount);
        if (Is(ref reader, "m"u8))
            return TakeText(ref reader, ref Method, 512);
        if (Is(ref reader, "v"u8))
            return TakeNumber(ref reader, out Version);
        if (Is(ref reader, "ttl"u8))
            return TakeNumber(ref reader, out TimeToLive);
        if (Is(ref reader, "n"u8))
            return TakeNumber(ref reader, out Count);
        if (Is(ref reader, "got"u8))
            return TakeNumber(ref reader, out Got);
        if (Is(ref reader, "up"u8))
            return TakeNumber(ref reader, out UpTo);
        if (Is(ref reader, "ub"u8))
            return TakeNumber(ref reader, out UpToBytes);
        if (Is(ref reader, "st"u8))
            return TakeText(ref reader, ref Status, 32);
        if (Is(ref reader, "in"u8))
            return TakeText(ref reader, ref Instance, 64);
        if (Is(ref reader, "code"u8))
            return TakeText(ref reader, ref Code, FaultFrame.MaxCodeLength);
        if (Is(ref reader, "load"u8))
            return TakeNumber(ref reader, out Load);
        if (Is(ref reader, "max"u8))
            return TakeNumber(ref reader, out MaxBytes);
        if (Is(ref reader, "w"u8))
            return TakeFlag(ref reader, out OneWay);
        if (Is(ref reader, "ran"u8))
        {
            var known = TakeFlag(ref reader, out var ran);
            Ran = ran;
            return known;
        }
        if (Is(ref reader, "s"u8))
            return TakeText(ref reader, ref Streams, 8);
        if (Is(ref reader, "d"u8))
        {
            string? direction = null;
            var known = TakeText(ref reader, ref direction, 8);
            IsUpload = direction is "u";
            return known && direction is "u" or "d";
        }
        if (Is(ref reader, "from"u8))
            return TakeNumber(ref reader, out From);
        if (Is(ref reader, "of"u8))
            return TakeNumber(ref reader, out Of);
        if (Is(ref reader, "k"u8))
            return TakeNumber(ref reader, out Part);
        if (Is(ref reader, "retry"u8))
            return TakeNumber(ref reader, out RetryAfter);
        if (Is(ref reader, "try"u8))
            return TakeNumber(ref reader, out Attempt);
        if (Is(ref reader, "tp"u8))
            return TakeText(ref reader, ref TraceParent, 64);
        if (Is(ref reader, "h"u8))
            return TakeHeaders(ref reader);
        if (Is(ref reader, "but"u8))
            return TakeNumbers(ref reader);
        if (Is(ref reader, "p"u8) || Is(ref reader, "e"u8))
            return TakeObject(ref reader);
        if (reader.ValueTextEquals(kind))
            return false;
        reader.Read();
        reader.Skip();
        return true;
    }

    // Almost no name is escaped, and then its bytes are all there is to compare.
    private static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueIsEscaped ? reader.ValueTextEquals(name) : reader.ValueSpan.SequenceEqual(name);

    private readonly bool TakeJson(ref Utf8JsonReader reader, out ReadOnlyMemory<byte> json)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        json = line[start..(int)reader.BytesConsumed];
        return true;
    }

    private readonly bool TakeArray(ref Utf8JsonReader reader, out ReadOnlyMemory<byte> json, out int count)
    {
        (json, count) = (default, 0);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var start = (int)reader.TokenStartIndex;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
            reader.Skip();
        json = line[start..(int)reader.BytesConsumed];
        return true;
    }

    /// <summary>The inside of a progress or of an error.</summary>
    private bool TakeObject(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Is(ref reader, "message"u8) || Is(ref reader, "text"u8))
            {
                if (!TakeText(ref reader, ref Text, FaultFrame.MaxMessageLength))
                    return false;
            }
            else if (Is(ref reader, "fraction"u8))
            {
                reader.Read();
                if (!reader.TryGetDouble(out var fraction) || !double.IsFinite(fraction))
                    return false;
                Fraction = Math.Clamp(fraction, 0, 1);
            }
            else if (Is(ref reader, "detail"u8))
                TakeJson(ref reader, out Detail);
            else if (Is(ref reader, "value"u8))
                TakeJson(ref reader, out Value);
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
        return reader.TokenType == JsonTokenType.EndObject;
    }

    private bool TakeHeaders(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        var headers = new List<KeyValuePair<string, string>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            string? value = null;
            // One that another implementation lets through and we do not is left out; the call itself is good.
            if (TakeText(ref reader, ref value, RpcHeaders.MaxValueLength) && RpcHeaders.IsName(name) && headers.Count < RpcHeaders.MaxCount)
                headers.Add(new(name, value!));
            else
                reader.Skip();
        }
        Headers = RpcHeaders.Of(headers);
        return reader.TokenType == JsonTokenType.EndObject;
    }

    private readonly bool TakeText(ref Utf8JsonReader reader, ref string? text, int maxLength)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
            return false;
        text = reader.ValueIsEscaped ? reader.GetString()! : names.Get(reader.ValueSpan);
        if (text.Length > maxLength)
            text = text[..maxLength];
        return true;
    }

    private static bool TakeNumber(ref Utf8JsonReader reader, out long number)
    {
        reader.Read();
        number = 0;
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out number) && number is >= 0 and <= MaxNumber;
    }

    private static bool TakeNumber(ref Utf8JsonReader reader, out long? number)
    {
        var taken = TakeNumber(ref reader, out long value);
        number = value;
        return taken;
    }

    private static bool TakeFlag(ref Utf8JsonReader reader, out bool flag)
    {
        var taken = TakeNumber(ref reader, out long value);
        flag = value == 1;
        return taken;
    }

    private bool TakeNumbers(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            if (numbers.Count >= LowFrame.MaxBut || !reader.TryGetInt64(out var number) || number < 0)
                return false;
            numbers.Add(number);
        }
        But = [.. numbers];
        return reader.TokenType == JsonTokenType.EndArray;
    }
}
