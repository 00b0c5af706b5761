namespace XmppRpc.Xmpp.Network.Names;

/// <summary>What came of a question: its records, none if there are none, or why nobody knows.</summary>
internal sealed record DnsAnswer(IReadOnlyList<DnsRecord> Records, string? Problem)
{
    public static DnsAnswer Unknown(string problem) => new([], problem);
}
