using XmppRpc.Frames;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>
/// The calls of one link as its callee knows them: open ones, and settled ones until the caller says it has their replies, so that none runs twice.
/// Guarded by <see cref="ActiveCalls"/>.
/// </summary>
internal sealed class CallerLink(Jid caller, RpcEndpointOptions options)
{
    /// <summary>A settled call of a caller that never says what it has settled is remembered this long after its deadline.</summary>
    private static readonly TimeSpan RememberAfterDeadline = TimeSpan.FromMinutes(1);

    private readonly Dictionary<long, ActiveCall> _calls = new();
    private HashSet<long> _but = [];
    private long _low;
    private long _next;
    private long _replyBytes;

    /// <summary>The process behind it, by the full JID its last frame came from.</summary>
    public Jid Caller { get; private set; } = caller;

    /// <summary>When something came on it, by the wheel's clock.</summary>
    public long UsedAt { get; private set; }

    /// <summary>The caller seems gone.</summary>
    public bool IsInDoubt { get; set; }

    public IEnumerable<ActiveCall> Calls => _calls.Values;

    public bool IsFull => _calls.Count >= options.MaxRememberedCalls;

    /// <summary>The caller was given up: the link goes as soon as no call of it can be sent again.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether a call is open on it, or could be sent again before its deadline.</summary>
    public bool IsNeeded(DateTimeOffset now) => _calls.Values.Any(call => !call.IsSettled || call.Deadline > now);

    /// <summary>Whether any call could be sent again, those without a deadline too.</summary>
    public bool MayComeAgain(DateTimeOffset now) => IsNeeded(now) || _calls.Values.Any(call => call.Deadline is null);

    /// <summary>Something came on the link: its process lives, under that address.</summary>
    public void Heard(Jid from, long now)
    {
        (Caller, UsedAt, IsInDoubt, IsGone) = (from, now, false, false);
    }

    /// <summary>Whether the caller has said that this number is settled, or it is too long ago.</summary>
    public bool IsBelowLow(long number) => number < _low && !_but.Contains(number);

    public ActiveCall? Find(long number) => _calls.GetValueOrDefault(number);

    public void Add(ActiveCall call)
    {
        _calls.Add(call.Id.Number, call);
        _next = Math.Max(_next, call.Id.Number + 1);
    }

    /// <summary>Keeps the last frame of a call and what of its stream may be asked for again, as long as there is room; without room a repeated call gets <c>reply-expired</c>.</summary>
    public void Keep(ActiveCall call, CallBoundFrame last)
    {
        var bytes = last.MaxBytes + (call.Download?.KeptBytes ?? 0);
        if (!_calls.ContainsKey(call.Id.Number) || _replyBytes + bytes > options.MaxRememberedReplyBytes)
        {
            call.Download = null;
            return;
        }
        _replyBytes += call.KeptBytes = bytes;
        call.KeptReply = last;
    }

    /// <summary>Forgets what the caller has settled. Calls that still run go on.</summary>
    public void Low(LowFrame frame)
    {
        if (frame.Below < _low)
            return;
        var from = _low;
        var released = _but;
        (_low, _but) = (frame.Below, [.. frame.But]);
        foreach (var number in released)
            ForgetIfSettled(number);
        // The span is the caller's word: never walk further than what is here.
        if (frame.Below - from > _calls.Count)
            foreach (var number in _calls.Keys.Where(IsBelowLow).ToList())
                ForgetIfSettled(number);
        else
            for (var number = from; number < frame.Below; number++)
                ForgetIfSettled(number);
    }

    /// <summary>Forgets settled calls whose deadline is long past, and lets no call in that is older than all that is remembered: a caller need not say what it has settled.</summary>
    public void ForgetExpired(DateTimeOffset now)
    {
        var expired = _calls.Values.Where(call => call.IsSettled && call.Deadline + RememberAfterDeadline < now).ToList();
        if (expired.Count == 0)
            return;
        foreach (var call in expired)
            Forget(call);
        _low = Math.Max(_low, _calls.Count == 0 ? _next : _calls.Keys.Min());
        _but.RemoveWhere(number => !_calls.ContainsKey(number));
    }

    private void ForgetIfSettled(long number)
    {
        if (IsBelowLow(number) && _calls.TryGetValue(number, out var call))
            Forget(call);
    }

    private void Forget(ActiveCall call)
    {
        _calls.Remove(call.Id.Number);
        _replyBytes -= call.KeptBytes;
        call.KeptBytes = 0;
    }
}
