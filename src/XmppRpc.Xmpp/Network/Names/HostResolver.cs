using System.Net;
using System.Net.Sockets;

namespace XmppRpc.Xmpp.Network.Names;

/// <summary>From what the options or a redirection say to the places where the XMPP server may answer (RFC 6120 §3.2, XEP-0368 §3). Everything is looked up anew each time.</summary>
/// <param name="options">Domain, host, TLS and DNS servers.</param>
/// <param name="random">Draws among SRV records of one priority.</param>
internal sealed class HostResolver(XmppConnectionOptions options, Random random)
{
    private const int StartTlsPort = 5222;

    // XEP-0368 §3 names no port of its own; this is what servers use
    private const int DirectTlsPort = 5223;

    /// <summary>Where the options lead, for messages.</summary>
    public static string Describe(XmppConnectionOptions options) =>
        options.Host is null && options.Port is null ? options.Jid.Domain : ConnectTo.Format(options.Host ?? options.Jid.Domain, options.Port ?? DefaultPort(options.Tls == XmppTlsMode.Direct));

    /// <summary>The candidates in order. Throws <see cref="XmppConnectionException"/> when the domain says that there are none.</summary>
    public async Task<ServerRoute> FindAsync(ConnectTo? elsewhere, CancellationToken cancellationToken)
    {
        var place = elsewhere ?? new(options.Host ?? options.Jid.Domain, options.Port);
        var host = AsciiDomain.From(place.Host) ?? throw new XmppConnectionException($"'{RemoteText.Show(place.Host)}' cannot be looked up: it is no name of a host. Set Host to where the XMPP server for {options.Jid.Domain} runs.");
        var isDirectTls = options.Tls == XmppTlsMode.Direct || options.Tls == XmppTlsMode.Required && place.IsDirectTls;
        var itself = new ServerCandidate(host, place.Port ?? DefaultPort(isDirectTls), isDirectTls);
        var isGiven = place.Port is not null || elsewhere is null && options.Host is not null;
        if (isGiven || IPAddress.TryParse(host, out _) || IsThisMachine(host))
            return new([itself]);
        return await FindBySrvAsync(host, itself, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The addresses of a candidate's host.</summary>
    public async Task<HostAddresses> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host, out var literal))
            return new([literal]);
        return options.NameServers is null || IsThisMachine(host)
            ? await AskMachineAsync(host, cancellationToken).ConfigureAwait(false)
            : await AskNameServersAsync(host, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ServerRoute> FindBySrvAsync(string domain, ServerCandidate itself, CancellationToken cancellationToken)
    {
        var client = Client();
        var lookups = Services().Select(async service =>
            (service.IsDirectTls, Answer: await client.AskAsync($"{service.Label}._tcp.{domain}", DnsType.Srv, cancellationToken).ConfigureAwait(false)));
        var answers = await Task.WhenAll(lookups).ConfigureAwait(false);

        var problem = answers.Select(a => a.Answer.Problem).FirstOrDefault(p => p is not null) is { } unknown ? $"the SRV records of {domain} could not all be looked up ({unknown})" : null;
        var records = answers.SelectMany(a => a.Answer.Records.OfType<SrvRecord>().Select(srv => (Srv: srv, a.IsDirectTls))).ToArray();
        // RFC 2782: a target of "." says that there is no such service, and XEP-0368 §5 that nothing else is to be tried in its place
        var offered = records.Where(r => r.Srv.Target.Length > 0).ToArray();
        if (offered.Length > 0)
            return new(SrvOrder.Sort(offered.Select(r => (new ServerCandidate(r.Srv.Target, r.Srv.Port, r.IsDirectTls, r.Srv.Priority), r.Srv.Weight)), random), problem);
        if (records.Length > 0)
            throw new XmppConnectionException($"The domain {domain} says in its SRV records that it offers no XMPP service to clients{(options.Tls == XmppTlsMode.Required ? "" : $" with Tls={options.Tls}")}. Check the Jid's domain, or set Host to where its XMPP server runs.");
        // RFC 6120 §3.2.2
        return new([itself], problem);
    }

    private IEnumerable<(string Label, bool IsDirectTls)> Services()
    {
        if (options.Tls is XmppTlsMode.Required or XmppTlsMode.Direct)
            yield return ("_xmpps-client", true);
        if (options.Tls is not XmppTlsMode.Direct)
            yield return ("_xmpp-client", false);
    }

    private DnsClient Client() => new(options.NameServers ?? MachineNameServers.Read(), options.NameLookupTimeout, options.Time);

    private async Task<HostAddresses> AskMachineAsync(string host, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.NameLookupTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            return Found(await Dns.GetHostAddressesAsync(host, either.Token).ConfigureAwait(false), null);
        }
        catch (SocketException e)
        {
            return new([], e.SocketErrorCode.ToString());
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new([], $"no answer within {options.NameLookupTimeout.TotalSeconds} s");
        }
    }

    private async Task<HostAddresses> AskNameServersAsync(string host, CancellationToken cancellationToken)
    {
        var client = Client();
        var answers = await Task.WhenAll(client.AskAsync(host, DnsType.Aaaa, cancellationToken), client.AskAsync(host, DnsType.A, cancellationToken)).ConfigureAwait(false);
        return Found([.. answers.SelectMany(a => a.Records).OfType<AddressRecord>().Select(a => a.Address)], answers.Select(a => a.Problem).FirstOrDefault(p => p is not null));
    }

    private static HostAddresses Found(IPAddress[] addresses, string? problem) =>
        addresses.Length > 0 ? new(HostAddresses.Interleave(addresses)) : new([], problem ?? "there is none");

    // RFC 6761 §6.3: these names are never asked of anybody
    private static bool IsThisMachine(string host) => host == "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal);

    private static int DefaultPort(bool isDirectTls) => isDirectTls ? DirectTlsPort : StartTlsPort;
}
