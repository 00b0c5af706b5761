using XmppRpc.TestKit.Time;
using XmppRpc.Timing;

namespace XmppRpc.Tests.Timing;

public sealed class DeadlineWheelTests : IDisposable
{
    private static readonly TimeSpan Ms = TimeSpan.FromMilliseconds(1);
    private readonly ManualTimeProvider _time = new();
    private readonly DeadlineWheel _wheel;
    private readonly long _start;

    public DeadlineWheelTests()
    {
        _wheel = new DeadlineWheel(_time);
        _start = _time.GetTimestamp();
    }

    public void Dispose() => _wheel.Dispose();

    private double Now => _time.GetElapsedTime(_start).TotalMilliseconds;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(250)]
    [InlineData(20 * 1024 - 1)]
    [InlineData(20 * 1024)]
    [InlineData(20 * 1024 + 1)]
    [InlineData(30_000)]
    [InlineData(20 * 1024 * 3 + 7)]
    public void Deadline_is_never_early_and_at_most_one_tick_late(int after)
    {
        foreach (var offset in new[] { 0.0, 0.5, 7, 19.9 })
        {
            _time.Advance(TimeSpan.FromMilliseconds(offset));
            var owner = new Owner(() => Now);
            var due = Now + after;
            _wheel.Set(new Deadline(owner), after * Ms);
            _time.Advance((after + 60) * Ms);
            Assert.InRange(Assert.Single(owner.Expired), due, due + 21);
        }
    }

    [Fact]
    public void Cleared_deadline_does_not_expire()
    {
        var owner = new Owner(() => Now);
        var deadline = new Deadline(owner);
        _wheel.Set(deadline, 100 * Ms);
        _wheel.Clear(deadline);
        _wheel.Clear(deadline);
        _time.Advance(1000 * Ms);
        Assert.Empty(owner.Expired);
    }

    [Fact]
    public void Deadline_set_again_expires_at_the_later_word()
    {
        var owner = new Owner(() => Now);
        var deadline = new Deadline(owner);
        _wheel.Set(deadline, 100 * Ms);
        _wheel.Set(deadline, 500 * Ms);
        _time.Advance(400 * Ms);
        Assert.Empty(owner.Expired);
        _wheel.Set(deadline, 50 * Ms);
        _time.Advance(500 * Ms);
        Assert.InRange(Assert.Single(owner.Expired), 450, 471);
        _wheel.Set(deadline, 10 * Ms);
        _time.Advance(100 * Ms);
        Assert.Equal(2, owner.Expired.Count);
    }

    [Fact]
    public void Thousands_expire_in_time_in_any_order()
    {
        var random = new Random(1);
        var owners = new List<(Owner Owner, double Due)>();
        for (var i = 0; i < 5000; i++)
        {
            var after = random.Next(0, 60_000);
            var owner = new Owner(() => Now);
            var deadline = new Deadline(owner);
            _wheel.Set(deadline, after * Ms);
            if (i % 5 == 0)
                _wheel.Clear(deadline);
            else
                owners.Add((owner, Now + after));
        }
        _time.Advance(61_000 * Ms);
        Assert.All(owners, o => Assert.InRange(Assert.Single(o.Owner.Expired), o.Due, o.Due + 21));
    }

    [Theory]
    [InlineData(25)]
    [InlineData(20 * 1024)]
    [InlineData(3_600_000)]
    public void Clock_that_jumps_expires_all_that_is_due_and_nothing_else(int jump)
    {
        var due = Enumerable.Range(0, 200).Select(i => new Owner(() => Now)).ToList();
        for (var i = 0; i < due.Count; i++)
            _wheel.Set(new Deadline(due[i]), TimeSpan.FromMilliseconds(jump * i / 200));
        var later = new Owner(() => Now);
        _wheel.Set(new Deadline(later), (jump + 100) * Ms);
        _time.Jump((jump + 21) * Ms);
        Assert.All(due, owner => Assert.Single(owner.Expired));
        Assert.Empty(later.Expired);
        _time.Advance(100 * Ms);
        Assert.Single(later.Expired);
    }

    [Fact]
    public void Deadlines_can_be_set_and_cleared_from_within_an_expiry()
    {
        var second = new Owner(() => Now);
        var other = new Owner(() => Now);
        var otherDeadline = new Deadline(other);
        var first = new Owner(() => Now);
        var deadline = new Deadline(first);
        first.Then = () =>
        {
            _wheel.Set(new Deadline(second), 10 * Ms);
            _wheel.Clear(otherDeadline);
            if (first.Expired.Count < 3)
                _wheel.Set(deadline, 100 * Ms);
        };
        _wheel.Set(deadline, 100 * Ms);
        _wheel.Set(otherDeadline, 300 * Ms);
        _time.Advance(1000 * Ms);
        Assert.Equal(3, first.Expired.Count);
        Assert.Equal(3, second.Expired.Count);
        Assert.Empty(other.Expired);
    }

    [Fact]
    public void Timer_runs_only_while_there_are_deadlines()
    {
        Assert.Equal(0, _time.ActiveTimers);
        _wheel.Set(new Deadline(new Owner(() => Now)), 50 * Ms);
        Assert.Equal(1, _time.ActiveTimers);
        _time.Advance(200 * Ms);
        Assert.Equal(0, _time.ActiveTimers);
    }

    [Fact]
    public void Far_deadlines_are_taken()
    {
        var owner = new Owner(() => Now);
        _wheel.Set(new Deadline(owner), TimeSpan.MaxValue);
        _time.Advance(60_000 * Ms);
        Assert.Empty(owner.Expired);
    }

    [Fact]
    public void Disposed_wheel_expires_nothing()
    {
        var owner = new Owner(() => Now);
        _wheel.Set(new Deadline(owner), 50 * Ms);
        _wheel.Dispose();
        _wheel.Set(new Deadline(owner), 50 * Ms);
        _time.Advance(200 * Ms);
        Assert.Empty(owner.Expired);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(21)]
    [InlineData(50)]
    public void Pause_between_two_readings_of_the_clock_keeps_the_timer_going(int pause)
    {
        var time = new PausingTime(pause * Ms);
        using var wheel = new DeadlineWheel(time);
        wheel.Set(new Deadline(new Owner(() => 0)), 50 * Ms);
        Assert.InRange(time.DueTime, Ms, DeadlineWheel.Tick);
    }

    /// <summary>A clock whose every reading is followed by a pause of the process.</summary>
    private sealed class PausingTime(TimeSpan pause) : TimeProvider, ITimer
    {
        private TimeSpan _now;

        public TimeSpan DueTime { get; private set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp()
        {
            var now = _now;
            _now += pause;
            return now.Ticks;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => this;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            DueTime = dueTime;
            return true;
        }

        public void Dispose() { }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Owner(Func<double> now) : IExpires
    {
        public List<double> Expired { get; } = [];

        public Action? Then { get; set; }

        public void Expire()
        {
            Expired.Add(now());
            Then?.Invoke();
        }
    }
}
