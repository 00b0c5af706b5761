using System.Buffers;
using System.Buffers.Text;
using System.Text;
using XmppRpc.Serialization;

namespace XmppRpc.Frames;

/// <summary>Writes frames as lines of JSON. Call ids, numbers and our own words need no escaping; other text goes through the encoder.</summary>
internal ref struct FrameWriter(IBufferWriter<byte> output)
{
    private bool _first;

    public static string Shorten(string text, int maxLength) => text.Length <= maxLength ? text : text[..maxLength];

    public void Open(scoped ReadOnlySpan<byte> kind, CallId id)
    {
        Begin(kind);
        var span = output.GetSpan(96);
        span[0] = (byte)'"';
        var length = 1 + id.Write(span[1..]);
        span[length++] = (byte)'"';
        output.Advance(length);
    }

    public void Open(scoped ReadOnlySpan<byte> kind, string value)
    {
        Begin(kind);
        Quoted(value);
    }

    public void Text(scoped ReadOnlySpan<byte> name, string value)
    {
        Name(name);
        Quoted(value);
    }

    public void Number(scoped ReadOnlySpan<byte> name, long value)
    {
        Name(name);
        Utf8Formatter.TryFormat(value, output.GetSpan(20), out var written);
        output.Advance(written);
    }

    public void Number(scoped ReadOnlySpan<byte> name, double value)
    {
        Name(name);
        Utf8Formatter.TryFormat(value, output.GetSpan(32), out var written);
        output.Advance(written);
    }

    public void Numbers(scoped ReadOnlySpan<byte> name, ReadOnlySpan<long> values)
    {
        Name(name);
        output.Write("["u8);
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                output.Write(","u8);
            Utf8Formatter.TryFormat(values[i], output.GetSpan(20), out var written);
            output.Advance(written);
        }
        output.Write("]"u8);
    }

    public void Credit(Credit? credit)
    {
        if (credit is not { } given)
            return;
        Number("up"u8, given.Items);
        Number("ub"u8, given.Bytes);
    }

    public void Headers(RpcHeaders headers)
    {
        if (headers.Count == 0)
            return;
        OpenObject("h"u8);
        foreach (var (name, value) in headers)
            Text(Encoding.ASCII.GetBytes(name), value);
        CloseObject();
    }

    /// <summary>A line that is written already.</summary>
    public readonly void Line(ReadOnlySpan<byte> line)
    {
        output.Write(line);
        output.Write("\n"u8);
    }

    /// <summary>A member that is JSON already; left out if it is empty.</summary>
    public void Raw(scoped ReadOnlySpan<byte> name, ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
            return;
        Name(name);
        output.Write(json);
    }

    public void OpenObject(scoped ReadOnlySpan<byte> name)
    {
        Name(name);
        output.Write("{"u8);
        _first = true;
    }

    public void CloseObject()
    {
        output.Write("}"u8);
        _first = false;
    }

    public void Close(scoped ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload)
    {
        Raw(name, payload);
        Close();
    }

    public readonly void Close() => output.Write("}\n"u8);

    private void Begin(scoped ReadOnlySpan<byte> kind)
    {
        output.Write("{"u8);
        _first = true;
        Name(kind);
    }

    private void Name(scoped ReadOnlySpan<byte> name)
    {
        var span = output.GetSpan(name.Length + 4);
        var length = 0;
        if (!_first)
            span[length++] = (byte)',';
        _first = false;
        span[length++] = (byte)'"';
        name.CopyTo(span[length..]);
        length += name.Length;
        span[length++] = (byte)'"';
        span[length++] = (byte)':';
        output.Advance(length);
    }

    private readonly void Quoted(string value)
    {
        var escaped = RpcJson.Encoder.Encode(value);
        var span = output.GetSpan(Encoding.UTF8.GetMaxByteCount(escaped.Length) + 2);
        span[0] = (byte)'"';
        var length = 1 + Encoding.UTF8.GetBytes(escaped, span[1..]);
        span[length++] = (byte)'"';
        output.Advance(length);
    }
}
