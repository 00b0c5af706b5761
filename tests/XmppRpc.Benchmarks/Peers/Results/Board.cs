using XmppRpc.Benchmarks.Peers.Cases;
using XmppRpc.Benchmarks.Peers.Contestants;

namespace XmppRpc.Benchmarks.Peers.Results;

/// <summary>What was measured: of each contestant and case the rounds, in their order.</summary>
internal sealed class Board(IReadOnlyList<Contestant> contestants, IReadOnlyList<Case> cases, Contestant @base)
{
    private readonly Dictionary<(Contestant, Case), List<IReadOnlyDictionary<Figure, double>>> _rounds = [];

    public IReadOnlyList<Contestant> Contestants => contestants;

    public IReadOnlyList<Case> Cases => cases;

    /// <summary>Whom the ratios compare with.</summary>
    public Contestant Base => @base;

    public void Add(Contestant contestant, Case @case, IReadOnlyDictionary<Figure, double> round)
    {
        if (!_rounds.TryGetValue((contestant, @case), out var rounds))
            _rounds.Add((contestant, @case), rounds = []);
        rounds.Add(round);
    }

    /// <summary>The median of the rounds; null if none has the figure.</summary>
    public double? Median(Contestant contestant, Case @case, Figure figure) => Median(Values(contestant, @case, figure));

    /// <summary>How many times as much the contestant does a second as another one: the median of the rounds, each against the other's of the same round.</summary>
    public double? Ratio(Contestant contestant, Contestant other, Case @case) =>
        Median(Values(contestant, @case, Figure.PerSecond).Zip(Values(other, @case, Figure.PerSecond), static (mine, its) => mine / its));

    /// <summary>Lowest and highest round.</summary>
    public (double Low, double High)? Spread(Contestant contestant, Case @case, Figure figure) =>
        Values(contestant, @case, figure).ToArray() is { Length: > 0 } values ? (values.Min(), values.Max()) : null;

    /// <summary>The least that an echo through the same server and in the same way can be; null if this is no XMPP, or that one.</summary>
    public Contestant? RawOf(Contestant contestant) => !contestant.Name.StartsWith("xmpprpc-", StringComparison.Ordinal) ? null
        : contestants.FirstOrDefault(other => other.Name.StartsWith("raw-", StringComparison.Ordinal) && contestant.Name["xmpprpc-".Length..].StartsWith(other.Name["raw-".Length..], StringComparison.Ordinal));

    private IEnumerable<double> Values(Contestant contestant, Case @case, Figure figure) =>
        _rounds.GetValueOrDefault((contestant, @case), []).Where(round => round.ContainsKey(figure)).Select(round => round[figure]);

    private static double? Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
