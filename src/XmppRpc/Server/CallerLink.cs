using XmppRpc.Frames;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>
/// The calls of one link as its callee knows them: open ones, and settled ones until the caller says it has their replies, so that none runs twice.
/// Guarded by <see cref="ActiveCalls"/>.
/// </summary>
internal sealed class CallerLink(Jid caller, CallerBudget budget, RpcEndpointOptions options)
{
    /// <summary>A settled call of a caller that never says what it has settled is remembered this long after its deadline.</summary>
    private static readonly TimeSpan RememberAfterDeadline = TimeSpan.FromMinutes(1);

    private const int MaxRanges = 1024;

    private readonly Dictionary<long, ActiveCall> _calls = new();

    // Numbers at or above low that never run any more: forgotten, refused, or cancelled before they came.
    private readonly NumberRanges _over = new();
    private HashSet<long> _but = [];
    private long _low;
    private long _replyBytes;

    /// <summary>The process behind it, by the full JID its last frame came from.</summary>
    public Jid Caller { get; private set; } = caller;

    /// <summary>Whose room it takes.</summary>
    public CallerBudget Budget { get; } = budget;

    /// <summary>When something came on it, by the wheel's clock.</summary>
    public long UsedAt { get; private set; }

    /// <summary>How often the caller seemed gone; 0 while it does not.</summary>
    public int Doubt { get; private set; }

    /// <summary>The caller was given up.</summary>
    public bool IsGone { get; set; }

    public IEnumerable<ActiveCall> Calls => _calls.Values;

    public bool IsFull => _calls.Count >= options.MaxRememberedCalls;

    /// <summary>Whether no call is open or could be sent again: the caller has settled all.</summary>
    public bool IsEmpty => _calls.Count == 0;

    /// <summary>Whether a call is open on it.</summary>
    public bool HasOpenCalls => _calls.Values.Any(call => !call.IsSettled);

    /// <summary>Something came on the link: its process lives, under that address.</summary>
    public void Heard(Jid from, long now) => (Caller, UsedAt, Doubt, IsGone) = (from, now, 0, false);

    /// <summary>The caller seems gone; each doubt has a number of its own, so that the end of an earlier one's grace is not taken for its own.</summary>
    public void BeginDoubt(int number) => Doubt = number;

    /// <summary>Whether a call of that number is not let in: the caller has said that it is settled, or it is over here.</summary>
    public bool IsOver(long number) => number < _low ? !_but.Contains(number) : _over.Contains(number);

    public ActiveCall? Find(long number) => _calls.GetValueOrDefault(number);

    public void Add(ActiveCall call) => _calls.Add(call.Id.Number, call);

    /// <summary>A call that was refused, or cancelled before it came, does not run when it comes again: its caller may rely on that.</summary>
    public void Close(long number)
    {
        if (number < _low || _calls.ContainsKey(number))
            return;
        _over.Add(number);
        if (_over.Count > MaxRanges)
            _low = Math.Max(_low, _over.RemoveLowest());
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

    /// <summary>Forgets what the caller has settled, and returns what of it still runs: nobody waits for that.</summary>
    public List<ActiveCall> Low(LowFrame frame)
    {
        List<ActiveCall> running = [];
        if (frame.Below < _low)
            return running;
        var from = _low;
        var released = _but;
        // What lies below is settled for good, whatever is said later.
        (_low, _but) = (frame.Below, [.. frame.But.Where(number => number >= from || released.Contains(number))]);
        _over.RemoveBelow(_low);
        foreach (var number in released)
            Settle(number, running);
        // The span is the caller's word: never walk further than what is here.
        if (frame.Below - from > _calls.Count)
            foreach (var number in _calls.Keys.Where(IsOver).ToList())
                Settle(number, running);
        else
            for (var number = from; number < frame.Below; number++)
                Settle(number, running);
        return running;
    }

    /// <summary>Forgets settled calls whose deadline is long past: a caller need not say what it has settled. Their numbers are not let in again. Promised answers have no deadline.</summary>
    public void ForgetExpired(DateTimeOffset now)
    {
        foreach (var call in _calls.Values.Where(call => call.IsSettled && !call.WasDeferred && call.Deadline + RememberAfterDeadline < now).ToList())
        {
            Forget(call);
            Close(call.Id.Number);
        }
    }

    private void Settle(long number, List<ActiveCall> running)
    {
        if (!IsOver(number) || !_calls.TryGetValue(number, out var call))
            return;
        Forget(call);
        if (!call.IsSettled && !call.Frame.IsOneWay)
            running.Add(call);
    }

    private void Forget(ActiveCall call)
    {
        _calls.Remove(call.Id.Number);
        _replyBytes -= call.KeptBytes;
        call.KeptBytes = 0;
    }
}
