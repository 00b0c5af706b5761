using XmppRpc.Server;

namespace XmppRpc.Tests.Server;

public class NumberRangesTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void It_holds_what_a_set_holds(int seed)
    {
        var random = new Random(seed);
        var (ranges, set) = (new NumberRanges(), new SortedSet<long>());
        for (var step = 0; step < 500; step++)
        {
            var number = random.Next(100);
            if (random.Next(10) > 0)
            {
                ranges.Add(number);
                set.Add(number);
            }
            else if (random.Next(2) == 0)
            {
                ranges.RemoveBelow(number / 2);
                set.RemoveWhere(known => known < number / 2);
            }
            else if (ranges.Count > 0)
            {
                var behind = ranges.RemoveLowest();
                Assert.DoesNotContain(behind, set);
                set.RemoveWhere(known => known < behind);
            }
            Assert.Equal(set, Enumerable.Range(-1, 103).Select(known => (long)known).Where(ranges.Contains));
            Assert.Equal(set.Count(known => !set.Contains(known - 1)), ranges.Count);
        }
    }
}
