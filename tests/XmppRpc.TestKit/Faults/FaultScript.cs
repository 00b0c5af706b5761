namespace XmppRpc.TestKit.Faults;

/// <summary>What is done to one connection: the faults of either direction, in the order in which bytes meet them. Immutable.</summary>
public sealed class FaultScript
{
    private FaultScript(IReadOnlyList<Fault> toServer, IReadOnlyList<Fault> toClient) => (ToServerFaults, ToClientFaults) = (toServer, toClient);

    /// <summary>Everything passes.</summary>
    public static FaultScript Pass { get; } = new([], []);

    internal IReadOnlyList<Fault> ToServerFaults { get; }

    internal IReadOnlyList<Fault> ToClientFaults { get; }

    internal bool NeedsStanzas => ToServerFaults.Concat(ToClientFaults).Any(fault => fault.NeedsStanzas);

    /// <summary>This script with further faults on the way from the client to the XMPP server.</summary>
    /// <exception cref="ArgumentException">A fault on stanzas is behind one that cuts them into pieces.</exception>
    public FaultScript ToServer(params IEnumerable<Fault> faults) => new(Checked([.. ToServerFaults, .. faults]), ToClientFaults);

    /// <summary>This script with further faults on the way from the XMPP server to the client.</summary>
    /// <exception cref="ArgumentException">A fault on stanzas is behind one that cuts them into pieces.</exception>
    public FaultScript ToClient(params IEnumerable<Fault> faults) => new(ToServerFaults, Checked([.. ToClientFaults, .. faults]));

    /// <summary>This script, with what the client reads in chunks of 1 to <paramref name="max"/> bytes. Only what the client reads: XMPP servers on libexpat stall on cut start tags (F-18).</summary>
    public FaultScript Rechunked(int max = 1) => ToClient(Fault.Rechunk(max));

    /// <summary>As it would be written in C#.</summary>
    public override string ToString() => "FaultScript.Pass" + Text(nameof(ToServer), ToServerFaults) + Text(nameof(ToClient), ToClientFaults);

    private static string Text(string direction, IReadOnlyList<Fault> faults) => faults.Count == 0 ? "" : $".{direction}({string.Join(", ", faults)})";

    private static Fault[] Checked(Fault[] faults)
    {
        for (var i = 1; i < faults.Length; i++)
            if (faults[i].NeedsStanzas && faults[..i].FirstOrDefault(fault => fault.BreaksStanzas) is { } breaking)
                throw new ArgumentException($"{faults[i]} sees no whole stanzas behind {breaking}; put it before.", nameof(faults));
        return faults;
    }
}
