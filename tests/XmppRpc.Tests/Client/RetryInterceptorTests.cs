using XmppRpc.Contracts;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp;

namespace XmppRpc.Tests.Client;

public sealed class RetryInterceptorTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);
    private readonly ManualTimeProvider _time = new();
    private readonly List<RpcClientCall> _made = [];

    [Theory]
    [InlineData(RpcStatus.Unavailable, RpcOutcome.NotExecuted, false, true)]
    [InlineData(RpcStatus.ResourceExhausted, RpcOutcome.NotExecuted, false, true)]
    [InlineData(RpcStatus.Unreachable, RpcOutcome.NotExecuted, false, true)]
    [InlineData(RpcStatus.Unavailable, RpcOutcome.Unknown, false, false)]
    [InlineData(RpcStatus.Unavailable, RpcOutcome.Unknown, true, true)]
    [InlineData(RpcStatus.ResourceExhausted, RpcOutcome.Executed, false, false)]
    [InlineData(RpcStatus.ResourceExhausted, RpcOutcome.Executed, true, true)]
    [InlineData(RpcStatus.PermissionDenied, RpcOutcome.NotExecuted, true, false)]
    [InlineData(RpcStatus.InvalidArgument, RpcOutcome.NotExecuted, true, false)]
    [InlineData(RpcStatus.DeadlineExceeded, RpcOutcome.NotExecuted, true, false)]
    [InlineData(RpcStatus.Fault, RpcOutcome.Executed, true, false)]
    public async Task Only_what_may_pass_and_cannot_run_twice_is_made_again(RpcStatus status, RpcOutcome outcome, bool idempotent, bool again)
    {
        var call = Retry().CallAsync(NewCall(idempotent), Failing(1, new RpcException(status, "no") { Outcome = outcome })).AsTask();
        if (!again)
        {
            Assert.Equal(status, (await Assert.ThrowsAsync<RpcException>(() => call)).Status);
            Assert.Single(_made);
            return;
        }
        await PassAsync(TimeSpan.FromMilliseconds(100));
        Assert.Equal("ok", await call.WaitAsync(Guard));
        Assert.Equal(2, _made.Count);
    }

    [Fact]
    public async Task Waits_double_up_to_the_longest_and_attempts_are_limited()
    {
        var retry = Retry(maxAttempts: 5);
        var call = retry.CallAsync(NewCall(), Failing(99, Unavailable())).AsTask();
        foreach (var wait in new[] { 100, 200, 300, 300 })
            await PassAsync(TimeSpan.FromMilliseconds(wait));
        await Assert.ThrowsAsync<RpcException>(() => call.WaitAsync(Guard));
        Assert.Equal(5, _made.Count);
    }

    [Fact]
    public async Task Jitter_takes_up_to_half_of_the_wait()
    {
        var call = Retry(jitter: 0).CallAsync(NewCall(), Failing(1, Unavailable())).AsTask();
        await PassAsync(TimeSpan.FromMilliseconds(50));
        Assert.Equal("ok", await call.WaitAsync(Guard));
    }

    [Fact]
    public async Task Callee_that_says_when_is_waited_for()
    {
        var call = Retry().CallAsync(NewCall(), Failing(1, Unavailable(TimeSpan.FromSeconds(7)))).AsTask();
        await PassAsync(TimeSpan.FromSeconds(7));
        Assert.Equal("ok", await call.WaitAsync(Guard));
    }

    [Fact]
    public async Task All_attempts_together_keep_the_timeout_of_the_call()
    {
        var call = Retry().CallAsync(NewCall(timeout: TimeSpan.FromSeconds(10)), Failing(1, Unavailable(TimeSpan.FromSeconds(4)))).AsTask();
        await PassAsync(TimeSpan.FromSeconds(4));
        await call.WaitAsync(Guard);
        Assert.Equal([TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(6)], _made.Select(made => made.Options.Timeout!.Value));
        // What there is no time for fails at once.
        _made.Clear();
        await Assert.ThrowsAsync<RpcException>(() => Retry().CallAsync(NewCall(timeout: TimeSpan.FromSeconds(10)), Failing(1, Unavailable(TimeSpan.FromSeconds(10)))).AsTask().WaitAsync(Guard));
    }

    [Fact]
    public async Task Token_ends_the_waiting()
    {
        using var source = new CancellationTokenSource();
        var call = Retry().CallAsync(NewCall() with { Cancellation = source.Token }, Failing(1, Unavailable())).AsTask();
        await _time.TimerAsync(TimeSpan.FromMilliseconds(100)).WaitAsync(Guard);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(Guard));
        Assert.Single(_made);
    }

    [Fact]
    public async Task Call_that_sends_a_stream_is_made_once()
    {
        var call = NewCall() with { Method = new RpcMethodInfo("acme.orders", 1, "import", RpcMethodKind.Unary) { HasUpload = true, Idempotent = true } };
        await Assert.ThrowsAsync<RpcException>(() => Retry().CallAsync(call, Failing(1, Unavailable())).AsTask());
        Assert.Single(_made);
    }

    [Fact]
    public async Task Stream_is_ordered_again_before_its_first_item_and_not_after_it()
    {
        var orders = 0;
        var items = Retry().StreamAsync(NewCall(), _ => ++orders == 1 ? Items(0) : Items(2));
        var read = new List<int>();
        var reading = ReadAsync();
        await PassAsync(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<RpcException>(() => reading.WaitAsync(Guard));
        Assert.Equal([1, 2], read);
        Assert.Equal(2, orders);

        async Task ReadAsync()
        {
            await foreach (var item in items)
                read.Add(item);
        }

        static async IAsyncEnumerable<int> Items(int before)
        {
            for (var i = 1; i <= before; i++)
                yield return i;
            await Task.Yield();
            throw Unavailable();
        }
    }

    [Fact]
    public async Task Token_of_the_enumeration_reaches_the_stream()
    {
        using var source = new CancellationTokenSource();
        var items = Retry().StreamAsync(NewCall(), _ => Endless());
        var reading = Task.Run(async () =>
        {
            await foreach (var item in items.WithCancellation(source.Token))
                await source.CancelAsync();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(Guard));

        static async IAsyncEnumerable<int> Endless([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken token = default)
        {
            yield return 1;
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        }
    }

    [Fact]
    public void Settings_are_checked()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpcRetryInterceptor { MaxAttempts = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpcRetryInterceptor { FirstDelay = TimeSpan.Zero });
        Assert.Throws<ArgumentOutOfRangeException>(() => new RpcRetryInterceptor { MaxDelay = TimeSpan.FromSeconds(-1) });
    }

    private static RpcException Unavailable(TimeSpan? retryAfter = null) => new(RpcStatus.Unavailable, "not now") { Outcome = RpcOutcome.NotExecuted, RetryAfter = retryAfter };

    private static RpcClientCall NewCall(bool idempotent = false, TimeSpan? timeout = null) => new(
        Jid.Parse("orders@example.org/main"), "acme.orders", new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary) { Idempotent = idempotent }, new RpcCallOptions { Timeout = timeout ?? TimeSpan.FromSeconds(30) }, CancellationToken.None);

    private Func<RpcClientCall, ValueTask<string>> Failing(int times, RpcException error) => call =>
    {
        _made.Add(call);
        return _made.Count <= times ? ValueTask.FromException<string>(error) : new("ok");
    };

    private async Task PassAsync(TimeSpan wait)
    {
        await _time.TimerAsync(wait).WaitAsync(Guard);
        _time.Advance(wait);
    }

    private RpcRetryInterceptor Retry(int maxAttempts = 3, double jitter = 1) =>
        new() { MaxAttempts = maxAttempts, FirstDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromMilliseconds(300), Time = _time, Random = new Fixed(jitter) };

    private sealed class Fixed(double value) : Random
    {
        public override double NextDouble() => value;
    }
}
