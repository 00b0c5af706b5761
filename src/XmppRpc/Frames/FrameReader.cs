using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace XmppRpc.Frames;

/// <summary>Reads the text of one stanza into frames. A line that is no frame is counted and its neighbours live. Used by one thread at a time.</summary>
internal sealed class FrameReader
{
    private const int MaxDepth = 40;
    private const int MaxValueBytes = 512;

    // Ten years: no clock here overflows, and nobody waits longer.
    private const long MaxTimeToLive = 3650L * 24 * 60 * 60 * 1000;
    private readonly TextCache _names = new();

    /// <summary>Lines that were no frame.</summary>
    public long BadLines { get; private set; }

    /// <summary>Adds the frames of a text to a list. The text is theirs from now on: it is rewritten where it stands, and payloads are slices of it.</summary>
    public void Read(ReadOnlyMemory<byte> text, List<Frame> frames)
    {
        var start = frames.Count;
        if (!MemoryMarshal.TryGetArray(text, out var own))
            own = text.ToArray();
        if (QuoteSwap.IsSwapped(own))
            QuoteSwap.Swap(own);
        ReadOnlyMemory<byte> rest = own;
        while (!rest.IsEmpty)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Span.Trim(" \t\r"u8).IsEmpty)
                continue;
            switch (ReadLine(line))
            {
                case null:
                    BadLines++;
                    break;
                case PartFrame part:
                    // Its slice is no frame, whatever it looks like: a part and what is behind it are taken together, or not at all.
                    if (frames.Count == start && WithSlice(part, rest) is { } whole)
                        frames.Add(whole);
                    else
                        BadLines++;
                    return;
                case { } frame:
                    frames.Add(frame);
                    break;
            }
        }
    }

    /// <summary>The part with the line behind it, or null if that is empty or not the last.</summary>
    private static PartFrame? WithSlice(PartFrame part, ReadOnlyMemory<byte> rest)
    {
        var end = rest.Span.IndexOf((byte)'\n');
        if (end >= 0 && !rest.Span[end..].Trim(" \t\r\n"u8).IsEmpty)
            return null;
        var slice = end < 0 ? rest : rest[..end];
        return slice.IsEmpty ? null : new PartFrame(part.Id, part.Of, part.Number) { Path = part.Path, Slice = slice };
    }

    /// <summary>The frame that a line holds, or null.</summary>
    public Frame? ReadLine(ReadOnlyMemory<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read() || reader.TokenType != JsonTokenType.PropertyName)
                return null;
            var kind = Kind(ref reader);
            reader.Read();
            var isText = reader.TokenType == JsonTokenType.String;
            var value = isText && !reader.ValueIsEscaped && reader.ValueSpan.Length <= MaxValueBytes ? _names.Get(reader.ValueSpan) : null;
            CallId? id = isText && CallId.TryParse(reader.ValueSpan, _names, out var parsed) ? parsed : null;
            reader.Skip();
            var members = new FrameMembers(_names, line, kind);
            var isRead = kind is null ? members.ReadMust(ref reader) : members.Read(ref reader);
            return !isRead || reader.Read() ? null : Create(kind, id, value, members);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string? Kind(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped)
            return Kind(Encoding.UTF8.GetBytes(reader.GetString()!));
        return Kind(reader.ValueSpan);
    }

    private static string? Kind(ReadOnlySpan<byte> name)
    {
        foreach (var (kind, text) in Kinds)
            if (name.SequenceEqual(kind))
                return text;
        return null;
    }

    private static readonly (byte[] Name, string Text)[] Kinds = [.. from text in (string[])["reply", "call", "item", "credit", "ack", "fault", "cancel", "progress", "end", "low", "who", "here", "resume", "part"] select (Encoding.UTF8.GetBytes(text), text)];

    private static Frame? Create(string? kind, CallId? id, string? value, in FrameMembers m) => (kind, id) switch
    {
        ("call", { } call) when m is { Method: { } method, Version: >= 0 and <= int.MaxValue, Streams: null or "d" or "u" or "b" } => new CallFrame(call, method, (int)m.Version, m.Arguments)
        {
            IsOneWay = m.OneWay,
            TimeToLive = m.TimeToLive is { } left ? Math.Min(left, MaxTimeToLive) : null,
            Credit = m.Streams is "d" or "b" ? new Credit(m.UpTo ?? 0, m.UpToBytes ?? 0) : null,
            HasUpload = m.Streams is "u" or "b",
            Attempt = (int)Math.Min(m.Attempt, int.MaxValue),
            TraceParent = m.TraceParent,
            Headers = m.Headers,
        },
        ("ack", { } call) => new AckFrame(call, m.Status is "deferred", m.Instance) { Credit = m is { UpTo: { } items, UpToBytes: { } bytes } ? new Credit(items, bytes) : null },
        ("progress", { } call) => new ProgressFrame(call, m.Fraction is null && m.Text is null ? null : new RpcProgress(m.Fraction, m.Text)) { Value = m.Value },
        ("reply", { } call) => new ReplyFrame(call, m.Result) { Headers = m.Headers },
        ("fault", { } call) => new FaultFrame(call, FrameNames.StatusFromWire(m.Status), m.Text) { Code = m.Code, Ran = m.Ran, ItemsBefore = m.Count, RetryAfter = m.RetryAfter, Detail = m.Detail },
        ("cancel", { } call) => new CancelFrame(call),
        ("item", { } call) when m is { Count: >= 1, Items.Length: > 0 } => new ItemFrame(call, m.IsUpload, m.Count.Value, m.ItemCount, m.Items),
        ("end", { } call) when m.Count >= 0 => new EndFrame(call, m.IsUpload, m.Count.Value),
        ("credit", { } call) when m is { UpTo: >= 0, UpToBytes: >= 0 } => new CreditFrame(call, m.IsUpload, m.Got, new Credit(m.UpTo.Value, m.UpToBytes.Value)),
        ("resume", { } call) when m is { From: >= 1, UpTo: >= 0, UpToBytes: >= 0 } => new ResumeFrame(call, m.IsUpload, m.From.Value, new Credit(m.UpTo.Value, m.UpToBytes.Value)),
        ("part", { } call) when m is { Of: >= 2 and <= WireSizes.MaxParts, Part: >= 0 } && m.Part < m.Of => new PartFrame(call, (int)m.Of.Value, (int)m.Part.Value) { Path = m.Method },
        ("low", { Number: -1 } link) when m.Count >= 0 => new LowFrame(link.Scope, m.Count.Value, m.But),
        ("who", _) when value is not null => new WhoFrame(value),
        ("here", _) when value is not null && CallId.IsInstance(m.Instance) => new HereFrame(value, m.Instance!, (int)Math.Min(m.Load, int.MaxValue), m.MaxBytes == 0 ? int.MaxValue : (int)Math.Min(m.MaxBytes, int.MaxValue)),
        (null, _) => new UnknownFrame(id, m.Must),
        _ => null,
    };
}
