using XmppRpc.Benchmarks.Peers.Raw;

namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary>All contestants, in the order of the tables.</summary>
internal static class ContestantList
{
    // The local server speaks nothing without TLS.
    private static readonly (string Server, bool Tls)[] Ways =
        [(Servers.Ejabberd, false), (Servers.Ejabberd, true), (Servers.Prosody, false), (Servers.Prosody, true), (Servers.Local, true)];

    public static IReadOnlyList<Contestant> All { get; } =
    [
        .. from way in Ways from managed in new[] { false, true } select new XmppRpcContestant(way.Server, way.Tls, managed),
        .. from way in Ways select new RawContestant(way.Server, way.Tls),
        new RabbitMqContestant(),
        new SignalRContestant(),
        new RestContestant(),
    ];

    public static Contestant Find(string name) => All.First(contestant => contestant.Name == name);
}
