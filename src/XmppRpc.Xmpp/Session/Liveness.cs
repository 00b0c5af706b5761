namespace XmppRpc.Xmpp.Session;

/// <summary>What to do about the silence of an XML stream.</summary>
internal enum LivenessStep
{
    None,

    /// <summary>Send white space, so that NAT tables remember us (RFC 6120 §4.6.1).</summary>
    WhiteSpace,

    /// <summary>Ask for a sign of life.</summary>
    Probe,

    /// <summary>Give the stream up.</summary>
    Dead,
}

/// <summary>
/// Finds half-open streams (RFC 6120 §4.6): pure, moved by <see cref="Tick"/>. Any byte received is a sign of life. The clock of an answer stands still while
/// own bytes wait behind a server that takes them slowly (F-17): each answer may take as long as the slowest server needs for the stanza before it. It stands still, too, while we do not read.
/// </summary>
internal sealed class Liveness(LivenessLimits limits, long read = 0, long written = 0)
{
    private long _read = read;
    private long _written = written;
    private TimeSpan _lastRead;
    private TimeSpan _lastWritten;
    private TimeSpan? _askedAt;
    private TimeSpan _lastProgress;
    private uint _acknowledged;
    private bool _probing;

    /// <summary>How often to look.</summary>
    public TimeSpan Interval { get; } = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, Math.Min(limits.AnswerTimeout.Ticks, Math.Min(limits.IdleTimeout.Ticks, limits.WhiteSpaceInterval.Ticks)) / 4));

    /// <summary>One look, <paramref name="now"/> after the stream began.</summary>
    public LivenessStep Tick(TimeSpan now, in LivenessFacts facts)
    {
        if (facts.BytesRead != _read)
            (_read, _lastRead, _probing, _askedAt) = (facts.BytesRead, now, false, null);
        if (facts.BytesWritten != _written)
            (_written, _lastWritten) = (facts.BytesWritten, now);

        // what would show that the XMPP server lives may lie in what we do not read
        if (facts.IsReaderHeldUp)
            (_lastRead, _probing) = (now, false);

        if (facts.Acknowledged != _acknowledged || facts.UnackedBytes == 0 || facts.IsReaderHeldUp)
            (_acknowledged, _lastProgress) = (facts.Acknowledged, now);
        // a server that goes on sending and acknowledges nothing hears nothing (Prosody 0.12 may come to that by a resumption)
        else if (now - _lastProgress >= limits.IdleTimeout + limits.AnswerTimeout + Needed(facts.UnackedBytes))
            return LivenessStep.Dead;

        if (!_probing && !facts.IsAnswerOwed)
            _askedAt = null;
        else if (facts.IsHeldUp || facts.IsReaderHeldUp)
            _askedAt = now;
        else
            _askedAt ??= now;

        if (_askedAt is { } asked && now - asked >= limits.AnswerTimeout + Needed(facts.LargestUnacked))
            return LivenessStep.Dead;
        if (_askedAt is null && now - _lastRead >= limits.IdleTimeout)
        {
            (_probing, _askedAt) = (true, now);
            return LivenessStep.Probe;
        }
        return now - _lastWritten >= limits.WhiteSpaceInterval ? LivenessStep.WhiteSpace : LivenessStep.None;
    }

    private TimeSpan Needed(int bytes) => TimeSpan.FromSeconds((double)bytes / limits.SlowestBytesPerSecond);
}

/// <summary>The times of <see cref="Liveness"/>; see <see cref="XmppConnectionOptions"/>.</summary>
internal sealed record LivenessLimits(TimeSpan IdleTimeout, TimeSpan AnswerTimeout, TimeSpan WhiteSpaceInterval, int SlowestBytesPerSecond);

/// <summary>What <see cref="Liveness"/> looks at.</summary>
/// <param name="BytesRead">Bytes received since the stream began.</param>
/// <param name="BytesWritten">Bytes sent since the stream began.</param>
/// <param name="IsAnswerOwed">Whether the XMPP server has been asked for something it answers by itself.</param>
/// <param name="IsHeldUp">Whether the question itself still waits here.</param>
/// <param name="IsReaderHeldUp">Whether we have not been reading, because the program takes nothing of what was received.</param>
/// <param name="LargestUnacked">The largest stanza on the way, in bytes.</param>
/// <param name="UnackedBytes">All that is sent and not acknowledged.</param>
/// <param name="Acknowledged">How many stanzas the XMPP server has acknowledged.</param>
internal readonly record struct LivenessFacts(long BytesRead, long BytesWritten, bool IsAnswerOwed, bool IsHeldUp, bool IsReaderHeldUp, int LargestUnacked, int UnackedBytes, uint Acknowledged);
