using System.Globalization;

namespace XmppRpc.Benchmarks.Peers.Cases;

/// <summary>What kind of work a case is.</summary>
internal enum CaseKind
{
    /// <summary>Calls in a closed loop, always the same number in flight.</summary>
    Calls,

    /// <summary>One stream of items.</summary>
    Stream,

    /// <summary>Calls that wait for their answer: what they cost in memory.</summary>
    Pending,
}

/// <summary>What is asked of each contestant.</summary>
/// <param name="Kind">What kind of work.</param>
/// <param name="Bytes">Bytes of the text that goes there and back.</param>
/// <param name="InFlight">Calls in flight, of <see cref="CaseKind.Calls"/>.</param>
/// <param name="Yields">Whether the implementation answers after a <see cref="Task.Yield"/>.</param>
/// <param name="Count">Items, or calls that wait.</param>
internal sealed record Case(CaseKind Kind, int Bytes, int InFlight = 1, bool Yields = false, int Count = 0)
{
    /// <summary>A name to select by, for example <c>calls-100-64-sync</c>.</summary>
    public string Name => Kind switch
    {
        CaseKind.Calls => string.Create(CultureInfo.InvariantCulture, $"calls-{Bytes}-{InFlight}-{(Yields ? "async" : "sync")}"),
        CaseKind.Stream => "stream",
        _ => "pending",
    };

    /// <summary>What a reader of the table needs to know.</summary>
    public string Title => Kind switch
    {
        CaseKind.Calls => string.Create(CultureInfo.InvariantCulture, $"{Size}, {InFlight:N0} in flight{(Yields ? ", async" : "")}"),
        CaseKind.Stream => string.Create(CultureInfo.InvariantCulture, $"stream of {Count:N0}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Count:N0} pending"),
    };

    private string Size => Bytes >= 1024 ? $"{Bytes / 1024} KiB" : $"{Bytes} B";
}
