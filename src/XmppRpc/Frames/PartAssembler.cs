using XmppRpc.Timing;
using XmppRpc.Xmpp;

namespace XmppRpc.Frames;

/// <summary>Bounds of what is kept of frames that are not whole yet.</summary>
/// <param name="MaxFrameBytes">Longest line of a frame.</param>
/// <param name="MaxBytesPerPeer">Bytes kept of the frames of one account.</param>
/// <param name="MaxBytes">Bytes kept in all.</param>
/// <param name="Timeout">Longest time until the next part.</param>
internal sealed record PartLimits(int MaxFrameBytes, long MaxBytesPerPeer, long MaxBytes, TimeSpan Timeout);

/// <summary>What came of a part: nothing yet, or a whole frame.</summary>
/// <param name="Line">The frame's line, or empty.</param>
/// <param name="Refusal">The code of why the frame is not taken, or null.</param>
/// <param name="Path">The method that the first part has shown, if it was of a call.</param>
internal readonly record struct PartResult(ReadOnlyMemory<byte> Line, string? Refusal, string? Path);

/// <summary>
/// Puts frames together whose line comes in parts: in order, one frame at a time of each sender and call. Whatever does not go on as it began is dropped
/// whole and counted; a first part begins anew, since a sender that lost its session starts over. Safe for concurrent use.
/// </summary>
/// <param name="limits">Bounds of what is kept.</param>
/// <param name="wheel">Tells when a part is late.</param>
/// <param name="mayKeep">Asked about a first part, before anything is kept of it: who sends it, and for what call.</param>
internal sealed class PartAssembler(PartLimits limits, DeadlineWheel wheel, Func<Jid, PartFrame, bool> mayKeep)
{
    // Keeping many small slices takes more than their bytes.
    private const int LeastBytes = 512;

    private readonly Lock _lock = new();
    private readonly Dictionary<(Jid, CallId), HalfBuilt> _halfBuilt = new();
    private readonly Dictionary<Jid, long> _bytesOf = new();
    private long _bytes;
    private long _broken;

    /// <summary>Frames that began and never became whole.</summary>
    public long Broken => Interlocked.Read(ref _broken);

    /// <summary>What is kept of frames that are not whole yet.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes a part. What is refused is told once, with the part that shows it; the parts behind it are passed over.</summary>
    public PartResult Take(Jid from, PartFrame part)
    {
        var isFirst = part.Number == 0;
        if (isFirst && !mayKeep(from, part))
            return default;
        lock (_lock)
        {
            if (_halfBuilt.TryGetValue((from, part.Id), out var half) && (part.Number != half.Count || part.Of != half.Of))
                Break(half);
            if (isFirst)
                half = new HalfBuilt(this, from, part);
            else if (half is null || half.IsOver)
                return default;
            if (Refusal(half, part) is { } code)
            {
                if (!isFirst)
                    Break(half);
                return new PartResult(default, code, half.Path);
            }
            Keep(half, part);
            if (part.Number < part.Of - 1)
                return default;
            Remove(half);
            return new PartResult(half.Join(), null, half.Path);
        }
    }

    /// <summary>The sender has given up the call.</summary>
    public void Forget(Jid from, CallId id)
    {
        lock (_lock)
            if (_halfBuilt.TryGetValue((from, id), out var half))
                Break(half);
    }

    /// <summary>The sender is gone.</summary>
    public void Forget(Jid from)
    {
        lock (_lock)
            foreach (var half in _halfBuilt.Values.Where(half => half.From == from).ToList())
                Break(half);
    }

    /// <summary>A frame became whole, but is not what its first part said.</summary>
    public void CountBroken() => Interlocked.Increment(ref _broken);

    // All parts but the last are about as long as the first, so that one says how long the frame will be.
    private string? Refusal(HalfBuilt half, PartFrame part)
    {
        var expected = part.Number == 0 ? (part.Of - 1L) * part.Slice.Length : part.Slice.Length;
        if (half.Length + expected > limits.MaxFrameBytes)
            return FrameNames.TooLarge;
        var bytes = Math.Max(expected, LeastBytes);
        return _bytes + bytes > limits.MaxBytes || _bytesOf.GetValueOrDefault(half.From.Bare) + bytes > limits.MaxBytesPerPeer ? FrameNames.Busy : null;
    }

    private void Keep(HalfBuilt half, PartFrame part)
    {
        _halfBuilt.TryAdd((half.From, half.Id), half);
        half.Add(part.Slice);
        CountIn(half, Math.Max(part.Slice.Length, LeastBytes));
        wheel.Set(half.Due, limits.Timeout);
    }

    private void Break(HalfBuilt half)
    {
        Remove(half);
        CountBroken();
    }

    private void Remove(HalfBuilt half)
    {
        half.IsOver = true;
        _halfBuilt.Remove((half.From, half.Id));
        wheel.Clear(half.Due);
        CountIn(half, -half.Counted);
    }

    private void CountIn(HalfBuilt half, long bytes)
    {
        half.Counted += bytes;
        Interlocked.Add(ref _bytes, bytes);
        var account = half.From.Bare;
        if ((_bytesOf[account] = _bytesOf.GetValueOrDefault(account) + bytes) == 0)
            _bytesOf.Remove(account);
    }

    private void OnLate(HalfBuilt half)
    {
        lock (_lock)
            if (!half.IsOver)
                Break(half);
    }

    private sealed class HalfBuilt : IExpires
    {
        private readonly List<ReadOnlyMemory<byte>> _slices = [];
        private readonly PartAssembler _assembler;

        public HalfBuilt(PartAssembler assembler, Jid from, PartFrame first)
        {
            (_assembler, From, Id, Of, Path) = (assembler, from, first.Id, first.Of, first.Path);
            Due = new Deadline(this);
        }

        public Jid From { get; }

        public CallId Id { get; }

        public int Of { get; }

        public string? Path { get; }

        public Deadline Due { get; }

        public int Count => _slices.Count;

        public int Length { get; private set; }

        /// <summary>What it counts for.</summary>
        public long Counted { get; set; }

        public bool IsOver { get; set; }

        public void Add(ReadOnlyMemory<byte> slice)
        {
            _slices.Add(slice);
            Length += slice.Length;
        }

        public byte[] Join()
        {
            var line = new byte[Length];
            var end = 0;
            foreach (var slice in _slices)
            {
                slice.CopyTo(line.AsMemory(end));
                end += slice.Length;
            }
            return line;
        }

        void IExpires.Expire() => _assembler.OnLate(this);
    }
}
