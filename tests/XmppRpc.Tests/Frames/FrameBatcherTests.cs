using XmppRpc.Frames;
using XmppRpc.TestKit.Time;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;

namespace XmppRpc.Tests.Frames;

public sealed class FrameBatcherTests : IAsyncDisposable
{
    private static readonly Jid Ann = Jid.Parse("ann@example.org/a");
    private static readonly Jid Bob = Jid.Parse("bob@example.org/b");
    private readonly ManualTimeProvider _time = new();
    private readonly SentStanzas _sent = new();
    private readonly FrameBatcher _batcher;

    public FrameBatcherTests() => _batcher = New(new BatchLimits(2000, 8, TimeSpan.FromMilliseconds(1)));

    public ValueTask DisposeAsync() => _batcher.DisposeAsync();

    private FrameBatcher New(BatchLimits limits) => new(_sent.SendAsync, limits, _time);

    [Fact]
    public async Task Frames_that_wait_share_one_stanza_one_a_line()
    {
        _batcher.Hold();
        _batcher.Append(Ann, new CancelFrame(new CallId("a", 1)));
        _batcher.Append(Ann, new CancelFrame(new CallId("a", 2)));
        _batcher.Release();
        var stanza = await _sent.NextAsync();
        Assert.Equal(Ann, stanza.To);
        Assert.Equal("{\"cancel\":\"a.1\"}\n{\"cancel\":\"a.2\"}", stanza.Text);
    }

    [Fact]
    public async Task Frame_outside_a_hold_leaves_by_itself()
    {
        _batcher.Append(Ann, new Sized("x", 10));
        Assert.Equal(["x"], Words(await _sent.NextAsync()));
    }

    [Fact]
    public async Task Frames_appended_while_a_stanza_is_sent_share_the_next()
    {
        var sending = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        _sent.Before = stanza => Words(stanza)[0] == "first" ? Block() : ValueTask.CompletedTask;
        _batcher.Append(Ann, new Sized("first", 10));
        await sending.Task;
        for (var i = 0; i < 5; i++)
            _batcher.Append(Ann, new Sized($"n{i}", 10));
        go.SetResult();
        Assert.Equal(["first"], Words(await _sent.NextAsync()));
        Assert.Equal(["n0", "n1", "n2", "n3", "n4"], Words(await _sent.NextAsync()));

        async ValueTask Block()
        {
            sending.SetResult();
            await go.Task;
        }
    }

    [Fact]
    public async Task Stanza_takes_no_more_than_MaxFrames()
    {
        AppendHeld(Ann, Enumerable.Range(0, 20).Select(i => new Sized($"n{i}", 1)));
        var sizes = new List<int>();
        while (sizes.Sum() < 20)
            sizes.Add(Words(await _sent.NextAsync()).Length);
        Assert.Equal([8, 8, 4], sizes);
    }

    [Fact]
    public async Task Stanza_takes_no_more_than_MaxBytes_and_a_larger_frame_goes_alone()
    {
        await using var batcher = New(new BatchLimits(100, 100, TimeSpan.FromHours(1)));
        var gate = await BlockWriterAsync(batcher);
        foreach (var (word, size) in new[] { ("a", 60), ("b", 39), ("c", 20), ("big", 500), ("d", 99), ("e", 20) })
            batcher.Append(Ann, new Sized(word, size));
        gate.SetResult();
        await _sent.NextAsync();
        foreach (var expected in new[] { "a b", "c", "big", "d", "e" })
            Assert.Equal(expected, string.Join(' ', Words(await _sent.NextAsync())));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(100)]
    [InlineData(400)]
    public async Task Stanza_is_filled_to_its_limit_and_never_above(int size)
    {
        await using var batcher = New(new BatchLimits(7680, 1000, TimeSpan.FromHours(1)));
        var gate = await BlockWriterAsync(batcher);
        const int count = 2000;
        for (var i = 0; i < count; i++)
            batcher.Append(Ann, new Sized($"{i}", size + i % 7));
        gate.SetResult();
        await _sent.NextAsync();
        for (var next = 0; next < count;)
        {
            var stanza = await _sent.NextAsync();
            var words = Words(stanza);
            Assert.Equal(Enumerable.Range(next, words.Length).Select(i => $"{i}"), words);
            next += words.Length;
            Assert.InRange(stanza.Text.Length, next < count ? 7680 - size - 7 : 1, 7680);
        }
        Assert.Equal((0L, 0), (batcher.QueuedBytes, batcher.QueuedFrames));
    }

