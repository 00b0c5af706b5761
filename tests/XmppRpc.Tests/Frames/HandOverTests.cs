using XmppRpc.Frames;
using XmppRpc.TestKit.Time;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;

namespace XmppRpc.Tests.Frames;

public sealed class HandOverTests : IAsyncDisposable
{
    private static readonly Jid Ann = Jid.Parse("ann@example.org/a");
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(1);
    private readonly ManualTimeProvider _time = new();
    private readonly SentStanzas _sent = new();
    private readonly FrameBatcher _batcher;

    public HandOverTests() => _batcher = new FrameBatcher(_sent.SendAsync, new BatchLimits(100_000, 1000, TimeSpan.FromHours(1)), _time);

    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    [Fact]
    public async Task All_items_run_once_in_order_under_one_hold()
    {
        var order = new List<int>();
        Start([.. Enumerable.Range(0, 50).Select(i => new Item(() =>
        {
            order.Add(i);
            _batcher.Append(Ann, new CancelFrame(new CallId("a", i)));
        }))]);
        Assert.Equal(50, (await _sent.NextAsync()).Lines.Length);
        Assert.Equal(Enumerable.Range(0, 50), order);
        Assert.Equal(1, _time.ActiveTimers);
    }

    [Fact]
    public async Task Blocking_item_does_not_keep_its_neighbours_and_the_hold_ends_with_the_last()
    {
        using var gate = new ManualResetEventSlim();
        var entered = Signal();
        var others = new CountdownEvent(9);
        var othersRan = Signal();
        Start([new Item(() =>
        {
            entered.SetResult();
            gate.Wait();
            Append(0);
        }), .. Enumerable.Range(1, 9).Select(i => new Item(() =>
        {
            Append(i);
            if (others.Signal())
                othersRan.SetResult();
        }))]);
        await entered.Task;
        Assert.False(othersRan.Task.IsCompleted);
        _time.Advance(Patience);
        await othersRan.Task.WaitAsync(TimeSpan.FromSeconds(30));
        gate.Set();
        Assert.Equal(10, (await _sent.NextAsync()).Lines.Length);
    }

    [Fact]
    public async Task Hold_is_released_exactly_once_however_many_workers_help()
    {
        using var gate = new ManualResetEventSlim();
        var entered = new SemaphoreSlim(0);
        Start([.. Enumerable.Range(0, 4).Select(i => new Item(() =>
        {
            entered.Release();
            gate.Wait();
            Append(i);
        }))]);
        for (var i = 0; i < 4; i++)
        {
            Assert.True(await entered.WaitAsync(TimeSpan.FromSeconds(30)));
            _time.Advance(Patience);
        }
        gate.Set();
        Assert.Equal(4, (await _sent.NextAsync()).Lines.Length);
        // A hold that had been released twice would no longer gather.
        _batcher.Hold();
        Append(10);
        Append(11);
        _batcher.Release();
        Assert.Equal(2, (await _sent.NextAsync()).Lines.Length);
    }

    [Fact]
    public void Nothing_to_do_takes_no_hold()
    {
        Start([]);
        _batcher.Append(Ann, new CancelFrame(new CallId("a", 1)));
        Assert.Equal(0, _time.ActiveTimers);
    }

    private void Append(int number) => _batcher.Append(Ann, new CancelFrame(new CallId("a", number)));

    private void Start(Item[] items)
    {
        var work = new HandOver(_batcher, _time, Patience);
        foreach (var item in items)
            work.Add(item);
        work.Start();
    }

    private static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Item(Action run) : IHandedOver
    {
        public void Run() => run();
    }
}
