namespace XmppRpc.Frames;

// The wire, version 1. One JSON object a line; the first member names the kind and carries the call id, the payload is the last member.
//
//  {"call":ID,"m":"acme.orders/place","v":1,"ttl":15000,"w":1,"s":"d","up":256,"ub":262144,"a":{…}}   w: one-way; s, up, ub: a stream and its first credit
//  {"ack":ID,"st":"taken"|"deferred","in":"x7Kd0w"}
//  {"progress":ID,"p":{"fraction":0.5,"text":"…"}}
//  {"reply":ID,"r":…}                                                                                  no r: nothing to return
//  {"fault":ID,"st":"not-found","code":"…","n":17,"retry":1000,"ran":0,"e":{"message":"…","detail":…}} n: items sent before it; ran: 0, 1 or not known
//  {"cancel":ID}
//  {"item":ID,"n":1,"i":[…]}                                                                           n: number of the first, from 1
//  {"end":ID,"n":17}
//  {"credit":ID,"got":17,"up":273,"ub":270000}                                                         absolute and cumulative
//  {"low":LINK,"n":4096,"but":[17,23]}
//  {"who":"acme.orders:1"}
//  {"here":"acme.orders:1","in":"x7Kd0w","load":3,"max":65536}

/// <summary>One RPC unit. Immutable but for its place in the outgoing queue.</summary>
internal abstract class Frame
{
    /// <summary>What a frame takes besides its payload, at most.</summary>
    public const int MaxOverhead = 1024;

    private const int Fresh = 0, Taken = 1, Withdrawn = 2;
    private int _state;

    /// <summary>No more than these bytes are written for it.</summary>
    public abstract int MaxBytes { get; }

    /// <summary>Whether it belongs behind the unary frames: items, and what must not overtake them.</summary>
    public virtual bool IsStreamed => false;

    public abstract void Write(ref FrameWriter writer);

    /// <summary>Takes the frame for writing; false if it was withdrawn.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Fresh) != Withdrawn;

    /// <summary>Takes the frame back; false if it was or is being written.</summary>
    public bool TryWithdraw() => Interlocked.CompareExchange(ref _state, Withdrawn, Fresh) == Fresh;

    /// <summary>Called when the frame was given to the connection, or could not be.</summary>
    public virtual void OnWritten(Exception? failure) { }
}

internal abstract class CallBoundFrame(CallId id) : Frame
{
    protected const int Overhead = 160;

    public CallId Id { get; } = id;

    public override int MaxBytes => Overhead;
}

/// <summary>How much of a stream may be sent: items up to a number, and, as long as less than so many bytes were sent, another item.</summary>
internal readonly record struct Credit(long Items, long Bytes);

internal class CallFrame(CallId id, string path, int version, ReadOnlyMemory<byte> arguments) : CallBoundFrame(id)
{
    public string Path { get; } = path;
    public int Version { get; } = version;
    public ReadOnlyMemory<byte> Arguments { get; } = arguments;
    public bool IsOneWay { get; init; }
    public Credit? Credit { get; init; }

    /// <summary>What is left of the call's time when it is read or written, in milliseconds.</summary>
    public virtual long? TimeToLive { get; init; }

    public override int MaxBytes => Overhead + 6 * Path.Length + Arguments.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("call"u8, Id);
        writer.Text("m"u8, Path);
        writer.Number("v"u8, Version);
        if (TimeToLive is { } ttl)
            writer.Number("ttl"u8, Math.Max(ttl, 1));
        if (IsOneWay)
            writer.Number("w"u8, 1);
        if (Credit is { } credit)
        {
            writer.Text("s"u8, "d");
            writer.Number("up"u8, credit.Items);
            writer.Number("ub"u8, credit.Bytes);
        }
        writer.Close("a"u8, Arguments.Span);
    }
}

internal sealed class AckFrame(CallId id, bool deferred, string? instance) : CallBoundFrame(id)
{
    public bool IsDeferred { get; } = deferred;
    public string? Instance { get; } = instance;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("ack"u8, Id);
        writer.Text("st"u8, IsDeferred ? "deferred" : "taken");
        if (Instance is not null)
            writer.Text("in"u8, Instance);
        writer.Close();
    }
}

