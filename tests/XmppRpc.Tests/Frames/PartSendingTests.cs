using System.Text;
using XmppRpc.Frames;
using XmppRpc.TestKit.Time;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Frames;

/// <summary>Frames that no stanza can carry, on their way out.</summary>
public sealed class PartSendingTests : IAsyncDisposable
{
    private static readonly Jid Ann = Jid.Parse("ann@example.org/a");
    private static readonly BatchLimits Limits = new(2000, 100, TimeSpan.FromHours(1)) { MaxStanzaBytes = 8000, MaxPartBytes = 4000, MaxFrameBytes = 100_000 };
    private readonly ManualTimeProvider _time = new();
    private readonly SentStanzas _sent = new();
    private readonly FrameBatcher _batcher;

    public PartSendingTests() => _batcher = new FrameBatcher(_sent.SendAsync, Limits, _time);

    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    [Theory]
    [InlineData(7980, 0)]
    [InlineData(7981, 3)]
    [InlineData(50_000, 13)]
    public async Task Frame_goes_whole_while_a_stanza_can_carry_it_else_in_parts(int size, int parts)
    {
        var reply = Reply(1, size);
        _batcher.Append(Ann, reply);
        if (parts == 0)
            Assert.Equal(Write(reply), (await _sent.NextAsync()).Text + "\n");
        else
            Assert.Equal(Write(reply), await JoinAsync(new CallId("a", 1), parts) + "\n");
        await _sent.AssertNothingAsync(_batcher);
        Assert.Equal((0L, 0), (_batcher.QueuedBytes, _batcher.QueuedFrames));
    }

