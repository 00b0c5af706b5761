namespace XmppRpc.Xmpp.Network.Names;

/// <summary>The order in which the targets of SRV records are tried (RFC 2782, "Usage rules").</summary>
internal static class SrvOrder
{
    /// <summary>By priority; within one, drawn at random in proportion to the weights, where a weight of 0 has a small chance.</summary>
    public static IReadOnlyList<ServerCandidate> Sort(IEnumerable<(ServerCandidate Candidate, int Weight)> records, Random random)
    {
        var sorted = new List<ServerCandidate>();
        foreach (var group in records.GroupBy(r => r.Candidate.Priority).OrderBy(g => g.Key))
        {
            // those of weight 0 come first in the running sum, and among themselves in no order
            var open = group.ToArray();
            random.Shuffle(open);
            Draw([.. open.OrderBy(r => r.Weight != 0)], sorted, random);
        }

        return sorted;
    }

    private static void Draw(List<(ServerCandidate Candidate, int Weight)> open, List<ServerCandidate> sorted, Random random)
    {
        var sum = open.Sum(r => r.Weight);
        while (open.Count > 0)
        {
            var drawn = random.Next(sum + 1);
            var (at, running) = (0, open[0].Weight);
            while (running < drawn)
                running += open[++at].Weight;
            sorted.Add(open[at].Candidate);
            sum -= open[at].Weight;
            open.RemoveAt(at);
        }
    }
}
