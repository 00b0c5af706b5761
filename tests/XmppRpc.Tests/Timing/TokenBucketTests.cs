using XmppRpc.TestKit.Time;
using XmppRpc.Timing;

namespace XmppRpc.Tests.Timing;

public class TokenBucketTests
{
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(2.5, 2)]
    [InlineData(0.5, 1)]
    [InlineData(100_000, 100_000)]
    public void Burst_is_what_one_second_allows_and_never_more(double perSecond, int burst)
    {
        var bucket = new TokenBucket(perSecond, _time);
        for (var round = 0; round < 2; round++)
        {
            Assert.True(bucket.IsFull);
            for (var i = 0; i < burst; i++)
                Assert.True(bucket.TryTake(out _));
            Assert.False(bucket.TryTake(out var wait));
            Assert.InRange(wait, TimeSpan.FromTicks(1), TimeSpan.FromSeconds(1 / perSecond));
            Assert.False(bucket.IsFull);
            _time.Advance(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public void One_is_there_exactly_when_it_was_said()
    {
        var bucket = new TokenBucket(2, _time);
        Assert.True(bucket.TryTake(out _) && bucket.TryTake(out _));
        Assert.False(bucket.TryTake(out var wait));
        Assert.Equal(TimeSpan.FromMilliseconds(500), wait);
        _time.Advance(wait - TimeSpan.FromTicks(1));
        Assert.False(bucket.TryTake(out _));
        _time.Advance(TimeSpan.FromTicks(1));
        Assert.True(bucket.TryTake(out _));
        Assert.False(bucket.TryTake(out _));
    }

    [Fact]
    public void Refusing_costs_nothing()
    {
        var bucket = new TokenBucket(1, _time);
        Assert.True(bucket.TryTake(out _));
        for (var i = 0; i < 1000; i++)
            Assert.False(bucket.TryTake(out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(bucket.TryTake(out _));
    }
}
