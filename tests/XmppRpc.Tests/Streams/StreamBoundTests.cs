using System.Text.Json.Serialization.Metadata;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Streams;
using XmppRpc.TestKit.Time;
using XmppRpc.Timing;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Streams;

/// <summary>What a stream costs its sender and the road, whatever the receiver says and however slow the road is.</summary>
public sealed class StreamBoundTests : IDisposable
{
    private const long Most = 1L << 53;
    private static readonly JsonTypeInfo<int> Int32 = new RpcJson(null).TypeInfo<int>();
    private static readonly RpcStreamAttribute Settings = new() { Window = 8, WindowBytes = 100, MaxBatch = 2 };
    private static readonly StreamLimits Limits = new(16, 200, 1000, StreamEnds.Probe, TimeSpan.FromSeconds(60));
    private readonly ManualTimeProvider _time = new();
    private readonly DeadlineWheel _wheel;

    public StreamBoundTests() => _wheel = new DeadlineWheel(_time);

    public void Dispose() => _wheel.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(Most)]
    public void Sender_keeps_no_more_than_its_own_window_whatever_it_is_granted(long got)
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(Most, Most), Limits, Settings) { IsHeld = true };
        _ = end.SendAsync(Count(100_000), Int32);
        for (var i = 0; i < 100; i++)
            end.Outgoing!.Grant(got, new Credit(Most, Most));
        Assert.Equal(16, end.Outgoing!.ItemsSent);
        Assert.InRange(end.Outgoing.KeptBytes, 1, 200);
    }

    [Fact]
    public void Sender_keeps_no_more_bytes_than_its_own_window_has()
    {
        var end = new StreamEnds(isUpload: true, _wheel, new Credit(Most, Most), Limits with { MaxWindow = 1000 }, Settings);
        _ = end.SendAsync(Count(100_000), Int32);
        Assert.InRange(end.Outgoing!.KeptBytes, 150, 210);
    }

    [Fact]
    public void What_is_consumed_before_it_was_sent_is_kept_until_it_has_left()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(Most, Most), Limits, Settings) { IsHeld = true };
        _ = end.SendAsync(Count(100_000), Int32);
        Assert.True(end.Road.TryPeek(out var first) && first.TryTake());
        end.Outgoing!.Grant(16, new Credit(Most, Most));
        Assert.True(SpinWait.SpinUntil(() => end.Outgoing.ItemsSent >= 18 && end.Road.Any(frame => frame is ItemFrame { First: 19 }), TimeSpan.FromSeconds(30)));
        Assert.Equal(18, end.Outgoing.ItemsSent);
    }

    [Fact]
    public async Task Receiver_with_a_larger_window_than_the_senders_need_not_be_waited_for()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(100_000, 1_000_000), Limits, Settings);
        var sending = end.SendAsync(Count(1000), Int32);
        var consuming = end.ConsumeAsync(Int32);
        while (!consuming.IsCompleted)
            if (end.Road.TryDequeue(out var frame))
                end.Deliver(frame);
            else
                await Task.Yield();
        Assert.Equal(1000, (await consuming).Count);
        await sending.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(end.Broken);
    }

    [Fact]
    public void Receiver_that_has_just_got_something_does_not_ask_for_it_again_but_says_that_it_lives()
    {
        var end = new StreamEnds(isUpload: true, _wheel, new Credit(4, 1000));
        _ = end.ConsumeAsync(Int32);
        _time.Advance(StreamEnds.Probe - TimeSpan.FromMilliseconds(100));
        end.Deliver(Items(end, 1, "[1]"));
        _time.Advance(TimeSpan.FromMilliseconds(100) + DeadlineWheel.Tick);
        Assert.IsType<CreditFrame>(Next(end));
        _time.Advance(StreamEnds.Probe + DeadlineWheel.Tick);
        Assert.Equal(2, Assert.IsType<ResumeFrame>(Next(end)).From);
    }

    [Fact]
    public void What_comes_behind_a_gap_does_not_keep_the_receiver_from_asking()
    {
        var end = new StreamEnds(isUpload: true, _wheel, new Credit(4, 1000));
        _ = end.ConsumeAsync(Int32);
        end.Deliver(Items(end, 2, "[2]"));
        Assert.IsType<ResumeFrame>(Next(end));
        end.Deliver(Items(end, 3, "[3]"));
        Assert.Empty(end.Road);
        _time.Advance(StreamEnds.Probe + DeadlineWheel.Tick);
        Assert.Equal(1, Assert.IsType<ResumeFrame>(Next(end)).From);
    }

    [Fact]
    public void Frames_that_still_wait_are_not_sent_again()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(8, 1000), Limits, Settings) { IsHeld = true };
        _ = end.SendAsync(Count(100), Int32);
        Assert.Equal(4, end.Road.Count);
        var first = Next(end);
        Assert.True(first.TryTake());
        end.Outgoing!.Resume(1, default);
        Assert.Equal(4, end.Road.Count);
        Assert.Same(first, end.Road.Last());
    }

    [Fact]
    public void Gap_is_answered_once_in_a_while_and_another_one_at_once()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(8, 1000), Limits, Settings);
        _ = end.SendAsync(Count(100), Int32);
        end.Road.Clear();
        end.Outgoing!.Resume(1, default);
        Assert.Equal(4, end.Road.Count);
        end.Outgoing.Resume(1, default);
        Assert.Equal(4, end.Road.Count);
        end.Outgoing.Resume(5, default);
        Assert.Equal([1, 3, 5, 7, 5, 7], end.Road.Cast<ItemFrame>().Select(frame => (int)frame.First));
        end.Outgoing.Resume(1, default);
        Assert.Equal(6, end.Road.Count);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        end.Outgoing.Resume(5, default);
        Assert.Equal(8, end.Road.Count);
    }

    [Fact]
    public void Receiver_that_asks_for_what_never_was_gets_one_sign_of_life()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(0, 0), Limits, Settings);
        _ = end.SendAsync(Count(100), Int32);
        for (var from = 1L; from < 100; from++)
            end.Outgoing!.Resume(from, default);
        Assert.True(Assert.IsType<ItemFrame>(Assert.Single(end.Road)).Items.Span.SequenceEqual("[]"u8));
    }

    [Fact]
    public async Task Consumer_of_a_dropped_stream_never_takes_it_for_ended_in_order()
    {
        for (var i = 0; i < 200; i++)
        {
            var end = new StreamEnds(isUpload: true, _wheel, new Credit(64, 1000));
            var consuming = Task.Run(() => end.ConsumeAsync(Int32));
            end.Deliver(Items(end, 1, "[1,2,3]"));
            end.Incoming.Abandon(new OperationCanceledException());
            await Assert.ThrowsAsync<OperationCanceledException>(() => consuming.WaitAsync(TimeSpan.FromSeconds(30)));
        }
    }

    private static ItemFrame Items(StreamEnds end, long first, string items) => ItemsOf(end.Id, isUpload: true, first, Utf8(items));

    private static CallBoundFrame Next(StreamEnds end)
    {
        Assert.True(end.Road.TryDequeue(out var frame));
        return frame;
    }

    private static async IAsyncEnumerable<int> Count(int total)
    {
        for (var i = 1; i <= total; i++)
            yield return i;
        await Task.CompletedTask;
    }
}