    [Fact]
    public async Task Part_says_which_it_is_of_how_many_and_the_first_of_a_call_its_method()
    {
        _batcher.Append(Ann, Call(7, 9000));
        Assert.StartsWith("""{"part":"a.7","of":3,"k":0,"m":"acme.orders/place"}""" + "\n" + """{"call":"a.7",""", (await _sent.NextAsync()).Text, StringComparison.Ordinal);
        Assert.StartsWith("""{"part":"a.7","of":3,"k":1}""" + "\n", (await _sent.NextAsync()).Text, StringComparison.Ordinal);
        Assert.StartsWith("""{"part":"a.7","of":3,"k":2}""" + "\n", (await _sent.NextAsync()).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cut_is_never_within_a_character()
    {
        foreach (var text in new[] { "ü", "€", "𐍈", "aü€𐍈" })
        {
            var line = $"\"{string.Concat(Enumerable.Repeat(text, 20_000 / text.Length))}\"";
            _batcher.Append(Ann, new ReplyFrame(new CallId("a", 1), Utf8(line)));
            // Halves of a character would have come out as replacement characters.
            Assert.Contains(line, await JoinAsync(new CallId("a", 1)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Limit_of_the_receiver_counts_where_it_is_smaller_down_to_one_that_can_be_worked_with()
    {
        foreach (var (limit, longest) in new[] { (3000, 3000), (1, 1024), (-5, 1024) })
        {
            var call = Call(1, 2900);
            call.StanzaLimit = limit;
            _batcher.Append(Ann, call);
            var text = new StringBuilder();
            for (var (next, of) = (0, 1); next < of; next++)
            {
                var stanza = await _sent.NextAsync();
                Assert.InRange(stanza.Text.Length, 1, longest);
                if (stanza.Frames[0] is CallFrame)
                    text.Append(stanza.Text);
                else
                    (of, _) = (((PartFrame)stanza.Frames[0]).Of, text.Append(Text(((PartFrame)stanza.Frames[0]).Slice)));
            }
            Assert.Equal(Write(call), text + "\n");
        }
    }

    [Fact]
    public async Task Limit_of_the_receiver_counts_for_shared_stanzas_too()
    {
        var gate = await BlockWriterAsync();
        for (var i = 0; i < 50; i++)
            _batcher.Append(Ann, new CallFrame(new CallId("a", i), "acme.orders/place", 1, "{}"u8.ToArray()) { StanzaLimit = 1100 });
        gate.SetResult();
        await _sent.NextAsync();
        for (var seen = 0; seen < 50;)
        {
            var stanza = await _sent.NextAsync();
            Assert.InRange(stanza.Text.Length, seen + stanza.Lines.Length < 50 ? 1000 : 1, 1100);
            seen += stanza.Lines.Length;
        }
    }

    [Fact]
    public async Task Quotes_that_servers_would_write_six_times_as_long_count_so()
    {
        await using var batcher = new FrameBatcher((to, text) => _sent.SendAsync(to, text.ToArray().Select(b => b == '"' ? (byte)'!' : b).ToArray()), Limits with { MaxEscapedBytes = 12_000 }, _time);
        batcher.Append(Ann, new ReplyFrame(new CallId("a", 1), Utf8($"\"{new string('`', 5000)}\"")));
        Assert.IsType<PartFrame>(Assert.Single((await _sent.NextAsync()).Frames));
    }

    [Fact]
    public async Task Other_frames_go_between_the_parts()
    {
        var gate = await BlockWriterAsync();
        _batcher.Append(Ann, Reply(1, 15_000));
        for (var i = 0; i < 60; i++)
            _batcher.Append(Ann, Reply(100 + i, 50));
        gate.SetResult();
        await _sent.NextAsync();
        var kinds = new List<bool>();
        for (var i = 0; i < 6; i++)
            kinds.Add((await _sent.NextAsync()).Frames[0] is PartFrame);
        Assert.Equal([false, true, false, true, false, true], kinds);
    }

    [Fact]
    public async Task Frames_in_parts_follow_one_another()
    {
        var gate = await BlockWriterAsync();
        foreach (var number in new[] { 1, 2 })
            _batcher.Append(Ann, Reply(number, 15_000));
        gate.SetResult();
        await _sent.NextAsync();
        await JoinAsync(new CallId("a", 1), 4);
        await JoinAsync(new CallId("a", 2), 4);
    }

    [Fact]
    public async Task Streamed_frames_keep_their_order_around_one_in_parts_and_unary_ones_overtake_it()
    {
        var gate = await BlockWriterAsync();
        _batcher.Append(Ann, Item(1, 10));
        _batcher.Append(Ann, Item(2, 9000));
        _batcher.Append(Ann, Item(3, 10));
        _batcher.Append(Ann, Item(4, 9000));
        _batcher.Append(Ann, new EndFrame(new CallId("s", 1), isUpload: false, 4));
        _batcher.Append(Ann, Reply(1, 10));
        gate.SetResult();
        await _sent.NextAsync();
        var order = new List<string>();
        while (order.LastOrDefault() != "end")
            order.AddRange((await _sent.NextAsync()).Frames.Select(frame => frame switch
            {
                PartFrame part => $"{part.Number}/{part.Of}",
                ItemFrame item => $"{item.First}",
                EndFrame => "end",
                _ => "reply",
            }));
        Assert.Equal(["reply", "1", "0/3", "1/3", "2/3", "3", "0/3", "1/3", "2/3", "end"], order);
    }

    [Fact]
    public async Task Streamed_and_unary_frames_in_parts_take_turns()
    {
        var gate = await BlockWriterAsync();
        foreach (var number in new[] { 1, 2, 3 })
            _batcher.Append(Ann, Reply(number, 9000));
        foreach (var number in new[] { 1, 2 })
            _batcher.Append(Ann, Item(number, 9000));
        gate.SetResult();
        await _sent.NextAsync();
        var order = new List<string>();
        for (var i = 0; i < 15; i++)
            if ((await _sent.NextAsync()).Frames[0] is PartFrame { Number: 0 } part)
                order.Add(part.Id.Scope);
        Assert.Equal(["s", "a", "s", "a", "a"], order);
    }

    [Fact]
    public async Task Frame_is_told_once_its_last_part_is_written()
    {
        var gate = await BlockWriterAsync();
        var call = Call(1, 9000);
        _batcher.Append(Ann, call);
        gate.SetResult();
        Assert.Null(await call.Written);
        Assert.Equal(1, call.Told);
        await _sent.NextAsync();
        await JoinAsync(call.Id, 3);
    }

    [Fact]
    public async Task Failure_of_a_part_fails_the_frame_once_and_the_others_stay()
    {
        var refusal = new ArgumentException("The stanza holds what XML forbids.");
        _sent.Before = stanza => stanza.Text.Contains("\"k\":1", StringComparison.Ordinal) ? throw refusal : ValueTask.CompletedTask;
        var call = Call(1, 15_000);
        _batcher.Append(Ann, call);
        Assert.Same(refusal, await call.Written);
        await _batcher.FlushAsync();
        Assert.Equal(1, call.Told);
        Assert.Equal(0, Assert.IsType<PartFrame>((await _sent.NextAsync()).Frames[0]).Number);
        await _sent.AssertNothingAsync(_batcher);
        Assert.Equal((0L, 0), (_batcher.QueuedBytes, _batcher.QueuedFrames));
    }

    [Fact]
    public async Task Frame_above_the_largest_is_told_so_and_not_sent()
    {
        var call = Call(1, 100_000);
        _batcher.Append(Ann, call);
        Assert.Contains("MaxFrameBytes", Assert.IsType<ArgumentException>(await call.Written).Message, StringComparison.Ordinal);
        await _sent.AssertNothingAsync(_batcher);
        Assert.Equal(0, _batcher.QueuedBytes);
    }

    [Fact]
    public async Task Call_can_be_withdrawn_until_its_last_part_and_the_callee_is_told()
    {
        for (var after = 0; after < 3; after++)
        {
            var stop = after;
            var reached = new TaskCompletionSource();
            var go = new TaskCompletionSource();
            _sent.Before = async stanza =>
            {
                if (!stanza.Text.Contains($"\"k\":{stop}", StringComparison.Ordinal))
                    return;
                reached.SetResult();
                await go.Task;
            };
            var call = Call(after, 9000);
            _batcher.Append(Ann, call);
            await reached.Task;
            Assert.Equal(after < 2, call.TryWithdraw());
            go.SetResult();
            for (var number = 0; number <= after; number++)
                Assert.Equal(number, Assert.IsType<PartFrame>((await _sent.NextAsync()).Frames[0]).Number);
            if (after < 2)
                Assert.Equal(call.Id, Assert.IsType<CancelFrame>((await _sent.NextAsync()).Frames[0]).Id);
            await _sent.AssertNothingAsync(_batcher);
            Assert.Equal((0L, 0), (_batcher.QueuedBytes, _batcher.QueuedFrames));
        }
    }

    [Fact]
    public async Task Parts_count_as_queued_until_they_are_sent()
    {
        var lengths = new List<long>();
        _sent.Before = _ =>
        {
            lengths.Add(_batcher.QueuedBytes);
            return ValueTask.CompletedTask;
        };
        var call = Call(1, 12_000);
        _batcher.Append(Ann, call);
        Assert.Null(await call.Written);
        var line = Write(call).Length - 1;
        Assert.Equal([line - 4000, line - 8000, line - 12_000, 0], lengths);
    }

    [Fact]
    public async Task Closing_between_parts_tells_the_frame()
    {
        var reached = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        _sent.Before = async _ =>
        {
            reached.SetResult();
            await go.Task;
        };
        var call = Call(1, 9000);
        _batcher.Append(Ann, call);
        await reached.Task;
        var reason = new InvalidOperationException("over");
        _batcher.Close(reason);
        Assert.Same(reason, await call.Written);
        go.SetResult();
        await _sent.NextAsync();
        await _sent.AssertNothingAsync(_batcher);
        Assert.Equal((1, 0L), (call.Told, _batcher.QueuedBytes));
    }

    private static ReplyFrame Reply(int number, int size) => new(new CallId("a", number), Utf8($"\"{new string('r', size - 2)}\""));

    private static ItemFrame Item(int number, int size) => new(new CallId("s", 1), isUpload: false, number, 1, Utf8($"[\"{new string('i', size)}\"]"));

    private static ToldCall Call(int number, int size) => new(number, size);

    private async Task<string> JoinAsync(CallId id, int? of = null)
    {
        var line = new StringBuilder();
        for (var next = 0; next < (of ?? int.MaxValue); next++)
        {
            var part = Assert.IsType<PartFrame>(Assert.Single((await _sent.NextAsync()).Frames));
            Assert.Equal((id, next, of ??= part.Of), (part.Id, part.Number, part.Of));
            Assert.InRange(part.Slice.Length, 1, Limits.MaxPartBytes);
            line.Append(Text(part.Slice));
        }
        return line.ToString();
    }

    /// <summary>Sends one stanza that stays in the connection until the gate opens; it has to be taken by the test.</summary>
    private async Task<TaskCompletionSource> BlockWriterAsync()
    {
        var sending = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        _sent.Before = async _ =>
        {
            sending.TrySetResult();
            await gate.Task;
        };
        _batcher.Append(Ann, new WhoFrame("block"));
        await sending.Task;
        return gate;
    }

    private sealed class ToldCall(int number, int size) : CallFrame(new CallId("a", number), "acme.orders/place", 1, Utf8($"\"{new string('c', size)}\""))
    {
        private readonly TaskCompletionSource<Exception?> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Told { get; private set; }

        public Task<Exception?> Written => _written.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public override void OnWritten(Exception? failure)
        {
            Told++;
            _written.TrySetResult(failure);
        }
    }
}