internal sealed class ProgressFrame(CallId id, RpcProgress progress) : CallBoundFrame(id)
{
    public const int MaxTextLength = 512;

    public RpcProgress Progress { get; } = progress;

    public override int MaxBytes => Overhead + 6 * MaxTextLength;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("progress"u8, Id);
        writer.OpenObject("p"u8);
        if (Progress.Fraction is { } fraction && double.IsFinite(fraction))
            writer.Number("fraction"u8, fraction);
        if (Progress.Text is { } text)
            writer.Text("text"u8, FrameWriter.Shorten(text, MaxTextLength));
        writer.CloseObject();
        writer.Close();
    }
}

internal sealed class ReplyFrame(CallId id, ReadOnlyMemory<byte> result) : CallBoundFrame(id)
{
    public ReadOnlyMemory<byte> Result { get; } = result;

    public override int MaxBytes => Overhead + Result.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("reply"u8, Id);
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
    public long? ItemsBefore { get; init; }
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

internal sealed class ItemFrame(CallId id, long first, ReadOnlyMemory<byte> items) : CallBoundFrame(id)
{
    /// <summary>The number of the first item, from 1.</summary>
    public long First { get; } = first;

    /// <summary>A JSON array.</summary>
    public ReadOnlyMemory<byte> Items { get; } = items;

    public override bool IsStreamed => true;

    public override int MaxBytes => Overhead + Items.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("item"u8, Id);
        writer.Number("n"u8, First);
        writer.Close("i"u8, Items.Span);
    }
}

internal sealed class EndFrame(CallId id, long total) : CallBoundFrame(id)
{
    public long Total { get; } = total;

    public override bool IsStreamed => true;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("end"u8, Id);
        writer.Number("n"u8, Total);
        writer.Close();
    }
}

internal sealed class CreditFrame(CallId id, long got, Credit credit) : CallBoundFrame(id)
{
    public long Got { get; } = got;
    public Credit Credit { get; } = credit;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("credit"u8, Id);
        writer.Number("got"u8, Got);
        writer.Number("up"u8, Credit.Items);
        writer.Number("ub"u8, Credit.Bytes);
        writer.Close();
    }
}

/// <summary>All calls of the link below <see cref="Below"/> are settled, but those listed.</summary>
internal sealed class LowFrame(string link, long below, long[] but) : Frame
{
    public const int MaxBut = 256;

    public string Link { get; } = link;
    public long Below { get; } = below;
    public long[] But { get; } = but;

    public override int MaxBytes => 64 + Link.Length + 20 * But.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("low"u8, Link);
        writer.Number("n"u8, Below);
        if (But.Length > 0)
            writer.Numbers("but"u8, But);
        writer.Close();
    }
}

/// <summary>Asks every instance behind a bare JID; the contract is <c>name:major</c>.</summary>
internal sealed class WhoFrame(string contract) : Frame
{
    public string Contract { get; } = contract;

    public override int MaxBytes => 32 + 6 * Contract.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("who"u8, Contract);
        writer.Close();
    }
}

internal sealed class HereFrame(string contract, string instance, int load, int maxStanzaBytes) : Frame
{
    public string Contract { get; } = contract;
    public string Instance { get; } = instance;
    public int Load { get; } = load;
    public int MaxStanzaBytes { get; } = maxStanzaBytes;

    public override int MaxBytes => 128 + 6 * Contract.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("here"u8, Contract);
        writer.Text("in"u8, Instance);
        writer.Number("load"u8, Load);
        writer.Number("max"u8, MaxStanzaBytes);
        writer.Close();
    }
}

/// <summary>A frame of a later version; one that says <c>must</c> wants to be refused aloud.</summary>
internal sealed class UnknownFrame(CallId? id, bool must) : Frame
{
    public CallId? Id { get; } = id;
    public bool Must { get; } = must;

    public override int MaxBytes => 0;

    public override void Write(ref FrameWriter writer) => throw new NotSupportedException("Only known frames are written.");
}
