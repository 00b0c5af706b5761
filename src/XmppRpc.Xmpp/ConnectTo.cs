using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;

namespace XmppRpc.Xmpp;

/// <summary>
/// Where to connect, instead of where the account's domain leads: from the options, a <c>see-other-host</c> error (RFC 6120 §4.9.3.19) or the <c>location</c> of XEP-0198 §5.
/// It changes the way only; who is expected there stays the JID's domain.
/// </summary>
/// <param name="Host">A host name or IP address, the latter without brackets.</param>
/// <param name="Port">The port, or null for what SRV records or the default say.</param>
/// <param name="IsDirectTls">Whether TLS begins with the first byte there, as it did where the redirection came from. Counts only under <see cref="XmppTlsMode.Required"/>.</param>
internal sealed record ConnectTo(string Host, int? Port, bool IsDirectTls = false)
{
    /// <summary>Longer than any host name with its port; what is longer is not looked at.</summary>
    private const int MaxLength = 1024;

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[v6]</c>, <c>[v6]:port</c> or a bare IPv6 address, in which every colon is the address's own.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ConnectTo? place)
    {
        place = null;
        if (text is null or { Length: 0 or > MaxLength })
            return false;
        if (IPv6In(text) is { } whole)
        {
            place = new(whole, null);
            return true;
        }

        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        host = host.StartsWith('[') ? IPv6In(host) : AsciiDomain.From(host) is null || host.Contains(':', StringComparison.Ordinal) ? null : host;
        if (host is null)
            return false;
        if (colon < 0)
            place = new(host, null);
        else if (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535)
            place = new(host, port);
        return place is not null;
    }

    /// <summary>The text that <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Format(Host, Port);

    /// <summary><c>host:port</c>, an IPv6 address in brackets.</summary>
    public static string Format(string host, int? port) =>
        (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host) + (port is null ? "" : string.Create(CultureInfo.InvariantCulture, $":{port}"));

    private static string? IPv6In(string text) => AsciiDomain.AddressIn(text) is { AddressFamily: AddressFamily.InterNetworkV6 } address ? address.ToString() : null;
}
