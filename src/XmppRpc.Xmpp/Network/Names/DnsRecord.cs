using System.Net;

namespace XmppRpc.Xmpp.Network.Names;

/// <summary>One answer; names are in lower case without the final dot, the root is empty.</summary>
internal abstract record DnsRecord(string Owner);

/// <summary>A or AAAA.</summary>
internal sealed record AddressRecord(string Owner, IPAddress Address) : DnsRecord(Owner);

/// <summary>CNAME: what is asked of the owner is answered under the target.</summary>
internal sealed record AliasRecord(string Owner, string Target) : DnsRecord(Owner);

/// <summary>SRV (RFC 2782). An empty target is the root: the service is decidedly not offered.</summary>
internal sealed record SrvRecord(string Owner, int Priority, int Weight, int Port, string Target) : DnsRecord(Owner);