    [Fact]
    public async Task Frame_that_did_not_fit_can_be_withdrawn_until_its_stanza_is_written()
    {
        await using var batcher = New(new BatchLimits(100, 100, TimeSpan.FromHours(1)));
        var gate = await BlockWriterAsync(batcher);
        var sending = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var before = _sent.Before;
        _sent.Before = async stanza =>
        {
            await before(stanza);
            if (Words(stanza)[0] != "a")
                return;
            sending.SetResult();
            await go.Task;
        };
        var (a, b, c) = (new Sized("a", 60), new Sized("b", 60), new Sized("c", 30));
        foreach (var frame in new[] { a, b, c })
            batcher.Append(Ann, frame);
        gate.SetResult();
        await sending.Task;
        Assert.True(b.TryWithdraw());
        go.SetResult();
        await _sent.NextAsync();
        Assert.Equal(["a"], Words(await _sent.NextAsync()));
        Assert.Equal(["c"], Words(await _sent.NextAsync()));
        await _sent.AssertNothingAsync(batcher);
        Assert.Equal(0, batcher.QueuedBytes);
    }

    [Fact]
    public async Task Withdrawn_frames_are_counted_out_at_once_and_removed_before_they_are_the_larger_half()
    {
        var gate = await BlockWriterAsync(_batcher);
        var frames = Enumerable.Range(0, 10_000).Select(i => new Sized($"{i}", 50, Streamed: i % 3 == 0)).ToList();
        foreach (var frame in frames)
            _batcher.Append(Ann, frame);
        var left = frames.Count;
        foreach (var frame in frames.Where((_, i) => i % 100 != 5))
        {
            Assert.True(frame.TryWithdraw());
            left--;
            Assert.Equal(100 * left, _batcher.QueuedBytes);
            Assert.InRange(_batcher.QueuedFrames, left, 2 * left + 1);
        }
        gate.SetResult();
        await _sent.NextAsync();
        var words = new List<string>();
        while (words.Count < 100)
            words.AddRange(Words(await _sent.NextAsync()));
        Assert.Equal(frames.Count / 100, words.Select(word => int.Parse(word, System.Globalization.CultureInfo.InvariantCulture)).Distinct().Count(i => i % 100 == 5));
        await _sent.AssertNothingAsync(_batcher);
        Assert.Equal((0L, 0), (_batcher.QueuedBytes, _batcher.QueuedFrames));
    }

    [Fact]
    public async Task Frames_that_are_withdrawn_while_they_are_appended_and_sent_are_counted_right()
    {
        for (var round = 0; round < 20; round++)
        {
            var frames = Enumerable.Range(0, 1000).Select(i => new Sized($"{i}", 40)).ToList();
            var withdrawn = 0;
            await Task.WhenAll(
                Task.Run(() => frames.ForEach(frame => _batcher.Append(Ann, frame))),
                Task.Run(() => frames.ForEach(frame => withdrawn += frame.TryWithdraw() ? 1 : 0)));
            await _batcher.FlushAsync();
            for (var sent = 0; sent < frames.Count - withdrawn;)
                sent += Words(await _sent.NextAsync()).Length;
            await _sent.AssertNothingAsync(_batcher);
            Assert.Equal((0L, 0), (_batcher.QueuedBytes, _batcher.QueuedFrames));
        }
    }

    [Fact]
    public async Task Reply_that_waits_twice_is_sent_twice_and_counted_right()
    {
        var reply = new ReplyFrame(new CallId("a", 1), "7"u8.ToArray());
        _batcher.Hold();
        _batcher.Append(Ann, reply);
        _batcher.Append(Ann, reply);
        Assert.Equal(2 * reply.MaxBytes, _batcher.QueuedBytes);
        _batcher.Release();
        Assert.Equal(2, (await _sent.NextAsync()).Lines.Length);
        Assert.Equal(0, _batcher.QueuedBytes);
    }

    [Fact]
    public async Task Unary_frames_overtake_streamed_ones_and_each_class_keeps_its_order()
    {
        AppendHeld(Ann, [new Sized("s1", 1, Streamed: true), new Sized("u1", 1), new Sized("s2", 1, Streamed: true), new Sized("u2", 1)]);
        Assert.Equal(["u1", "u2", "s1", "s2"], Words(await _sent.NextAsync()));
    }

    [Fact]
    public async Task Withdrawn_frames_are_not_sent_and_taken_ones_cannot_be_withdrawn()
    {
        var (a, b, c) = (new Sized("a", 1), new Sized("b", 1), new Sized("c", 1));
        _batcher.Hold();
        foreach (var frame in new[] { a, b, c })
            _batcher.Append(Ann, frame);
        Assert.True(b.TryWithdraw());
        Assert.False(b.TryWithdraw());
        _batcher.Release();
        Assert.Equal(["a", "c"], Words(await _sent.NextAsync()));
        Assert.False(a.TryWithdraw());
        Assert.False(b.TryTake());
        Assert.True(a.TryTake());
    }

