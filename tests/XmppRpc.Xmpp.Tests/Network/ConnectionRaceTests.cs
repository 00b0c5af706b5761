using System.Threading.Channels;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Network;

namespace XmppRpc.Xmpp.Tests.Network;

/// <summary>RFC 8305 §5 with a clock and connections that move only when told to.</summary>
public sealed class ConnectionRaceTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(250), Limit = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider _time = new();
    private readonly Dictionary<string, TaskCompletionSource<Connection>> _open = new(StringComparer.Ordinal);
    private readonly List<string> _started = [];
    private readonly List<string> _cancelled = [];
    private readonly Channel<string> _cancellations = Channel.CreateUnbounded<string>();
    private int _seen;
    private readonly Channel<string> _starts = Channel.CreateUnbounded<string>();

    [Fact]
    public async Task Slow_place_keeps_its_chance_while_the_next_ones_start_250_ms_apart()
    {
        var race = RunAsync("a", "b", "c");
        await StartedAsync("a");
        _time.Advance(Delay - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["a"], _started);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await StartedAsync("a", "b");
        await _time.TimerAsync(Delay);
        _time.Advance(Delay);
        await StartedAsync("a", "b", "c");

        Succeed("a");
        var result = await race;
        Assert.Equal(("a", "a"), (result.Place, result.Connection!.Name));
        Assert.Equal(["b", "c"], _cancelled.Order(StringComparer.Ordinal));
        Assert.Equal(0, _time.ActiveTimers);
    }

    [Fact]
    public async Task Failure_starts_the_next_place_at_once()
    {
        var race = RunAsync("a", "b");
        await StartedAsync("a");
        Fail("a");
        await StartedAsync("a", "b");
        Succeed("b");
        var result = await race;
        Assert.Equal("b", result.Place);
        Assert.Equal("a", Assert.Single(result.Failures).Place);
    }

    [Fact]
    public async Task Winner_leaves_later_places_untouched()
    {
        var race = RunAsync("a", "b");
        await StartedAsync("a");
        Succeed("a");
        Assert.Equal("a", (await race).Place);
        Assert.Equal(["a"], _started);
    }

    [Fact]
    public async Task Loser_that_connects_in_spite_of_being_cancelled_is_disposed()
    {
        var race = RunAsync(ignoreCancellation: true, "a", "b");
        await StartedAsync("a");
        _time.Advance(Delay);
        await StartedAsync("a", "b");
        Succeed("a");
        Assert.Equal("b", await _cancellations.Reader.ReadAsync(TestContext.Current.CancellationToken));
        var late = Succeed("b");
        var winner = (await race).Connection!;
        Assert.NotSame(late, winner);
        Assert.True(late.IsDisposed);
        Assert.False(winner.IsDisposed);
    }

    [Fact]
    public async Task Total_failure_has_every_place_with_its_reason()
    {
        var race = RunAsync("a", "b", "c");
        await StartedAsync("a");
        Fail("a");
        await StartedAsync("a", "b");
        Fail("b");
        await StartedAsync("a", "b", "c");
        await _time.TimerAsync(Limit);
        _time.Advance(Limit);
        var result = await race;
        Assert.Null(result.Connection);
        Assert.Equal(["a: a failed", "b: b failed", "c: no answer within 10 s"], result.Failures.Select(f => $"{f.Place}: {f.Reason.Message}"));
    }

    [Fact]
    public async Task No_place_is_a_failure_without_reasons()
    {
        var result = await RunAsync();
        Assert.Null(result.Connection);
        Assert.Empty(result.Failures);
    }

    [Fact]
    public async Task Cancellation_ends_every_attempt_and_disposes_what_came_of_them()
    {
        using var source = new CancellationTokenSource();
        var race = RunAsync(ignoreCancellation: true, source.Token, "a", "b");
        await StartedAsync("a");
        _time.Advance(Delay);
        await StartedAsync("a", "b");
        await source.CancelAsync();
        var late = Succeed("a");
        Fail("b");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race);
        Assert.True(late.IsDisposed);
        Assert.Equal(0, _time.ActiveTimers);
    }

    private Task<RaceResult<string, Connection>> RunAsync(params string[] places) => RunAsync(false, places);

    private Task<RaceResult<string, Connection>> RunAsync(bool ignoreCancellation, params string[] places) => RunAsync(ignoreCancellation, TestContext.Current.CancellationToken, places);

    private Task<RaceResult<string, Connection>> RunAsync(bool ignoreCancellation, CancellationToken cancellationToken, params string[] places)
    {
        foreach (var place in places)
            _open[place] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return new ConnectionRace(Delay, Limit, _time).RunAsync(places, ConnectAsync, cancellationToken);

        async Task<Connection> ConnectAsync(string place, CancellationToken token)
        {
            lock (_started)
                _started.Add(place);
            _starts.Writer.TryWrite(place);
            await using var registration = token.Register(() => _cancellations.Writer.TryWrite(place));
            if (ignoreCancellation)
                return await _open[place].Task;
            try
            {
                return await _open[place].Task.WaitAsync(token);
            }
            catch (OperationCanceledException)
            {
                lock (_cancelled)
                    _cancelled.Add(place);
                throw;
            }
        }
    }

    private async Task StartedAsync(params string[] places)
    {
        using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_seen < places.Length)
        {
            await _starts.Reader.ReadAsync(guard.Token);
            _seen++;
        }

        Assert.Equal(places, _started);
        if (places.Length < _open.Count)
            await _time.TimerAsync(Delay);
    }

    private Connection Succeed(string place)
    {
        var connection = new Connection(place);
        _open[place].SetResult(connection);
        return connection;
    }

    private void Fail(string place) => _open[place].SetException(new IOException($"{place} failed"));

    private sealed class Connection(string name) : IDisposable
    {
        public string Name { get; } = name;

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
