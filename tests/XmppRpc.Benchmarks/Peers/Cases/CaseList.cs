namespace XmppRpc.Benchmarks.Peers.Cases;

/// <summary>The cases, in the order in which they are run: memory last, when pools have settled.</summary>
internal static class CaseList
{
    private const int Small = 100, Large = 4096;

    /// <summary>The case of the plot.</summary>
    public static Case Plotted { get; } = new(CaseKind.Calls, Small, InFlight: 256);

    /// <summary>Run by each contestant before anything is measured.</summary>
    public static Case WarmUp { get; } = new(CaseKind.Calls, Small, InFlight: 64);

    public static IReadOnlyList<Case> All(bool quick) =>
    [
        .. from bytes in new[] { Small, Large }
           from yields in new[] { false, true }
           from inFlight in new[] { 1, 64, 256, 1024 }
           select new Case(CaseKind.Calls, bytes, inFlight, yields),
        new(CaseKind.Stream, Small, Count: quick ? 10_000 : 100_000),
        new(CaseKind.Pending, Small, Count: quick ? 5_000 : 100_000),
    ];
}
