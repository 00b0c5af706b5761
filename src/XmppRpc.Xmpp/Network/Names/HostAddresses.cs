using System.Net;

namespace XmppRpc.Xmpp.Network.Names;

/// <summary>The addresses of a host in the order in which they are tried, or why there are none.</summary>
internal sealed record HostAddresses(IReadOnlyList<IPAddress> Addresses, string? Problem = null)
{
    /// <summary>RFC 8305 §4: the families take turns, the first address's own first; within a family the order stays.</summary>
    public static IReadOnlyList<IPAddress> Interleave(IReadOnlyList<IPAddress> addresses)
    {
        if (addresses.Count == 0)
            return [];
        var first = addresses[0].AddressFamily;
        var turns = from address in addresses.Distinct()
                    group address by address.AddressFamily == first into family
                    from member in family.Select((address, turn) => (Address: address, Turn: turn, IsSecond: !family.Key))
                    orderby member.Turn, member.IsSecond
                    select member.Address;
        return [.. turns];
    }
}
