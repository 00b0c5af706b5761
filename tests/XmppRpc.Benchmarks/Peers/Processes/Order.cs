using XmppRpc.Benchmarks.Peers.Cases;

namespace XmppRpc.Benchmarks.Peers.Processes;

/// <summary>What a process is asked for.</summary>
internal enum Verb
{
    /// <summary>Begin: serve, or connect.</summary>
    Start,

    /// <summary>Get ready for a case.</summary>
    Prepare,

    /// <summary>Run a case.</summary>
    Run,

    /// <summary>Begin calls that are held.</summary>
    Hold,

    /// <summary>Answer all calls that are held (callee); wait for their answers (caller).</summary>
    Release,

    /// <summary>Tell what was used so far.</summary>
    Usage,

    /// <summary>Collect garbage, then tell.</summary>
    Settle,
}

/// <summary>One line to a process.</summary>
internal sealed record Order(Verb Verb)
{
    public Case? Case { get; init; }

    public double Seconds { get; init; }

    /// <summary>Of <see cref="Verb.Start"/>: where the process finds its server.</summary>
    public string Address { get; init; } = "";

    /// <summary>Of <see cref="Verb.Start"/>: where a caller finds its callee.</summary>
    public string Callee { get; init; } = "";
}

/// <summary>One line from a process: the answer to an <see cref="Order"/>.</summary>
internal sealed record Report
{
    /// <summary>What went wrong, or null.</summary>
    public string? Error { get; init; }

    /// <summary>Where the callee is found; of a server, by account.</summary>
    public IReadOnlyDictionary<string, string>? Addresses { get; init; }

    /// <summary>The server's process.</summary>
    public int ProcessId { get; init; }

    public RunResult? Result { get; init; }

    public Usage? Usage { get; init; }
}
