using XmppRpc.Xmpp.Network.Names;

namespace XmppRpc.Xmpp.Tests.Network.Names;

/// <summary>RFC 2782: "Priority" and "Weight".</summary>
public sealed class SrvOrderTests
{
    [Theory]
    [InlineData("a:10:0 b:5:0 c:20:0", "", "b a c")]
    [InlineData("a:10:0 b:10:0", "", "a b")]
    [InlineData("a:0:1 b:0:3", "0", "a b")] // a running sum that is equal to the number drawn is enough
    [InlineData("a:0:1 b:0:3", "1", "a b")]
    [InlineData("a:0:1 b:0:3", "2", "b a")]
    [InlineData("a:0:1 b:0:3", "4", "b a")]
    [InlineData("a:0:1 b:0:3 c:0:6", "5 1", "c a b")]
    [InlineData("a:0:1 b:0:3 c:0:6", "4 2", "b c a")]
    [InlineData("a:0:5 b:0:0", "0", "b a")] // a weight of 0 goes first, and has its small chance
    [InlineData("a:0:5 b:0:0", "1", "a b")]
    [InlineData("a:0:65535 b:0:65535 c:1:65535", "131070", "b a c")]
    [InlineData("s:0:1 d:0:1 x:1:9 y:1:1", "2 0 10", "d s y x")]
    [InlineData("", "", "")]
    public void Order_is_by_priority_then_drawn_by_weight(string records, string draws, string expected)
    {
        var random = new Scripted(draws.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(d => int.Parse(d, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(expected, string.Join(' ', SrvOrder.Sort(Parse(records), random).Select(c => c.Host)));
    }

    [Fact]
    public void Weights_are_proportions()
    {
        var random = new Random(1);
        var first = Enumerable.Range(0, 4000).Count(_ => SrvOrder.Sort(Parse("a:0:100 b:0:300"), random)[0].Host == "b");
        Assert.InRange(first, 2900, 3100);
    }

    [Fact]
    public void Equal_records_without_weight_share_the_load()
    {
        var random = new Random(1);
        var first = Enumerable.Range(0, 3000).Count(_ => SrvOrder.Sort(Parse("a:0:0 b:0:0 c:0:0"), random)[0].Host == "c");
        Assert.InRange(first, 900, 1100);
    }

    private static IEnumerable<(ServerCandidate Candidate, int Weight)> Parse(string records) =>
        records.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(':')).Select(parts =>
            (new ServerCandidate(parts[0], 1, false, int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)), int.Parse(parts[2], System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>Does not shuffle; draws what it is told, and 0 when there is nothing left to choose from.</summary>
    private sealed class Scripted(IEnumerable<int> draws) : Random
    {
        private readonly Queue<int> _draws = new(draws);

        public override int Next(int maxValue) => _draws.TryDequeue(out var draw) ? draw : 0;

        public override int Next(int minValue, int maxValue) => minValue;
    }
}
