namespace XmppRpc.Benchmarks.Peers.Cases;

/// <summary>What a caller did in one run.</summary>
/// <param name="Calls">Calls answered, or items received.</param>
/// <param name="Seconds">From the first call to the last answer.</param>
/// <param name="P50">Median time of a call in microseconds, with one in flight.</param>
/// <param name="P99">What 99 of 100 calls were faster than, in microseconds, with one in flight.</param>
internal sealed record RunResult(long Calls, double Seconds, double? P50, double? P99);
