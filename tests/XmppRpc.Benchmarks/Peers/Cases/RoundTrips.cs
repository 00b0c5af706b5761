using System.Diagnostics;

namespace XmppRpc.Benchmarks.Peers.Cases;

/// <summary>The times of single calls. Allocates once, so that it does not show in the bytes of a call; what comes above a million is not kept.</summary>
internal sealed class RoundTrips
{
    private readonly long[] _ticks = new long[1_000_000];
    private int _count;

    public void Clear() => _count = 0;

    public void Add(long ticks)
    {
        if (_count < _ticks.Length)
            _ticks[_count++] = ticks;
    }

    /// <summary>The time below which that part of the calls was answered, in microseconds; null if there were none.</summary>
    public double? Percentile(double part)
    {
        if (_count == 0)
            return null;
        Array.Sort(_ticks, 0, _count);
        return _ticks[Math.Min(_count - 1, (int)(part * _count))] * 1e6 / Stopwatch.Frequency;
    }
}
