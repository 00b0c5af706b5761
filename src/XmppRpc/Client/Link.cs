using XmppRpc.Frames;
using XmppRpc.Timing;
using XmppRpc.Xmpp;

namespace XmppRpc.Client;

/// <summary>
/// This caller process and one callee process: the calls between them are numbered here, and here it is known below which number all are settled,
/// so that the callee can forget them. Safe for concurrent use.
/// </summary>
internal sealed class Link(Jid peer, PeerInfo info, FrameBatcher batcher, DeadlineWheel wheel, Action<Link, string, RpcStatus> lost) : IExpires
{
    private const int LowEvery = 64;
    private const int MaxSpan = 1024;
    private static readonly TimeSpan LowAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<long, PendingCall> _open = new();
    private readonly SortedSet<long> _stragglers = [];
    private Deadline? _lowDue;
    private LowFrame? _lastLow;
    private long _next = 1;
    private long _low = 1;
    private int _settledSinceLow;
    private bool _closed;
    private long _usedAt = wheel.Now;
    private long _heardAt = wheel.Now;
    private Grace? _grace;
    private int _doubts;
    private long _busySince;
    private long _look;
    private long _lookEnd;

    public Jid Peer { get; } = peer;

    public PeerInfo Info { get; } = info;

    public string Id { get; } = CallId.NewLink(info.Instance);

    public int OpenCalls
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    /// <summary>New calls need a new link: this one is closed, or more calls are stuck than a <c>low</c> can name, so the callee would remember all that came after them.</summary>
    public bool IsWorn
    {
        get
        {
            lock (_lock)
                return _closed || _stragglers.Count >= LowFrame.MaxBut && _next - _low > 16 * MaxSpan;
        }
    }

    /// <summary>The peer seems gone. Its calls wait for it to come back.</summary>
    public bool IsInDoubt
    {
        get
        {
            lock (_lock)
                return _grace is not null;
        }
    }

    /// <summary>How long nothing has come of the peer although a call was open.</summary>
    public TimeSpan Silence => TimeSpan.FromMilliseconds(wheel.Now - Math.Max(Volatile.Read(ref _heardAt), Volatile.Read(ref _busySince)));

    /// <summary>The peer seems gone: unless it is heard within that time, the calls end for that reason. False if that was known.</summary>
    public bool Doubt(string reason, TimeSpan grace, RpcStatus status = RpcStatus.Unavailable)
    {
        lock (_lock)
        {
            if (_closed || _grace is not null)
                return false;
            _doubts++;
            _grace = new Grace(this, reason, status);
            wheel.Set(_grace.Deadline, grace);
            return true;
        }
    }

    /// <summary>How often the peer seemed gone since the last frame of it.</summary>
    public int Doubts => Volatile.Read(ref _doubts);

    /// <summary>A frame of the peer came on this link, as <see cref="Alive"/> says.</summary>
    public bool Heard()
    {
        _doubts = 0;
        return Alive();
    }

    /// <summary>Something has come of the peer's process. True if that was in doubt: then what is open must be sent again.</summary>
    public bool Alive()
    {
        Volatile.Write(ref _heardAt, wheel.Lately);
        if (Volatile.Read(ref _grace) is null)
            return false;
        lock (_lock)
        {
            if (_grace is not { } grace)
                return false;
            wheel.Clear(grace.Deadline);
            _grace = null;
            return !_closed;
        }
    }

    /// <summary>The calls that are open, the oldest first.</summary>
    public List<PendingCall> Open()
    {
        lock (_lock)
            return [.. _open.OrderBy(call => call.Key).Select(call => call.Value)];
    }

    /// <summary>
    /// Adds the calls that were quiet for too long, while there is room for their bytes. Looks at no more than that many, and goes on with the others the
    /// next time: there may be a hundred thousand.
    /// </summary>
    public void AddQuiet(List<PendingCall> quiet, ref int looks, ref long bytes)
    {
        var now = wheel.Now;
        lock (_lock)
        {
            if (_look >= _lookEnd)
            {
                foreach (var number in _stragglers)
                    AddIfQuiet(number, now, quiet, ref looks, ref bytes);
                (_look, _lookEnd) = (_low, _next);
            }
            for (_look = Math.Max(_look, _low); _look < _lookEnd && looks > 0 && bytes > 0; _look++)
                AddIfQuiet(_look, now, quiet, ref looks, ref bytes);
        }
    }

