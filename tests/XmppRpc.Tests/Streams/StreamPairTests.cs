using System.Text.Json.Serialization.Metadata;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Streams;
using XmppRpc.TestKit.Time;
using XmppRpc.Timing;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Streams;

/// <summary>Both halves of a stream over a road that loses, repeats and holds back frames: the consumer must not notice.</summary>
public sealed class StreamPairTests : IDisposable
{
    private static readonly TimeSpan Probe = StreamEnds.Probe;
    private static readonly JsonTypeInfo<int> Int32 = new RpcJson(null).TypeInfo<int>();
    private readonly ManualTimeProvider _time = new();
    private readonly DeadlineWheel _wheel;

    public StreamPairTests() => _wheel = new DeadlineWheel(_time);

    public void Dispose() => _wheel.Dispose();

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Consumer_sees_each_item_once_and_the_end_whatever_is_lost_or_comes_twice(int seed)
    {
        var random = new Random(seed);
        var total = random.Next(0, 400);
        var end = new StreamEnds(isUpload: random.Next(2) == 0, _wheel, new Credit(random.Next(1, 64), random.Next(20, 2000)));
        var sending = end.SendAsync(CountAsync(total, random), Int32);
        var consuming = end.ConsumeAsync(Int32);
        while (!consuming.IsCompleted)
        {
            if (end.Road.TryDequeue(out var frame))
            {
                var fate = random.Next(10);
                if (fate > 1)
                    end.Deliver(frame);
                if (fate == 9)
                    end.Deliver(frame);
                continue;
            }
            await Task.Yield();
            // What was lost is missed after a while.
            if (end.Road.IsEmpty)
                _time.Advance(Probe);
        }
        Assert.Equal(Enumerable.Range(1, total), await consuming);
        await sending.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(end.Broken);
    }

    [Fact]
    public async Task Window_grows_while_the_sender_runs_dry_and_the_consumer_keeps_up_and_no_further_than_its_bound()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(4, 1_000_000), new StreamLimits(32, 2_000_000, 1000, Probe, TimeSpan.FromHours(1)));
        var sending = end.SendAsync(CountAsync(1000, new Random(1), yields: false), Int32);
        var consuming = end.ConsumeAsync(Int32);
        long largest = 0, sent = 0, got = 0;
        var late = new Queue<CreditFrame>();
        while (!consuming.IsCompleted)
        {
            if (end.Road.TryDequeue(out var frame))
            {
                // Credit takes its time, so the sender has used up what it has when more comes.
                if (frame is CreditFrame credit)
                    late.Enqueue(credit);
                else
                    end.Deliver(frame);
                if (frame is ItemFrame items)
                    sent = items.First;
            }
            else if (end.Incoming.Received >= sent && late.TryDequeue(out var granted))
            {
                (largest, got) = (Math.Max(largest, granted.Credit.Items - granted.Got), granted.Got);
                end.Deliver(granted);
            }
            else
                await Task.Yield();
            Assert.True(sent - got <= 33, $"{sent} was sent while {got} were consumed.");
        }
        Assert.Equal(1000, (await consuming).Count);
        await sending.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(32, largest);
    }

    [Fact]
    public void Slow_consumer_does_not_widen_the_window()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(4, 1000));
        _ = end.SendAsync(CountAsync(100, new Random(1), yields: false), Int32);
        while (end.Road.TryDequeue(out var frame))
            end.Deliver(frame);
        Assert.Equal(4, end.Incoming.Received);
        Assert.Equal(new Credit(4, 1000), end.Incoming.Credit);
    }

    [Fact]
    public void What_the_receiver_has_consumed_is_kept_no_longer()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(100, 1000));
        _ = end.SendAsync(CountAsync(50, new Random(1), yields: false), Int32);
        Assert.True(end.Outgoing!.KeptBytes > 100);
        end.Outgoing.Grant(50, new Credit(150, 2000));
        Assert.Equal(0, end.Outgoing.KeptBytes);
    }

    [Fact]
    public void Sender_that_hears_nothing_stops()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(4, 1000), new StreamLimits(4096, 1 << 20, 1000, Probe, TimeSpan.FromSeconds(30)));
        _ = end.SendAsync(CountAsync(100, new Random(1), yields: false), Int32);
        _time.Advance(TimeSpan.FromSeconds(29));
        end.Outgoing!.Grant(0, new Credit(4, 1000));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(end.IsSilent);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(end.IsSilent);
    }

    [Fact]
    public void Receiver_that_waits_asks_now_and_then_and_a_slow_one_repeats_its_credit()
    {
        var end = new StreamEnds(isUpload: true, _wheel, new Credit(4, 1000));
        var reading = end.Incoming.ReadAsync([], Int32, default);
        _time.Advance(Probe + DeadlineWheel.Tick);
        Assert.True(end.Road.TryDequeue(out var asked));
        Assert.Equal((1, true), Assert.IsType<ResumeFrame>(asked) is var resume ? (resume.From, resume.IsUpload) : default);
        end.Deliver(ItemsOf(end.Id, true, 1, Utf8("[1]")));
        Assert.False(reading.IsFaulted);
        _time.Advance(Probe + DeadlineWheel.Tick);
        Assert.True(end.Road.TryDequeue(out _));
        end.Incoming.Complete(null);
        while (end.Road.TryDequeue(out _))
            continue;
        _time.Advance(Probe + Probe);
        Assert.Empty(end.Road);
    }

    [Fact]
    public void Sender_that_ignores_its_credit_is_broken_off()
    {
        var end = new StreamEnds(isUpload: true, _wheel, new Credit(4, 1000));
        end.Deliver(ItemsOf(end.Id, true, 1, Utf8("[1,2,3,4,5]")));
        Assert.Contains("more than it was allowed", end.Broken, StringComparison.Ordinal);
        Assert.Equal(0, end.Incoming.Received);
    }

    private static async IAsyncEnumerable<int> CountAsync(int total, Random random, bool yields = true)
    {
        for (var i = 1; i <= total; i++)
        {
            if (yields && random.Next(5) == 0)
                await Task.Yield();
            yield return i;
        }
    }
}
