namespace XmppRpc.Frames;

internal abstract class CallBoundFrame(CallId id) : Frame
{
    protected const int Overhead = 160;

    public CallId Id { get; } = id;

    public override int MaxBytes => Overhead;
}

internal class CallFrame(CallId id, string path, int version, ReadOnlyMemory<byte> arguments) : CallBoundFrame(id)
{
    private int? _argumentsHash;

    public string Path { get; } = path;
    public int Version { get; } = version;
    public ReadOnlyMemory<byte> Arguments { get; private set; } = arguments;
    public bool IsOneWay { get; init; }

    /// <summary>The first credit of the stream that the callee is to send, or null.</summary>
    public Credit? Credit { get; init; }

    /// <summary>Whether the caller sends a stream.</summary>
    public bool HasUpload { get; init; }

    /// <summary>How often the call was sent before.</summary>
    public int Attempt { get; init; }

    /// <summary>The caller's trace (W3C Trace Context), or null.</summary>
    public string? TraceParent { get; init; }

    public RpcHeaders Headers { get; init; } = RpcHeaders.None;

    /// <summary>What is left of the call's time when it is read or written, in milliseconds.</summary>
    public virtual long? TimeToLive { get; init; }

    /// <summary>Keeps of the arguments only what it takes to know them again: what is remembered must not hold on to the stanza it came in.</summary>
    public void ForgetArguments()
    {
        if (_argumentsHash is not null)
            return;
        _argumentsHash = Hash(Arguments.Span);
        Arguments = default;
    }

    /// <summary>Whether the other call has the arguments that this one has or had.</summary>
    public bool HasSameArguments(CallFrame other) => _argumentsHash is { } hash ? hash == Hash(other.Arguments.Span) : Arguments.Span.SequenceEqual(other.Arguments.Span);

    private static int Hash(ReadOnlySpan<byte> arguments)
    {
        var hash = new HashCode();
        hash.AddBytes(arguments);
        return hash.ToHashCode();
    }

    public override int MaxBytes => Overhead + 128 + 6 * Path.Length + Headers.MaxBytes + Arguments.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("call"u8, Id);
        writer.Text("m"u8, Path);
        writer.Number("v"u8, Version);
        if (TimeToLive is { } ttl)
            writer.Number("ttl"u8, Math.Max(ttl, 1));
        if (IsOneWay)
            writer.Number("w"u8, 1);
        if (HasUpload || Credit is not null)
            writer.Text("s"u8, (HasUpload, Credit is not null) switch { (true, true) => "b", (true, false) => "u", _ => "d" });
        writer.Credit(Credit);
        if (Attempt > 0)
            writer.Number("try"u8, Attempt);
        if (TraceParent is not null)
            writer.Text("tp"u8, TraceParent);
        writer.Headers(Headers);
        writer.Close("a"u8, Arguments.Span);
    }
}

internal sealed class AckFrame(CallId id, bool deferred, string? instance) : CallBoundFrame(id)
{
    public bool IsDeferred { get; } = deferred;
    public string? Instance { get; } = instance;

    /// <summary>The first credit of the stream that the caller is to send, or null.</summary>
    public Credit? Credit { get; init; }

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("ack"u8, Id);
        writer.Text("st"u8, IsDeferred ? "deferred" : "taken");
        if (Instance is not null)
            writer.Text("in"u8, Instance);
        writer.Credit(Credit);
        writer.Close();
    }
}

internal sealed class ProgressFrame(CallId id, RpcProgress? progress) : CallBoundFrame(id)
{
    public const int MaxTextLength = 512;

    public RpcProgress? Progress { get; } = progress;

    /// <summary>A value of the method's own progress, as JSON; or empty.</summary>
    public ReadOnlyMemory<byte> Value { get; init; }

    public override int MaxBytes => Overhead + 6 * Math.Min(Progress?.Text?.Length ?? 0, MaxTextLength) + Value.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("progress"u8, Id);
        writer.OpenObject("p"u8);
        if (Progress?.Fraction is { } fraction && double.IsFinite(fraction))
            writer.Number("fraction"u8, fraction);
        if (Progress?.Text is { } text)
            writer.Text("text"u8, FrameWriter.Shorten(text, MaxTextLength));
        writer.Raw("value"u8, Value.Span);
        writer.CloseObject();
        writer.Close();
    }
}

internal sealed class ReplyFrame(CallId id, ReadOnlyMemory<byte> result) : CallBoundFrame(id)
{
    public ReadOnlyMemory<byte> Result { get; } = result;

    public RpcHeaders Headers { get; init; } = RpcHeaders.None;

    public override int MaxBytes => Overhead + Headers.MaxBytes + Result.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("reply"u8, Id);
        writer.Headers(Headers);
        writer.Close("r"u8, Result.Span);
    }
}

internal sealed class FaultFrame(CallId id, RpcStatus status, string? message) : CallBoundFrame(id)
{
    public const int MaxMessageLength = 1024;
    public const int MaxCodeLength = 64;

    public RpcStatus Status { get; } = status;
    public string? Message { get; } = message;
    public string? Code { get; init; }
    public bool? Ran { get; init; }

    /// <summary>Items of the download that were sent before; the stream fills it in when it ends.</summary>
    public long? ItemsBefore { get; set; }


    /// <summary>When the same may be tried again, in milliseconds from now, or null.</summary>
    public long? RetryAfter { get; init; }

    public ReadOnlyMemory<byte> Detail { get; init; }

    public override bool IsStreamed => ItemsBefore is not null;

    public override int MaxBytes => Overhead + 6 * (Math.Min(Message?.Length ?? 0, MaxMessageLength) + Math.Min(Code?.Length ?? 0, MaxCodeLength)) + Detail.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("fault"u8, Id);
        writer.Text("st"u8, FrameNames.ToWire(Status));
        if (Code is not null)
            writer.Text("code"u8, FrameWriter.Shorten(Code, MaxCodeLength));
        if (ItemsBefore is { } items)
            writer.Number("n"u8, items);
        if (RetryAfter is { } retry)
            writer.Number("retry"u8, retry);
        if (Ran is { } ran)
            writer.Number("ran"u8, ran ? 1 : 0);
        writer.OpenObject("e"u8);
        if (Message is not null)
            writer.Text("message"u8, FrameWriter.Shorten(Message, MaxMessageLength));
        writer.Raw("detail"u8, Detail.Span);
        writer.CloseObject();
        writer.Close();
    }
}

internal sealed class CancelFrame(CallId id) : CallBoundFrame(id)
{
    public override void Write(ref FrameWriter writer)
    {
        writer.Open("cancel"u8, Id);
        writer.Close();
    }
}