    /// <summary>Takes no further calls, if there was none for that long.</summary>
    public bool CloseIfIdle(TimeSpan span)
    {
        lock (_lock)
        {
            var idle = _open.Count == 0 && TimeSpan.FromMilliseconds(wheel.Now - _usedAt) >= span;
            _closed |= idle;
            return idle;
        }
    }

    /// <summary>Gives a call its number; null once the link is closed: nobody would look for the call's replies any more.</summary>
    public CallId? TryAdd(PendingCall call)
    {
        lock (_lock)
        {
            if (_closed)
                return null;
            _usedAt = wheel.Lately;
            // While nothing is open the clock's last reading may be old.
            if (_open.Count == 0)
                Volatile.Write(ref _busySince, _usedAt = wheel.Now);
            _open.Add(_next, call);
            return new CallId(Id, _next++);
        }
    }

    public PendingCall? Find(long number)
    {
        lock (_lock)
            return _open.GetValueOrDefault(number);
    }

    /// <summary>Takes no further calls; returns those that are open.</summary>
    public List<PendingCall> Close()
    {
        lock (_lock)
        {
            _closed = true;
            if (_grace is { } grace)
                wheel.Clear(grace.Deadline);
            _grace = null;
            return [.. _open.Values];
        }
    }

    /// <summary>Tells the callee what it may forget.</summary>
    public void SayLow()
    {
        LowFrame? low;
        lock (_lock)
            low = _next > 1 ? TakeLow() : null;
        Send(low);
    }

    /// <summary>Forgets a call. Now and then this tells the callee what it may forget.</summary>
    public void Settle(long number)
    {
        LowFrame? low = null;
        lock (_lock)
        {
            if (!_open.Remove(number))
                return;
            _usedAt = wheel.Lately;
            if (++_settledSinceLow >= LowEvery)
                low = TakeLow();
            else if (_settledSinceLow == 1)
                wheel.Set(_lowDue ??= new Deadline(this), LowAfter);
        }
        Send(low);
    }

    void IExpires.Expire()
    {
        LowFrame? low;
        lock (_lock)
            low = _settledSinceLow > 0 ? TakeLow() : null;
        Send(low);
    }

    // One that still waits says less: through an outage they must not pile up.
    private void Send(LowFrame? low)
    {
        if (low is null)
            return;
        Interlocked.Exchange(ref _lastLow, low)?.TryWithdraw();
        batcher.Append(Peer, low);
    }

    private sealed class Grace : IExpires
    {
        private readonly Link _link;
        private readonly string _reason;
        private readonly RpcStatus _status;

        public Grace(Link link, string reason, RpcStatus status)
        {
            (_link, _reason, _status) = (link, reason, status);
            Deadline = new Deadline(this);
        }

        public Deadline Deadline { get; }

        public void Expire() => _link.OnOver(this, _reason, _status);
    }

    // Its deadline may have passed just before the peer was heard.
    private void OnOver(Grace grace, string reason, RpcStatus status)
    {
        lock (_lock)
        {
            if (_grace != grace)
                return;
            _closed = true;
        }
        lost(this, reason, status);
    }

    private void AddIfQuiet(long number, long now, List<PendingCall> quiet, ref int looks, ref long bytes)
    {
        looks--;
        if (bytes <= 0 || !_open.TryGetValue(number, out var call) || !call.IsQuiet(now))
            return;
        bytes -= call.Request.PayloadBytes + Frame.MaxOverhead;
        quiet.Add(call);
    }

    private LowFrame TakeLow()
    {
        _settledSinceLow = 0;
        _stragglers.RemoveWhere(number => !_open.ContainsKey(number));
        for (; _low < _next; _low++)
        {
            if (!_open.ContainsKey(_low))
                continue;
            if (_next - _low <= MaxSpan || _stragglers.Count >= LowFrame.MaxBut)
                break;
            _stragglers.Add(_low);
        }
        return new LowFrame(Id, _low, [.. _stragglers]);
    }
}
