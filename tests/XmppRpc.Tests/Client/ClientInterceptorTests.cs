using XmppRpc.Client;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

public sealed class ClientInterceptorTests : IAsyncDisposable
{
    private static readonly RpcMethodInfo Upload = new("acme.orders", 1, "import", RpcMethodKind.Unary) { HasUpload = true };

    private readonly CallerSide _caller = new();

    public ClientInterceptorTests() => _caller.Connect();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task First_is_the_outermost_and_sees_the_call_with_its_timeout()
    {
        var order = new List<string>();
        var invoker = Invoker(new Around { OnCall = call => order.Add($"outer {call.Method.Path} {call.Contract} {call.Target} {call.Options.Timeout}") }, new Around { OnCall = _ => order.Add("inner") });
        var call = CallerSide.Call(invoker);
        await AnswerAsync("\"ok\"");
        Assert.Equal("ok", await call);
        Assert.Equal(["outer acme.orders/place acme.orders orders@example.org/main 00:00:30", "inner"], order);
    }

    [Fact]
    public async Task Every_shape_goes_through()
    {
        var seen = new List<string>();
        var invoker = Invoker(new Around { OnCall = call => seen.Add(call.Method.Name), OnStream = call => seen.Add("stream " + call.Method.Name) });
        var acknowledged = invoker.CallAsync(Unary, invoker.Begin(), default);
        await AnswerAsync("");
        await acknowledged;
        var sent = invoker.SendAsync(OneWay, invoker.Begin(), default);
        Assert.True((await _caller.Sent.NextFrameAsync<CallFrame>()).IsOneWay);
        await sent.WaitAsync(TimeSpan.FromSeconds(30));
        var taken = invoker.DeferAsync(Later, invoker.Begin(), Type<string>(), default);
        await AnswerAsync("\"yes\"");
        Assert.Equal("yes", await await taken);
        var items = invoker.StreamAsync(Listing, invoker.Begin(), Type<int>(), default).ToListAsync().AsTask();
        var ordered = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Receive(ItemsOf(ordered.Id, false, 1, Utf8("[1,2]")));
        _caller.Receive(new EndFrame(ordered.Id, false, 2));
        Assert.Equal([1, 2], await items.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(["place", "tell", "decide", "stream list"], seen);
    }

    [Fact]
    public async Task Next_may_be_called_again_with_the_same_arguments_and_a_new_id()
    {
        var invoker = Invoker(new Around { Attempts = 2 });
        var arguments = invoker.Begin();
        arguments.Write("qty"u8, 7);
        var call = invoker.CallAsync(Unary, arguments, Type<string>(), default);
        var first = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Receive(new FaultFrame(first.Id, RpcStatus.Unavailable, "not now"));
        var second = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.NotEqual(first.Id, second.Id);
        Assert.Equal(("""{"qty":7}""", """{"qty":7}"""), (Text(first.Arguments), Text(second.Arguments)));
        _caller.Receive(new ReplyFrame(second.Id, Utf8("\"ok\"")));
        Assert.Equal("ok", await call);
    }

    [Fact]
    public async Task Call_that_sends_a_stream_cannot_be_made_again()
    {
        var invoker = Invoker(new Around { Attempts = 2 });
        var arguments = invoker.Begin();
        arguments.WriteStream(AsyncEnumerable.Range(1, 3), Type<int>());
        var call = invoker.CallAsync(Upload, arguments, Type<string>(), default);
        _caller.Receive(new FaultFrame((await _caller.Sent.NextFrameAsync<CallFrame>()).Id, RpcStatus.Unavailable, "not now"));
        Assert.Contains("only once", (await FailsAsync<InvalidOperationException>(call)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_changes_target_options_and_token_but_not_the_call()
    {
        var other = Jid.Parse("orders@example.org/second");
        _caller.Links.Learn(other, Info("abcdef"));
        using var source = new CancellationTokenSource();
        var changed = CallerSide.Call(Invoker(new Around
        {
            Change = call => call with { Target = other, Options = call.Options with { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["tenant"] = "7" }, Timeout = TimeSpan.FromSeconds(2) }, Cancellation = source.Token },
        }));
        var stanza = await _caller.Sent.NextAsync();
        var frame = Assert.IsType<CallFrame>(Assert.Single(stanza.Frames));
        Assert.Equal((other, "7", 2000L), (stanza.To, frame.Headers["tenant"], frame.TimeToLive));
        await source.CancelAsync();
        await FailsAsync<OperationCanceledException>(changed);
        await FailsAsync<InvalidOperationException>(CallerSide.Call(Invoker(new Around { Change = call => call with { Method = OneWay } })));
        await FailsAsync<ArgumentException>(CallerSide.Call(Invoker(new Around { Change = call => call with { Options = call.Options with { Timeout = TimeSpan.Zero } } })));
    }

    [Fact]
    public async Task What_it_throws_fails_the_task_and_not_the_caller()
    {
        var invoker = Invoker(new Around { OnCall = _ => throw new InvalidOperationException("no") });
        await FailsAsync<InvalidOperationException>(CallerSide.Call(invoker));
        await FailsAsync<InvalidOperationException>(invoker.SendAsync(OneWay, invoker.Begin(), default));
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public void Without_interceptors_there_is_no_chain() => Assert.Null(ClientChain.Of([]));

    private async Task AnswerAsync(string result)
    {
        var call = await _caller.Sent.NextFrameAsync<CallFrame>();
        _caller.Receive(new ReplyFrame(call.Id, Utf8(result)));
    }

    private Invoker Invoker(params RpcClientInterceptor[] interceptors) =>
        new(_caller.Pending, _caller.Targets, new PayloadPool(), Peer, TimeSpan.FromSeconds(30), new RpcCallOptions(), ClientChain.Of(interceptors));

    private sealed class Around : RpcClientInterceptor
    {
        public Action<RpcClientCall> OnCall { get; init; } = _ => { };

        public Action<RpcClientCall> OnStream { get; init; } = _ => { };

        public Func<RpcClientCall, RpcClientCall> Change { get; init; } = call => call;

        public int Attempts { get; init; } = 1;

        public override async ValueTask<T> CallAsync<T>(RpcClientCall call, Func<RpcClientCall, ValueTask<T>> next)
        {
            OnCall(call);
            for (var attempt = 1; ; attempt++)
                try
                {
                    return await next(Change(call));
                }
                catch (RpcException) when (attempt < Attempts)
                {
                    // Once more.
                }
        }

        public override IAsyncEnumerable<T> StreamAsync<T>(RpcClientCall call, Func<RpcClientCall, IAsyncEnumerable<T>> next)
        {
            OnStream(call);
            return next(call);
        }
    }
}
