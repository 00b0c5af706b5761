using Microsoft.Extensions.Logging;
using XmppRpc.Client;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

/// <summary>Options of one call, headers, progress, and declared faults, on the caller's side.</summary>
public sealed class CallExtrasTests : IAsyncDisposable
{
    private static readonly RpcJson Json = new(null);

    private static readonly RpcMethodInfo Faulty = new("acme.orders", 1, "place", RpcMethodKind.Unary) { Faults = [new RpcFaultInfo<OutOfStock>("out-of-stock", Json)] };

    private readonly RecordedLog _log = new();
    private readonly CallerSide _caller;

    public CallExtrasTests()
    {
        _caller = new CallerSide(log: _log);
        _caller.Connect();
    }

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task Headers_of_proxy_call_and_parameters_are_joined_the_nearest_wins()
    {
        var invoker = _caller.Invoker(options: new RpcCallOptions { Headers = Headers(("a", "proxy"), ("b", "proxy"), ("c", "proxy")) });
        var arguments = invoker.Begin();
        arguments.Use(new RpcCallOptions { Headers = Headers(("b", "call"), ("c", "call")), Timeout = TimeSpan.FromSeconds(3) });
        arguments.WriteHeader("c", "parameter");
        arguments.WriteHeader("d", null);
        _ = invoker.CallAsync(Unary, arguments, Type<string>(), default);
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal([("a", "proxy"), ("b", "call"), ("c", "parameter")], frame.Headers.OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => (header.Key, header.Value)));
        Assert.Equal(3000, frame.TimeToLive);
        _ = CallerSide.Call(invoker);
        Assert.Equal("proxy", (await _caller.Sent.NextFrameAsync<CallFrame>()).Headers["b"]);
    }

    [Fact]
    public async Task What_cannot_travel_is_refused_before_anything_is_sent()
    {
        var invoker = _caller.Invoker();
        var name = invoker.Begin();
        name.WriteHeader("no spaces", "x");
        await Assert.ThrowsAsync<ArgumentException>(() => invoker.CallAsync(Unary, name, Type<string>(), default));
        var timeout = invoker.Begin();
        timeout.Use(new RpcCallOptions { Timeout = TimeSpan.Zero });
        await Assert.ThrowsAnyAsync<ArgumentException>(() => invoker.CallAsync(Unary, timeout, Type<string>(), default));
        await using var small = new CallerSide(NewOptions() with { MaxFrameBytes = 65_536 });
        var large = small.Invoker().Begin();
        for (var i = 0; i < 10; i++)
            large.WriteHeader($"h{i}", new string('x', 4096));
        Assert.Equal(FrameNames.TooLarge, (await FailsAsync<RpcException>(small.Invoker().CallAsync(Unary, large, Type<string>(), default))).Code);
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public async Task Response_tells_who_answered_and_with_which_headers()
    {
        var response = new RpcResponseInfo();
        var call = CallerSide.Call(_caller.Invoker(options: new RpcCallOptions { Response = response }));
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        Assert.Null(response.From);
        _caller.Receive(new ReplyFrame(id, Utf8("\"ok\"")) { Headers = RpcHeaders.Of(Headers(("etag", "7"))) });
        await call;
        Assert.Equal((Peer, "7"), (response.From, response.Headers["etag"]));
        var failed = new RpcResponseInfo();
        call = CallerSide.Call(_caller.Invoker(options: new RpcCallOptions { Response = failed }));
        _caller.Receive(new FaultFrame((await _caller.Sent.NextFrameAsync<CallFrame>()).Id, RpcStatus.NotFound, "no"));
        await FailsAsync<RpcException>(call);
        Assert.Equal((Peer, 0), (failed.From, failed.Headers.Count));
    }

    [Fact]
    public async Task Options_of_a_proxy_stay_when_others_are_put_in_front()
    {
        var one = _caller.Invoker(options: new RpcCallOptions { Timeout = TimeSpan.FromSeconds(9), Headers = Headers(("tenant", "7"), ("a", "1")) });
        _ = CallerSide.Call((Invoker)one.With(new RpcCallOptions { Timeout = TimeSpan.FromSeconds(4), Headers = Headers(("a", "2")) }).With(new RpcCallOptions { RouteKey = "k" }));
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.Equal(4000, frame.TimeToLive);
        Assert.Equal([("a", "2"), ("tenant", "7")], frame.Headers.OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => (header.Key, header.Value)));
    }

    [Fact]
    public async Task Progress_is_told_in_order_off_the_receiving_loop_and_the_latest_wins()
    {
        using var first = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var told = new List<string?>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var progress = new Report<RpcProgress>(report =>
        {
            Assert.True(Thread.CurrentThread.IsThreadPoolThread);
            lock (told)
                told.Add(report.Text);
            if (report.Text == "1")
            {
                first.Set();
                Assert.True(go.Wait(TimeSpan.FromSeconds(30)));
            }
            if (report.Text == "9")
                all.SetResult();
        });
        var call = CallerSide.Call(_caller.Invoker(options: new RpcCallOptions { Progress = progress }));
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        _caller.Receive(new ProgressFrame(id, new RpcProgress(0.1, "1")));
        Assert.True(first.Wait(TimeSpan.FromSeconds(30)));
        // The user's code hangs, and the loop goes on.
        for (var i = 2; i <= 9; i++)
            _caller.Receive(new ProgressFrame(id, new RpcProgress(null, $"{i}")));
        go.Set();
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["1", "9"], told);
        _caller.Receive(new ReplyFrame(id, Utf8("\"ok\"")));
        await call;
    }

    [Fact]
    public async Task Values_of_the_methods_own_progress_are_read_and_what_fails_there_kills_nothing()
    {
        var told = new System.Collections.Concurrent.ConcurrentQueue<int>();
        var arrived = new SemaphoreSlim(0);
        var invoker = _caller.Invoker();
        var arguments = invoker.Begin();
        arguments.ReportTo(new Report<int>(value =>
        {
            told.Enqueue(value);
            arrived.Release();
            if (value == 2)
                throw new InvalidOperationException("user code");
        }), Type<int>());
        var call = invoker.CallAsync(Unary, arguments, Type<string>(), default);
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        _caller.Receive(new ProgressFrame(id, null) { Value = Utf8("\"no number\"") });
        await LoggedAsync(1);
        foreach (var value in new[] { "2", "3" })
        {
            _caller.Receive(new ProgressFrame(id, null) { Value = Utf8(value) });
            Assert.True(await arrived.WaitAsync(TimeSpan.FromSeconds(30)));
        }
        await LoggedAsync(2);
        Assert.Equal([2, 3], told);
        Assert.All(_log.Lines, line => Assert.Contains("Progress of acme.orders/place", line.Text, StringComparison.Ordinal));
        _caller.Receive(new ReplyFrame(id, Utf8("\"ok\"")));
        Assert.Equal("ok", await call);
        arrived.Dispose();
    }

    [Fact]
    public async Task Streams_and_deferred_calls_tell_progress_too()
    {
        var told = System.Threading.Channels.Channel.CreateUnbounded<string?>();
        var invoker = _caller.Invoker(options: new RpcCallOptions { Progress = new Report<RpcProgress>(report => told.Writer.TryWrite(report.Text)) });
        _ = invoker.DeferAsync(Later, invoker.Begin(), Type<string>(), default);
        _caller.Receive(new ProgressFrame((await _caller.Sent.NextFrameAsync<CallFrame>()).Id, new RpcProgress(Text: "later")));
        Assert.Equal("later", await told.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        await using var items = invoker.StreamAsync(Listing, invoker.Begin(), Type<int>(), default).GetAsyncEnumerator();
        var next = items.MoveNextAsync().AsTask();
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        _caller.Receive(new ProgressFrame(id, new RpcProgress(Text: "list\u001b")));
        Assert.Equal("list\\u001b", await told.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        _caller.Receive(new EndFrame(id, false, 0));
        Assert.False(await next);
    }

    [Fact]
    public async Task Declared_fault_is_thrown_with_its_detail()
    {
        var fault = await FaultAsync(new("out-of-stock", """{"Sku":"A-7","Left":3}"""));
        var typed = Assert.IsType<RpcFaultException<OutOfStock>>(fault);
        Assert.Equal(new OutOfStock("A-7", 3), typed.FaultDetail);
        Assert.Equal((RpcStatus.Fault, "out-of-stock", "gone", Peer, RpcOutcome.Executed, TimeSpan.FromMilliseconds(1500)), (typed.Status, typed.Code, typed.Message, typed.Remote, typed.Outcome, typed.RetryAfter));
        Assert.NotNull(typed.CallId);
    }

    [Theory]
    [InlineData("out-of-stock", """{"Left":"x"}""")]
    [InlineData("out-of-stock", "null")]
    [InlineData("out-of-stock", "")]
    [InlineData("another", """{"Sku":"A-7","Left":3}""")]
    [InlineData("Out-Of-Stock", """{"Sku":"A-7","Left":3}""")]
    public async Task Fault_that_is_not_declared_or_cannot_be_read_is_plain_and_keeps_its_detail(string code, string detail)
    {
        var fault = await FaultAsync(new(code, detail));
        Assert.IsType<RpcException>(fault);
        Assert.Equal((code, detail.Length > 0), (fault.Code, fault.Detail is not null));
        if (detail.Length > 0)
            Assert.Equal(detail, fault.Detail!.Value.GetRawText());
    }

    [Fact]
    public async Task Time_to_wait_that_no_clock_can_hold_is_cut()
    {
        var call = CallerSide.Call(_caller.Invoker());
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        _caller.Receive(new FaultFrame(id, RpcStatus.Unavailable, "no") { RetryAfter = 1L << 53 });
        Assert.Equal(TimeSpan.FromDays(1), (await FailsAsync<RpcException>(call)).RetryAfter);
    }

    private async Task<RpcException> FaultAsync((string Code, string Detail) said)
    {
        var invoker = _caller.Invoker();
        var call = invoker.CallAsync(Faulty, invoker.Begin(), Type<string>(), default);
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        _caller.Receive(new FaultFrame(id, RpcStatus.Fault, "gone") { Code = said.Code, Detail = Utf8(said.Detail), Ran = true, RetryAfter = 1500 });
        return await FailsAsync<RpcException>(call);
    }

    private async Task LoggedAsync(int lines)
    {
        using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (_log.Lines.Count(line => line.Level == LogLevel.Warning) < lines)
        {
            guard.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Dictionary<string, string> Headers(params (string Name, string Value)[] headers) => headers.ToDictionary(header => header.Name, header => header.Value, StringComparer.Ordinal);

    private sealed record OutOfStock(string Sku, int Left);

    private sealed class Report<T>(Action<T> report) : IProgress<T>
    {
        void IProgress<T>.Report(T value) => report(value);
    }
}
