namespace XmppRpc.Timing;

/// <summary>Something that ends at a point in time.</summary>
internal interface IExpires
{
    /// <summary>Called once, on a timer's thread, so it only hands over.</summary>
    void Expire();
}

/// <summary>A place in the wheel for one owner; set and cleared any number of times.</summary>
internal sealed class Deadline(IExpires owner)
{
    internal IExpires Owner { get; } = owner;
    internal Deadline? Next { get; set; }
    internal Deadline? Previous { get; set; }
    internal long DueTick { get; set; } = -1;
}

/// <summary>
/// A hashed timing wheel: setting and clearing a deadline is a few pointer writes, so every call can have one. Late by up to one tick, never early.
/// </summary>
internal sealed class DeadlineWheel : IDisposable
{
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    private const int Slots = 1024;
    private readonly Lock _lock = new();
    private readonly Deadline?[] _slots = new Deadline?[Slots];
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly ITimer _timer;
    private long _nextTick;
    private long _lately;
    private int _count;
    private bool _disposed;

    public DeadlineWheel(TimeProvider time)
    {
        _time = time;
        _start = time.GetTimestamp();
        _timer = time.CreateTimer(static wheel => ((DeadlineWheel)wheel!).Advance(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Milliseconds since the wheel was made.</summary>
    public long Now
    {
        get
        {
            var now = (long)_time.GetElapsedTime(_start).TotalMilliseconds;
            Volatile.Write(ref _lately, now);
            return now;
        }
    }

    /// <summary>What <see cref="Now"/> was when it was last asked: while anything waits for its deadline, a few ticks ago at most. Costs nothing.</summary>
    public long Lately => Volatile.Read(ref _lately);

    /// <summary>Sets a deadline anew; returns when it is, by this clock.</summary>
    public long Set(Deadline deadline, TimeSpan after)
    {
        lock (_lock)
        {
            Unlink(deadline);
            // Read once: a pause between two readings would make the timer's wait negative, which is an error or, at -1 ms, for ever.
            var now = Now;
            var due = now + (long)Math.Ceiling(after.TotalMilliseconds);
            if (_disposed)
                return due;
            if (_count == 0)
            {
                _nextTick = TickOf(now) + 1;
                _timer.Change(_nextTick * Tick - TimeSpan.FromMilliseconds(now), Tick);
            }
            deadline.DueTick = Math.Max(_nextTick, TickOf(due) + 1);
            ref var head = ref _slots[deadline.DueTick % Slots];
            deadline.Next = head;
            if (head is not null)
                head.Previous = deadline;
            head = deadline;
            _count++;
            return due;
        }
    }

    public void Clear(Deadline deadline)
    {
        lock (_lock)
            Unlink(deadline);
    }

    public void Dispose()
    {
        lock (_lock)
            _disposed = true;
        _timer.Dispose();
    }

    private static long TickOf(long milliseconds) => milliseconds / (long)Tick.TotalMilliseconds;

    private void Advance()
    {
        List<IExpires>? due = null;
        lock (_lock)
        {
            // A clock that stood still for long is caught up in one turn of the wheel.
            var last = TickOf(Now);
            for (var tick = Math.Max(_nextTick, last - Slots + 1); tick <= last && _count > 0; tick++)
                for (Deadline? deadline = _slots[tick % Slots], next; deadline is not null; deadline = next)
                {
                    next = deadline.Next;
                    if (deadline.DueTick > last)
                        continue;
                    Unlink(deadline);
                    (due ??= []).Add(deadline.Owner);
                }
            _nextTick = Math.Max(_nextTick, last + 1);
            if (_count == 0)
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
        if (due is not null)
            foreach (var owner in due)
                owner.Expire();
    }

    private void Unlink(Deadline deadline)
    {
        if (deadline.DueTick < 0)
            return;
        if (deadline.Previous is null)
            _slots[deadline.DueTick % Slots] = deadline.Next;
        else
            deadline.Previous.Next = deadline.Next;
        if (deadline.Next is not null)
            deadline.Next.Previous = deadline.Previous;
        (deadline.Next, deadline.Previous, deadline.DueTick) = (null, null, -1);
        _count--;
    }
}
