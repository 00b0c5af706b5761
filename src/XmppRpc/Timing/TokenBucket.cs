namespace XmppRpc.Timing;

/// <summary>Lets so many through each second, and as many at once after a quiet second. Counted in whole ticks: it is known when the bucket will be full. Not safe for concurrent use.</summary>
internal sealed class TokenBucket
{
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly long _interval;
    private readonly long _span;
    private long _fullAt;

    public TokenBucket(double perSecond, TimeProvider time)
    {
        (_time, _start) = (time, time.GetTimestamp());
        _interval = Math.Max(1, (long)(TimeSpan.TicksPerSecond / perSecond));
        _span = Math.Max(_interval, TimeSpan.TicksPerSecond);
    }

    public bool IsFull => _fullAt <= Now;

    private long Now => _time.GetElapsedTime(_start).Ticks;

    /// <summary>Takes one; if there is none, says when there will be.</summary>
    public bool TryTake(out TimeSpan retryAfter)
    {
        var now = Now;
        var fullAt = Math.Max(_fullAt, now) + _interval;
        retryAfter = TimeSpan.FromTicks(Math.Max(0, fullAt - _span - now));
        if (retryAfter > TimeSpan.Zero)
            return false;
        _fullAt = fullAt;
        return true;
    }
}
