using XmppRpc.Frames;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>
/// The calls of one link as its callee knows them: open ones, and settled ones until the caller says it has their replies, so that none runs twice.
/// Guarded by <see cref="ActiveCalls"/>.
/// </summary>
internal sealed class CallerLink(Jid caller, RpcEndpointOptions options)
{
    private readonly Dictionary<long, ActiveCall> _calls = new();
    private HashSet<long> _but = [];
    private long _low;
    private long _replyBytes;

    /// <summary>The process behind it, by its full JID when it first called.</summary>
    public Jid Caller { get; } = caller;

    public long UsedAt { get; set; }

    public bool IsSettled => _calls.Values.All(call => call.IsSettled);

    public bool IsFull => _calls.Count >= options.MaxRememberedCalls;

    /// <summary>Whether the caller has said that this number is settled.</summary>
    public bool IsBelowLow(long number) => number < _low && !_but.Contains(number);

    public ActiveCall? Find(long number) => _calls.GetValueOrDefault(number);

    public void Add(ActiveCall call) => _calls.Add(call.Id.Number, call);

    /// <summary>Keeps the last frame of a call, to be sent again, as long as there is room; without room a repeated call gets <c>reply-expired</c>.</summary>
    public void Keep(ActiveCall call, CallBoundFrame last)
    {
        if (!_calls.ContainsKey(call.Id.Number) || _replyBytes + last.MaxBytes > options.MaxRememberedReplyBytes)
            return;
        _replyBytes += last.MaxBytes;
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

    private void ForgetIfSettled(long number)
    {
        if (IsBelowLow(number) && _calls.Remove(number, out var call) && call.KeptReply is { } reply)
            _replyBytes -= reply.MaxBytes;
    }
}
