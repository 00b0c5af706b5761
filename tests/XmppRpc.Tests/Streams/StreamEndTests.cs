using System.Text.Json.Serialization.Metadata;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Streams;
using XmppRpc.TestKit.Time;
using XmppRpc.Timing;

namespace XmppRpc.Tests.Streams;

/// <summary>How the sending half ends, and when it must not.</summary>
public sealed class StreamEndTests : IDisposable
{
    private static readonly JsonTypeInfo<int> Int32 = new RpcJson(null).TypeInfo<int>();
    private static readonly StreamLimits Limits = new(16, 2000, 1000, StreamEnds.Probe, TimeSpan.FromSeconds(60));
    private readonly ManualTimeProvider _time = new();
    private readonly DeadlineWheel _wheel;

    public StreamEndTests() => _wheel = new DeadlineWheel(_time);

    public void Dispose() => _wheel.Dispose();

    [Fact]
    public async Task What_the_source_throws_is_not_hidden_by_what_its_cleanup_throws()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(16, 1000), Limits);
        var sending = end.SendAsync(new Broken(failsToMove: true), Int32);
        Assert.Equal("move", (await Assert.ThrowsAsync<InvalidDataException>(() => sending)).Message);
        Assert.Equal(1, Assert.IsType<ItemFrame>(Assert.Single(end.Road)).Count);
    }

    [Fact]
    public async Task What_the_cleanup_of_a_source_throws_at_its_end_is_its_failure()
    {
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(16, 1000), Limits);
        var sending = end.SendAsync(new Broken(failsToMove: false), Int32);
        Assert.Equal("close", (await Assert.ThrowsAsync<InvalidDataException>(() => sending)).Message);
        Assert.Equal(1, Assert.IsType<ItemFrame>(Assert.Single(end.Road)).Count);
    }

    [Fact]
    public async Task Nothing_is_sent_behind_the_last_word_which_counts_what_was()
    {
        var next = new TaskCompletionSource<int>();
        var end = new StreamEnds(isUpload: false, _wheel, new Credit(16, 1000), Limits);
        var sending = end.SendAsync(Two(next.Task), Int32);
        var fault = new FaultFrame(end.Id, RpcStatus.Internal, null) { ItemsBefore = 0 };
        Assert.True(end.Outgoing!.Finish(fault));
        Assert.Equal(1, fault.ItemsBefore);
        next.SetResult(2);
        await sending;
        Assert.Single(end.Road.OfType<ItemFrame>());
        Assert.False(end.Outgoing.Finish(new EndFrame(end.Id, isUpload: false, 1)));
        end.Road.Clear();
        end.Outgoing.Resume(1, default);
        Assert.DoesNotContain(end.Road, frame => frame is EndFrame);
    }

    [Fact]
    public void Source_that_is_idle_for_an_hour_is_no_silence_while_the_receiver_lives()
    {
        var end = new StreamEnds(isUpload: true, _wheel, new Credit(4, 1000), Limits);
        _ = end.SendAsync(Two(new TaskCompletionSource<int>().Task), Int32);
        _ = end.ConsumeAsync(Int32);
        for (var second = 0; second < 3600; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            // For 25 seconds of each hundred nothing gets through, and nothing is lost.
            while (second % 100 >= 25 && end.Road.TryDequeue(out var frame))
                end.Deliver(frame);
        }
        Assert.False(end.IsSilent);
    }

    [Fact]
    public void Sender_whose_own_frames_still_wait_does_not_take_that_for_silence()
    {
        var end = new StreamEnds(isUpload: true, _wheel, new Credit(4, 1000), Limits) { IsHeld = true };
        _ = end.SendAsync(Two(new TaskCompletionSource<int>().Task), Int32);
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.False(end.IsSilent);
        Assert.True(end.Road.TryDequeue(out var frame) && frame.TryTake());
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(end.IsSilent);
    }

    private static async IAsyncEnumerable<int> Two(Task<int> second)
    {
        yield return 1;
        yield return await second;
    }

    private sealed class Broken(bool failsToMove) : IAsyncEnumerable<int>, IAsyncEnumerator<int>
    {
        public int Current { get; private set; }

        public IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

        public ValueTask<bool> MoveNextAsync() => ++Current == 1 ? new(true) : failsToMove ? throw new InvalidDataException("move") : new(false);

        public ValueTask DisposeAsync() => throw new InvalidDataException("close");
    }
}
