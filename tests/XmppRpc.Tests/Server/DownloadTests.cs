using System.Runtime.CompilerServices;
using System.Threading.Channels;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CalleeSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Server;

public sealed class DownloadTests : IAsyncDisposable
{
    private readonly CalleeSide _callee = new();
    private readonly Channel<string> _source = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _produced;

    public DownloadTests() => _callee.On = (_, responder, token) => responder.StreamAsync(ProduceAsync(token), Json.TypeInfo<string>());

    public ValueTask DisposeAsync() => _callee.DisposeAsync();

    [Fact]
    public async Task Stream_is_acknowledged_then_sent_and_ended_with_its_count()
    {
        Put("a", "b", "c");
        _source.Writer.Complete();
        await StartAsync();
        await AssertItemsAsync(1, """["a","b","c"]""");
        Assert.Equal(3, (await _callee.Sent.NextFrameAsync<EndFrame>()).Total);
        await _disposed.Task;
    }

    [Fact]
    public async Task Empty_stream_ends_with_nothing()
    {
        _source.Writer.Complete();
        await StartAsync();
        Assert.Equal(0, (await _callee.Sent.NextFrameAsync<EndFrame>()).Total);
    }

    [Fact]
    public async Task Batch_is_what_is_ready_now()
    {
        Put("a", "b");
        await StartAsync();
        await AssertItemsAsync(1, """["a","b"]""");
        Put("c");
        await AssertItemsAsync(3, """["c"]""");
    }

    [Fact]
    public async Task Batch_is_bounded_by_items_and_by_bytes()
    {
        Put("1", "2", "3", "4", "5");
        var (large, half) = (new string('x', 200), new string('y', 60));
        Put(large, half, half);
        _source.Writer.Complete();
        await StartAsync();
        await AssertItemsAsync(1, """["1","2","3","4"]""");
        await AssertItemsAsync(5, """["5"]""");
        await AssertItemsAsync(6, $"""["{large}"]""");
        await AssertItemsAsync(7, $"""["{half}"]""");
        await AssertItemsAsync(8, $"""["{half}"]""");
        await _callee.Sent.NextFrameAsync<EndFrame>();
    }

    [Fact]
    public async Task Without_credit_nothing_is_sent_nor_even_produced()
    {
        Put("a", "b", "c");
        await StartAsync(items: 0);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        Assert.Equal(0, Volatile.Read(ref _produced));
        Grant(2, 100_000);
        await AssertItemsAsync(1, """["a","b"]""");
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        Assert.Equal(2, Volatile.Read(ref _produced));
        Grant(3, 100_000);
        await AssertItemsAsync(3, """["c"]""");
    }

    [Fact]
    public async Task Credit_in_bytes_stops_the_item_that_would_begin_at_it()
    {
        Put("12345678", "b", "c");
        await StartAsync(bytes: 5);
        await AssertItemsAsync(1, """["12345678"]""");
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        Grant(100, 12);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        Grant(100, 13);
        await AssertItemsAsync(2, """["b"]""");
    }

    [Fact]
    public async Task Credit_never_shrinks()
    {
        Put("a", "b");
        await StartAsync(items: 2);
        await AssertItemsAsync(1, """["a","b"]""");
        Grant(3, 100_000);
        Grant(1, 1);
        Put("c");
        await AssertItemsAsync(3, """["c"]""");
    }

    [Fact]
    public async Task Item_above_the_limit_ends_the_stream_after_those_before_it()
    {
        Put("a", new string('x', 8 * 1024 * 1024), "never");
        await StartAsync();
        await AssertItemsAsync(1, """["a"]""");
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.ResourceExhausted, FrameNames.TooLarge, 1, true), (fault.Status, fault.Code, fault.ItemsBefore, fault.Ran));
        await _disposed.Task;
    }

    [Fact]
    public async Task Exception_after_items_carries_how_many_there_were()
    {
        Put("a", "b");
        _source.Writer.Complete(new RpcException(RpcStatus.Fault, "broke") { Code = "acme.broke" });
        await StartAsync();
        await AssertItemsAsync(1, """["a","b"]""");
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.Fault, "acme.broke", 2), (fault.Status, fault.Code, fault.ItemsBefore));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(1)]
    public async Task Cancel_ends_the_enumerator_whether_it_waits_for_items_or_credit(long credit)
    {
        Put("a");
        await StartAsync(items: credit);
        await AssertItemsAsync(1, """["a"]""");
        _callee.Receive(new CancelFrame(new CallId(Link, 1)));
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.Canceled, 1), (fault.Status, fault.ItemsBefore));
        await _disposed.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Caller_that_is_gone_ends_the_enumerator()
    {
        await StartAsync();
        _callee.Lose(Caller);
        await _disposed.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Batch_stays_below_the_largest_stanza_whatever_its_settings_say()
    {
        await using var callee = new CalleeSide(options => options with { MaxStanzaBytes = 1104 });
        callee.On = (_, responder, token) => responder.StreamAsync(ProduceAsync(token), Json.TypeInfo<string>());
        Put(new string('x', 45), new string('y', 45));
        callee.Receive(NewStream(1));
        await callee.Sent.NextFrameAsync<AckFrame>();
        Assert.Equal(49, (await callee.Sent.NextFrameAsync<ItemFrame>()).Items.Length);
        Assert.Equal(49, (await callee.Sent.NextFrameAsync<ItemFrame>()).Items.Length);
    }

    private void Put(params string[] items) => Assert.All(items, item => Assert.True(_source.Writer.TryWrite(item)));

    private async Task StartAsync(long items = 100, long bytes = 100_000)
    {
        _callee.Receive(NewStream(1, items, bytes));
        Assert.False((await _callee.Sent.NextFrameAsync<AckFrame>()).IsDeferred);
    }

    private void Grant(long items, long bytes) => _callee.Receive(new CreditFrame(new CallId(Link, 1), isUpload: false, 0, new Credit(items, bytes)));

    private async Task AssertItemsAsync(long first, string items)
    {
        var frame = await _callee.Sent.NextFrameAsync<ItemFrame>();
        Assert.Equal((first, items), (frame.First, System.Text.Encoding.UTF8.GetString(frame.Items.Span)));
    }

    private async IAsyncEnumerable<string> ProduceAsync([EnumeratorCancellation] CancellationToken token)
    {
        try
        {
            await foreach (var item in _source.Reader.ReadAllAsync(token))
            {
                Interlocked.Increment(ref _produced);
                yield return item;
            }
        }
        finally
        {
            _disposed.TrySetResult();
        }
    }
}
