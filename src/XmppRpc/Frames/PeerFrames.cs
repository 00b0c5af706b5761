namespace XmppRpc.Frames;

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

/// <summary>Stands before a slice of the line of a frame that is too large for one stanza.</summary>
internal class PartFrame(CallId id, int of, int number) : CallBoundFrame(id)
{
    public int Of { get; } = of;

    /// <summary>From 0.</summary>
    public int Number { get; } = number;

    /// <summary>Contract/method of a call, in its first part: who may call it is decided before anything is kept.</summary>
    public string? Path { get; init; }

    /// <summary>The slice, without a line break.</summary>
    public ReadOnlyMemory<byte> Slice { get; init; }

    public override int MaxBytes => Overhead + 6 * (Path?.Length ?? 0) + Slice.Length;

    public override void Write(ref FrameWriter writer)
    {
        writer.Open("part"u8, Id);
        writer.Number("of"u8, Of);
        writer.Number("k"u8, Number);
        if (Path is not null)
            writer.Text("m"u8, Path);
        writer.Close();
        writer.Line(Slice.Span);
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
