namespace XmppRpc.Xmpp.Session;

/// <summary>Waiting times between attempts: decorrelated jitter, so that the clients of a restarted server do not all come at once. Pure but for its source of randomness.</summary>
internal sealed class Backoff(TimeSpan min, TimeSpan max, Func<double> random)
{
    private TimeSpan? _last;

    /// <summary>Between the smallest time and three times the last one, at most the largest.</summary>
    public TimeSpan Next()
    {
        var upper = (_last ?? min) * 3;
        var next = min + ((upper - min) * random());
        _last = next < max ? next : max;
        return _last.Value;
    }

    /// <summary>Starts anew, after a connection that was stable.</summary>
    public void Reset() => _last = null;
}
