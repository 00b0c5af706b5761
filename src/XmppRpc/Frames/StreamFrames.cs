namespace XmppRpc.Frames;

/// <summary>How much of a stream may be sent: items up to a number, and, as long as less than so many bytes were sent, another item.</summary>
internal readonly record struct Credit(long Items, long Bytes);

/// <summary>A frame of one direction of a call's streams. What the sender says belongs behind the unary frames, what the receiver says does not.</summary>
internal abstract class StreamFrame(CallId id, bool isUpload) : CallBoundFrame(id)
{
    /// <summary>Of the stream that the caller sends; else of the one that the callee sends.</summary>
    public bool IsUpload { get; } = isUpload;

    protected void Open(ref FrameWriter writer, ReadOnlySpan<byte> kind)
    {
        writer.Open(kind, Id);
        if (IsUpload)
            writer.Text("d"u8, "u");
    }
}

internal sealed class ItemFrame(CallId id, bool isUpload, long first, int count, ReadOnlyMemory<byte> items) : StreamFrame(id, isUpload)
{
    /// <summary>The number of the first item, from 1.</summary>
    public long First { get; } = first;

    /// <summary>How many there are; the reader, which walks through them anyway, has counted.</summary>
    public int Count { get; } = count;

    /// <summary>A JSON array; an empty one only shows that the sender lives, and asks what is consumed.</summary>
    public ReadOnlyMemory<byte> Items { get; } = items;

    public override bool IsStreamed => true;

    public override int MaxBytes => Overhead + Items.Length;

    public override void Write(ref FrameWriter writer)
    {
        Open(ref writer, "item"u8);
        writer.Number("n"u8, First);
        writer.Close("i"u8, Items.Span);
    }
}

internal sealed class EndFrame(CallId id, bool isUpload, long total) : StreamFrame(id, isUpload)
{
    public long Total { get; } = total;

    public override bool IsStreamed => true;

    public override void Write(ref FrameWriter writer)
    {
        Open(ref writer, "end"u8);
        writer.Number("n"u8, Total);
        writer.Close();
    }
}

internal sealed class CreditFrame(CallId id, bool isUpload, long got, Credit credit) : StreamFrame(id, isUpload)
{
    /// <summary>All items up to this number are consumed and need not be sent again.</summary>
    public long Got { get; } = got;
    public Credit Credit { get; } = credit;

    public override void Write(ref FrameWriter writer)
    {
        Open(ref writer, "credit"u8);
        writer.Number("got"u8, Got);
        writer.Credit(Credit);
        writer.Close();
    }
}

internal sealed class ResumeFrame(CallId id, bool isUpload, long from, Credit credit) : StreamFrame(id, isUpload)
{
    /// <summary>The number of the first item that has not arrived.</summary>
    public long From { get; } = from;
    public Credit Credit { get; } = credit;

    public override void Write(ref FrameWriter writer)
    {
        Open(ref writer, "resume"u8);
        writer.Number("from"u8, From);
        writer.Credit(Credit);
        writer.Close();
    }
}
