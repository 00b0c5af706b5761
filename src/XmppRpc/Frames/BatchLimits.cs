using XmppRpc.Xmpp;

namespace XmppRpc.Frames;

/// <summary>Sizes of what <see cref="FrameBatcher"/> sends, in bytes.</summary>
/// <param name="MaxBytes">Most text of a stanza that frames share; a larger frame goes alone.</param>
/// <param name="MaxFrames">Most frames in a stanza.</param>
/// <param name="MaxHold">Longest time that frames wait for the rest of a hold.</param>
internal sealed record BatchLimits(int MaxBytes, int MaxFrames, TimeSpan MaxHold)
{
    /// <summary>Most text of a stanza that frames share to that peer; null for <see cref="MaxBytes"/> to everybody.</summary>
    public Func<Jid, int>? OfPeer { get; init; }

    /// <summary>Most text of a stanza; a frame with more goes in parts.</summary>
    public int MaxStanzaBytes { get; init; } = 64 * 1024;

    /// <summary>Longest slice of a frame that goes in parts.</summary>
    public int MaxPartBytes { get; init; } = 32 * 1024;

    /// <summary>Most text of a stanza when an XMPP server has rewritten each quote as <c>&amp;quot;</c> (F-16).</summary>
    public int MaxEscapedBytes { get; init; } = 192 * 1024;

    /// <summary>Longest line of a frame.</summary>
    public int MaxFrameBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Most text of a stanza that frames share to that peer.</summary>
    public int BytesFor(Jid peer) => OfPeer?.Invoke(peer) ?? MaxBytes;

    /// <summary>Most text of a stanza with that frame.</summary>
    public int StanzaBytes(Frame frame) => Math.Min(MaxStanzaBytes, Math.Max(frame.StanzaLimit, WireSizes.LeastStanzaText));

    /// <summary>Longest slice of that frame.</summary>
    public int PartBytes(Frame frame) => Math.Min(MaxPartBytes, StanzaBytes(frame) - WireSizes.PartOverhead);

    /// <summary>Whether no number of parts would do, for the receiver or for us.</summary>
    public bool IsTooLarge(Frame frame, ReadOnlyMemory<byte> line) => line.Length > MaxFrameBytes || line.Length / PartBytes(frame) >= WireSizes.MaxParts;

    /// <summary>Whether the frame's line has to be written before it is known whether one stanza can carry it.</summary>
    public bool MayNeedParts(Frame frame) => frame is CallBoundFrame && frame.MaxBytes > Math.Min(MaxPartBytes, StanzaBytes(frame));

    /// <summary>Whether one stanza can carry the frame with that line, whose quotes are not swapped yet.</summary>
    public bool FitsStanza(Frame frame, ReadOnlySpan<byte> line) =>
        line.Length <= StanzaBytes(frame) && line.Length + 5L * line.Count((byte)'`') <= MaxEscapedBytes;
}
