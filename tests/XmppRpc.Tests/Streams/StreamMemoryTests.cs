using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.TestKit.Time;
using XmppRpc.Timing;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Streams;

/// <summary>Alone in the process while they run: others allocate too.</summary>
[CollectionDefinition(nameof(StreamMemoryTests), DisableParallelization = true)]
[Collection(nameof(StreamMemoryTests))]
public sealed class StreamMemoryTests
{
    [Fact]
    public async Task Endless_stream_whose_consumer_never_waits_takes_no_more_memory_in_time()
    {
        using var wheel = new DeadlineWheel(new ManualTimeProvider());
        var type = new RpcJson(null).TypeInfo<int>();
        var end = new StreamEnds(isUpload: true, wheel, new Credit(1, 1_000_000));
        var items = new List<int>();
        long before = 0;
        for (var i = 1; i <= 1_000_000; i++)
        {
            end.Deliver(ItemsOf(end.Id, isUpload: true, i, Utf8("[1]")));
            items.Clear();
            Assert.True(await end.Incoming.ReadAsync(items, type, default));
            end.Road.Clear();
            if (i == 100_000)
                before = GC.GetTotalMemory(forceFullCollection: true);
        }
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 4_000_000);
        Assert.Null(end.Broken);
    }
}