    [Fact]
    public async Task Peer_whose_frames_are_all_withdrawn_gets_nothing()
    {
        var frame = new Sized("a", 1);
        _batcher.Hold();
        _batcher.Append(Ann, frame);
        frame.TryWithdraw();
        _batcher.Release();
        await _sent.AssertNothingAsync(_batcher);
    }

    [Fact]
    public async Task Peers_take_turns()
    {
        var gate = await BlockWriterAsync(_batcher);
        for (var i = 0; i < 20; i++)
            _batcher.Append(Ann, new Sized($"a{i}", 1));
        _batcher.Append(Bob, new Sized("b", 1));
        gate.SetResult();
        await _sent.NextAsync();
        var order = new List<Jid>();
        for (var i = 0; i < 4; i++)
            order.Add((await _sent.NextAsync()).To);
        Assert.Equal([Ann, Bob, Ann, Ann], order);
    }

    [Fact]
    public async Task Hold_gathers_until_the_last_release()
    {
        _batcher.Hold();
        _batcher.Append(Ann, new Sized("a", 1));
        _batcher.Hold();
        _batcher.Release();
        _batcher.Append(Ann, new Sized("b", 1));
        _batcher.Release();
        Assert.Equal(["a", "b"], Words(await _sent.NextAsync()));
    }

    [Fact]
    public async Task Hold_lets_a_full_stanza_go()
    {
        _batcher.Hold();
        for (var i = 0; i < 8; i++)
            _batcher.Append(Ann, new Sized($"n{i}", 1));
        Assert.Equal(8, Words(await _sent.NextAsync()).Length);
        _batcher.Append(Ann, new Sized("big", 2500));
        Assert.Equal(["big"], Words(await _sent.NextAsync()));
        _batcher.Release();
    }

