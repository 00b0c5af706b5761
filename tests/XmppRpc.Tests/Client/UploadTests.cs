using System.Runtime.CompilerServices;
using System.Threading.Channels;
using XmppRpc.Client;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CallerSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Client;

/// <summary>The stream that a caller sends with a call.</summary>
public sealed class UploadTests : IAsyncDisposable
{
    private static readonly RpcMethodInfo Import = new("acme.orders", 1, "import", RpcMethodKind.Unary) { HasUpload = true };
    private readonly CallerSide _caller = new();
    private readonly Channel<int> _source = Channel.CreateUnbounded<int>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public UploadTests() => _caller.Connect();

    public ValueTask DisposeAsync() => _caller.DisposeAsync();

    [Fact]
    public async Task Nothing_is_asked_of_the_source_before_the_first_credit_then_items_and_the_end_follow()
    {
        var (call, id) = await StartAsync();
        Put(1, 2, 3);
        _source.Writer.Complete();
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
        Ack(id, 2);
        Assert.Equal("[1,2]", Text((await _caller.Sent.NextFrameAsync<ItemFrame>()).Items));
        _caller.Receive(new CreditFrame(id, isUpload: true, 2, new Credit(4, 10_000)));
        var rest = await _caller.Sent.NextFrameAsync<ItemFrame>();
        Assert.Equal((3, "[3]", true), (rest.First, Text(rest.Items), rest.IsUpload));
        Assert.Equal((3, true), (await _caller.Sent.NextFrameAsync<EndFrame>()) is var end ? (end.Total, end.IsUpload) : default);
        _caller.Receive(new ReplyFrame(id, Utf8("\"3 rows\"")));
        Assert.Equal("3 rows", await call);
        await _closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Source_that_is_null_is_named_as_the_caller_named_it()
    {
        IAsyncEnumerable<int>? rows = null;
        Assert.Equal("rows", Assert.Throws<ArgumentNullException>(() => _caller.Invoker().Begin().WriteStream(rows!, Type<int>())).ParamName);
    }

    [Fact]
    public async Task Source_that_fails_fails_the_call_and_cancels_it()
    {
        var (call, id) = await StartAsync();
        Put(1);
        Ack(id, 10);
        await _caller.Sent.NextFrameAsync<ItemFrame>();
        _source.Writer.Complete(new InvalidDataException("row 2"));
        Assert.Equal("row 2", (await Assert.ThrowsAsync<InvalidDataException>(() => call)).Message);
        Assert.Equal(id, (await _caller.Sent.NextFrameAsync<CancelFrame>()).Id);
    }

    [Fact]
    public async Task Reply_before_the_end_stops_the_source()
    {
        var (call, id) = await StartAsync();
        Put(1);
        Ack(id, 10);
        await _caller.Sent.NextFrameAsync<ItemFrame>();
        _caller.Receive(new ReplyFrame(id, Utf8("\"enough\"")));
        Assert.Equal("enough", await call);
        await _closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await _caller.Sent.AssertNothingAsync(_caller.Batcher);
    }

    [Fact]
    public async Task Token_stops_the_source_and_cancels_the_call()
    {
        using var source = new CancellationTokenSource();
        var (call, id) = await StartAsync(source.Token);
        Ack(id, 10);
        await source.CancelAsync();
        await FailsAsync<OperationCanceledException>(call);
        Assert.IsType<CancelFrame>(await _caller.Sent.NextFrameAsync());
    }

    [Fact]
    public async Task Callee_that_lacks_items_gets_them_again()
    {
        var (_, id) = await StartAsync();
        Put(1, 2);
        Ack(id, 10);
        await _caller.Sent.NextFrameAsync<ItemFrame>();
        _caller.Receive(new ResumeFrame(id, isUpload: true, 1, new Credit(10, 10_000)));
        Assert.Equal("[1,2]", Text((await _caller.Sent.NextFrameAsync<ItemFrame>()).Items));
        _caller.Time.Advance(TimeSpan.FromSeconds(1));
        _caller.Receive(new ResumeFrame(id, isUpload: true, 3, new Credit(10, 10_000)));
        Assert.Equal((3, "[]"), (await _caller.Sent.NextFrameAsync<ItemFrame>()) is var alive ? (alive.First, Text(alive.Items)) : default);
    }

    [Fact]
    public async Task Call_in_doubt_that_is_acknowledged_again_does_not_begin_again()
    {
        var (_, id) = await StartAsync();
        Put(1);
        Ack(id, 10);
        await _caller.Sent.NextFrameAsync<ItemFrame>();
        Ack(id, 10);
        Put(2);
        Assert.Equal(2, (await _caller.Sent.NextFrameAsync<ItemFrame>()).First);
    }

    private async Task<(Task<string> Call, CallId Id)> StartAsync(CancellationToken token = default)
    {
        var invoker = _caller.Invoker();
        var arguments = invoker.Begin();
        arguments.WriteStream(ReadAsync(CancellationToken.None), Type<int>());
        var call = invoker.CallAsync(Import, arguments, Type<string>(), token);
        var frame = await _caller.Sent.NextFrameAsync<CallFrame>();
        Assert.True(frame is { HasUpload: true, Credit: null });
        return (call, frame.Id);
    }

    private void Put(params int[] items) => Assert.All(items, item => Assert.True(_source.Writer.TryWrite(item)));

    private void Ack(CallId id, long items) => _caller.Receive(new AckFrame(id, false, "x7Kd0w") { Credit = new Credit(items, 10_000) });

    private async IAsyncEnumerable<int> ReadAsync([EnumeratorCancellation] CancellationToken token = default)
    {
        try
        {
            await foreach (var item in _source.Reader.ReadAllAsync(token))
                yield return item;
        }
        finally
        {
            _closed.TrySetResult();
        }
    }
}
