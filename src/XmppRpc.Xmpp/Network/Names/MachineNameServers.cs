using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace XmppRpc.Xmpp.Network.Names;

/// <summary>The DNS servers that this machine asks. Read anew each time: a notebook changes networks.</summary>
internal static class MachineNameServers
{
    /// <summary>The DNS port.</summary>
    public const int Port = 53;

    // as libc's MAXNS: further ones are not asked
    private const int MaxServers = 3;

    private const string ResolverFile = "/etc/resolv.conf";

    /// <summary>At most three, the preferred first; none if the machine names none.</summary>
    public static IReadOnlyList<IPEndPoint> Read()
    {
        try
        {
            return File.Exists(ResolverFile) ? ParseResolverFile(File.ReadLines(ResolverFile)) : OfAdapters();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NetworkInformationException)
        {
            return [];
        }
    }

    /// <summary>The <c>nameserver</c> lines of a resolv.conf; without one, this machine itself (resolv.conf(5)).</summary>
    public static IReadOnlyList<IPEndPoint> ParseResolverFile(IEnumerable<string> lines)
    {
        var servers = new List<IPEndPoint>();
        foreach (var line in lines)
            if (line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is ["nameserver", var text, ..] && IPAddress.TryParse(text, out var address) && servers.Count < MaxServers)
                servers.Add(new(address, Port));
        return servers.Count > 0 ? servers : [new(IPAddress.Loopback, Port)];
    }

    private static IReadOnlyList<IPEndPoint> OfAdapters() =>
        [.. (from adapter in NetworkInterface.GetAllNetworkInterfaces()
             where adapter.OperationalStatus == OperationalStatus.Up && adapter.NetworkInterfaceType != NetworkInterfaceType.Loopback
             let properties = adapter.GetIPProperties()
             orderby properties.GatewayAddresses.Count > 0 descending
             from address in properties.DnsAddresses
             // Windows lists fec0:0:0:ffff::1 to ::3 where nobody set anything
             where !address.IsIPv6SiteLocal && address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
             select new IPEndPoint(address, Port)).Distinct().Take(MaxServers)];
}