    [Fact]
    public async Task Hold_that_is_too_old_keeps_nothing_back()
    {
        _batcher.Hold();
        _batcher.Append(Ann, new Sized("a", 1));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["a"], Words(await _sent.NextAsync()));
        _batcher.Append(Ann, new Sized("b", 1));
        Assert.Equal(["b"], Words(await _sent.NextAsync()));
        _batcher.Release();
    }

    [Fact]
    public async Task Failed_send_tells_every_frame_and_closes()
    {
        var failure = new XmppConnectionException("gone");
        _sent.Before = _ => throw failure;
        var (a, b) = (new Sized("a", 1), new Sized("b", 1));
        AppendHeld(Ann, [a]);
        Assert.Same(failure, await a.Written);
        _batcher.Append(Bob, b);
        Assert.Same(failure, await b.Written);
    }

    [Fact]
    public async Task Stanza_that_cannot_be_sent_concerns_its_frames_only()
    {
        var refusal = new ArgumentException("The stanza holds what XML forbids.");
        _sent.Before = stanza => Words(stanza)[0] == "bad" ? throw refusal : ValueTask.CompletedTask;
        var (bad, good) = (new Sized("bad", 1), new Sized("good", 1));
        _batcher.Append(Ann, bad);
        Assert.Same(refusal, await bad.Written);
        _batcher.Append(Ann, good);
        Assert.Null(await good.Written);
        Assert.Equal(["good"], Words(await _sent.NextAsync()));
    }

    [Fact]
    public async Task Close_tells_frames_that_wait_and_those_that_come_later()
    {
        var reason = new InvalidOperationException("over");
        var (waits, late) = (new Sized("a", 1), new Sized("b", 1));
        _batcher.Hold();
        _batcher.Append(Ann, waits);
        _batcher.Close(reason);
        _batcher.Close(new InvalidOperationException("again"));
        _batcher.Append(Ann, late);
        Assert.Same(reason, await waits.Written);
        Assert.Same(reason, await late.Written);
        _batcher.Release();
        await _sent.AssertNothingAsync(_batcher);
    }

    [Fact]
    public async Task Written_frames_are_told_so()
    {
        var frame = new Sized("a", 1);
        _batcher.Append(Ann, frame);
        Assert.Null(await frame.Written);
    }

    [Fact]
    public async Task Flush_waits_for_what_is_queued_held_or_being_sent()
    {
        var gate = await BlockWriterAsync(_batcher);
        _batcher.Hold();
        for (var i = 0; i < 30; i++)
            _batcher.Append(i % 2 == 0 ? Ann : Bob, new Sized($"n{i}", 1));
        var flush = _batcher.FlushAsync();
        Assert.False(flush.IsCompleted);
        gate.SetResult();
        await flush;
        var words = 0;
        await _sent.NextAsync();
        while (words < 30)
            words += Words(await _sent.NextAsync()).Length;
        await _sent.AssertNothingAsync(_batcher);
        _batcher.Release();
    }

    [Fact]
    public async Task Dispose_waits_for_the_stanza_that_is_being_sent()
    {
        var gate = await BlockWriterAsync(_batcher);
        var disposed = _batcher.DisposeAsync().AsTask();
        Assert.False(disposed.IsCompleted);
        gate.SetResult();
        await disposed;
        await _sent.NextAsync();
    }

    [Fact]
    public async Task Many_appenders_lose_and_double_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < 500; i++)
                _batcher.Append(t % 2 == 0 ? Ann : Bob, new CancelFrame(new CallId($"t{t}", i)));
        })));
        await _batcher.FlushAsync();
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < 4000; i++)
        {
            var id = (await _sent.NextFrameAsync<CancelFrame>()).Id;
            Assert.Equal(seen.GetValueOrDefault(id.Scope, -1) + 1, id.Number);
            seen[id.Scope] = id.Number;
        }
        await _sent.AssertNothingAsync(_batcher);
    }

    private void AppendHeld(Jid peer, IEnumerable<Sized> frames)
    {
        _batcher.Hold();
        foreach (var frame in frames)
            _batcher.Append(peer, frame);
        _batcher.Release();
    }

    /// <summary>Sends one stanza that stays in the connection until the gate opens; it has to be taken by the test.</summary>
    private async Task<TaskCompletionSource> BlockWriterAsync(FrameBatcher batcher)
    {
        var sending = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        _sent.Before = async stanza =>
        {
            if (Words(stanza)[0] != "block")
                return;
            sending.SetResult();
            await gate.Task;
        };
        batcher.Append(Bob, new Sized("block", 1));
        await sending.Task;
        return gate;
    }

    private static string[] Words(SentStanza stanza) => [.. stanza.Lines.Select(line => line.Split('"')[3])];

    /// <summary>A frame whose line takes so many bytes, if that is enough for its word. It may take twice as much, as far as anybody knows before.</summary>
    [Fact]
    public async Task Peer_with_a_limit_of_its_own_gets_stanzas_up_to_that()
    {
        await using var batcher = New(new BatchLimits(100, 100, TimeSpan.FromHours(1)) { OfPeer = peer => peer == Bob ? 300 : 100 });
        batcher.Hold();
        foreach (var peer in new[] { Ann, Bob })
            for (var i = 0; i < 3; i++)
                batcher.Append(peer, new Sized("x", 90));
        batcher.Release();
        var stanzas = new[] { await _sent.NextAsync(), await _sent.NextAsync(), await _sent.NextAsync(), await _sent.NextAsync() };
        Assert.Equal([1, 1, 1], stanzas.Where(stanza => stanza.To == Ann).Select(stanza => stanza.Lines.Length));
        Assert.Equal([3], stanzas.Where(stanza => stanza.To == Bob).Select(stanza => stanza.Lines.Length));
    }

    [Theory]
    [InlineData("bob@example.org/b", "http://www.process-one.net/en/ejabberd/", 4000)]
    [InlineData("bob@partner.example/b", "http://www.process-one.net/en/ejabberd/", 1000)]
    [InlineData("bob@sub.example.org/b", "http://www.process-one.net/en/ejabberd/", 1000)]
    [InlineData("bob@example.org/b", "http://prosody.im", 1000)]
    [InlineData("bob@example.org/b", null, 1000)]
    public void Only_to_peers_of_the_own_domain_and_through_ejabberd_are_stanzas_large(string peer, string? serverNode, int expected)
    {
        var options = CallerSide.NewOptions() with { MaxBatchBytes = 1000, MaxBatchBytesOnEjabberd = 4000 };
        Assert.Equal(expected, RpcEndpoint.BatchBytes(options, Ann, Jid.Parse(peer), serverNode));
    }

    private sealed class Sized(string word, int size, bool Streamed = false) : Frame
    {
        private readonly TaskCompletionSource<Exception?> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<Exception?> Written => _written.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public override int MaxBytes => 2 * Math.Max(size, 32);

        public override bool IsStreamed => Streamed;

        public override void Write(ref FrameWriter writer)
        {
            writer.Open("x"u8, word);
            var rest = size - word.Length - "{'x':'','p':''}".Length;
            if (rest >= 0)
                writer.Text("p"u8, new string('p', rest));
            writer.Close();
        }

        public override void OnWritten(Exception? failure) => _written.SetResult(failure);
    }
}
