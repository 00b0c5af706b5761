using XmppRpc.Timing;

namespace XmppRpc.Server;

/// <summary>What one caller may have: an account, or all accounts of a domain that no contract names. Safe for concurrent use.</summary>
internal sealed class CallerBudget(RpcEndpointOptions options, double? callsPerSecond, double refusalsPerSecond)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly TokenBucket? _calls = callsPerSecond is { } rate ? new TokenBucket(rate, options.Connection.Time) : null;
    private readonly TokenBucket _refusals = new(refusalsPerSecond, options.Connection.Time);
    private int _running;
    private int _streams;
    private int _deferred;
    private bool _silent;

    /// <summary>Links that are remembered for it; guarded by <see cref="ActiveCalls"/>.</summary>
    public int Links { get; set; }

    /// <summary>Nothing would be lost by forgetting it.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
                return _running == 0 && Links == 0 && _deferred == 0 && _refusals.IsFull && _calls is null or { IsFull: true };
        }
    }

    /// <summary>Takes a place for a call, or says why there is none. A place is given back when the implementation has returned.</summary>
    public Refusal? Enter(bool isStream)
    {
        lock (_lock)
        {
            if (_running >= options.MaxConcurrentCallsPerCaller)
                return new($"{options.MaxConcurrentCallsPerCaller} calls of this caller run or wait to.", Retry);
            if (isStream && _streams >= options.MaxStreamsPerCaller)
                return new($"{options.MaxStreamsPerCaller} streams of this caller are open.", Retry);
            if (_calls?.TryTake(out var wait) is false)
                return new("This caller calls too often.", wait);
            _running++;
            if (isStream)
                _streams++;
            return null;
        }
    }

    public void Leave(bool isStream)
    {
        lock (_lock)
        {
            _running--;
            if (isStream)
                _streams--;
        }
    }

    public bool TryDefer()
    {
        lock (_lock)
        {
            if (_deferred >= options.MaxDeferredCallsPerCaller)
                return false;
            _deferred++;
            return true;
        }
    }

    public void EndDeferred()
    {
        lock (_lock)
            _deferred--;
    }

    /// <summary>Whether it may be told something that it need not be told. <paramref name="fellSilent"/>: the first time that it may not.</summary>
    public bool MayAnswer(out bool fellSilent)
    {
        lock (_lock)
        {
            _silent &= !_refusals.IsFull;
            var may = _refusals.TryTake(out _);
            fellSilent = !may && !_silent;
            _silent |= !may;
            return may;
        }
    }
}

/// <summary>Why there is no room for a call, and when there may be.</summary>
internal sealed record Refusal(string Message, TimeSpan? RetryAfter);
