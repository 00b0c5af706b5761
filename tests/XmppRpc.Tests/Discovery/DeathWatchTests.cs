using XmppRpc.Discovery;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Tests.Discovery;

public sealed class DeathWatchTests : IDisposable
{
    private static readonly Jid Callee = Jid.Parse("orders@example.org/main");
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);
    private readonly ManualTimeProvider _time = new();
    private readonly SemaphoreSlim _asked = new(0);
    private readonly List<(Jid Peer, TaskCompletionSource<Iq> Answer)> _questions = [];
    private readonly List<string> _told = [];
    private readonly TaskCompletionSource _alive = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly DeathWatch _watch;
    private int _seen;

    public DeathWatchTests() => _watch = new DeathWatch(RequestAsync, new DeathWatchAnswers(AliveAsync, (_, _) => Tell("gone"), (_, error) => Tell(error.Condition)), _time, Again);

    public void Dispose() => _asked.Dispose();

    [Fact]
    public async Task Question_that_is_not_answered_is_asked_again_three_at_a_time()
    {
        foreach (var expected in new[] { 1, 2, 3, 3, 3 })
        {
            _watch.Ask([Callee], []);
            _watch.Ask([Callee], []);
            await AskedAsync(expected);
            _time.Advance(Again);
        }
        await TimeOutAsync(1);
        _watch.Ask([Callee], []);
        await AskedAsync(4);
    }

    [Theory]
    [InlineData("feature-not-implemented", "alive")]
    [InlineData("service-unavailable", "gone")]
    [InlineData("forbidden", "gone")]
    [InlineData("policy-violation", "policy-violation")]
    public async Task Answer_is_told_for_what_it_means(string condition, string told)
    {
        _watch.Ask([Callee], []);
        await AskedAsync(1);
        _questions[0].Answer.SetException(new XmppStanzaException(new StanzaError("cancel", condition), Callee));
        await _alive.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([told], _told);
    }

    [Fact]
    public async Task Silent_callers_leave_room_for_callees_and_no_account_takes_all()
    {
        var callers = Enumerable.Range(0, 1000).Select(i => Jid.Parse($"c{i}@example.net/x")).ToList();
        _watch.Ask([], callers);
        await AskedAsync(128);
        var instances = Enumerable.Range(0, 100).Select(i => Jid.Parse($"orders@example.org/{i}")).ToList();
        _watch.Ask(instances, callers);
        await AskedAsync(128 + 64);
        _watch.Ask([Jid.Parse("stock@example.org/1")], callers);
        await AskedAsync(128 + 65);
        Assert.Equal("stock@example.org/1", _questions[^1].Peer.ToString());
    }

    [Fact]
    public async Task More_instances_than_can_be_asked_take_turns()
    {
        var instances = Enumerable.Range(0, 100).Select(i => Jid.Parse($"orders@example.org/{i}")).ToList();
        _watch.Ask(instances, []);
        await AskedAsync(64);
        await TimeOutAsync(64);
        _watch.Ask(instances, []);
        await AskedAsync(128);
        Assert.Equal(100, _questions.Select(question => question.Peer).Distinct().Count());
    }

    private void Tell(string what)
    {
        _told.Add(what);
        _alive.TrySetResult();
    }

    private Task AliveAsync(Jid peer)
    {
        Tell("alive");
        return Task.CompletedTask;
    }

    private Task<Iq> RequestAsync(Iq iq, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<Iq>();
        lock (_questions)
            _questions.Add((iq.To!, answer));
        _asked.Release();
        return answer.Task;
    }

    private async Task AskedAsync(int count)
    {
        for (; _seen < count; _seen++)
            Assert.True(await _asked.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, _asked.CurrentCount);
    }

    // On the pool, where what waits for the answer goes on within SetException.
    private Task TimeOutAsync(int count) => Task.Run(() =>
    {
        foreach (var (_, answer) in _questions.Take(count))
            answer.SetException(new TimeoutException());
    });
}
