using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace XmppRpc.TestKit.Names;

/// <summary>A DNS server on a loopback port, UDP and TCP, that answers whatever a test says: from its records, or byte for byte.</summary>
public sealed class FakeDnsServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Name, ushort Type), byte[][]> _records = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly TcpListener _tcp;
    private readonly Task[] _loops;

    public FakeDnsServer()
    {
        (_tcp, EndPoint) = Listen();
        _loops = [ServeUdpAsync(), ServeTcpAsync()];
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>What was asked so far, with the port it came from.</summary>
    public ConcurrentQueue<(string Name, ushort Type, ushort Id, int Port, bool IsTcp)> Asked { get; } = new();

    /// <summary>What comes back for a query, in this order; nothing is no answer. Without it, the records.</summary>
    public Func<byte[], bool, IEnumerable<byte[]>>? Respond { get; set; }

    /// <summary>The names that were asked for SRV records, sorted.</summary>
    public string[] AskedForSrv => [.. Asked.Where(q => q.Type == DnsWire.TypeSrv).Select(q => q.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Replaces what a name answers to SRV.</summary>
    public void SetSrv(string name, params (int Priority, int Weight, int Port, string Target)[] records) =>
        _records[(name, DnsWire.TypeSrv)] = [.. records.Select(r => DnsWire.Srv(name, r.Priority, r.Weight, r.Port, r.Target))];

    /// <summary>Replaces what a name answers to A and AAAA.</summary>
    public void SetAddresses(string name, params string[] addresses)
    {
        _records[(name, DnsWire.TypeA)] = [.. addresses.Where(a => !a.Contains(':', StringComparison.Ordinal)).Select(a => DnsWire.Address(name, a))];
        _records[(name, DnsWire.TypeAaaa)] = [.. addresses.Where(a => a.Contains(':', StringComparison.Ordinal)).Select(a => DnsWire.Address(name, a))];
    }

    /// <summary>The reply out of the records: no such name where there are none.</summary>
    public byte[] FromRecords(byte[] query)
    {
        var question = DnsWire.Question(query);
        return _records.TryGetValue(question, out var records) ? DnsWire.Reply(query, records: records)
            : DnsWire.Reply(query, _records.Keys.Any(key => key.Name == question.Name) ? DnsWire.Answer : DnsWire.NameError);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await Task.WhenAll(_loops);
        _ending.Dispose();
    }

    // one number for both; the kernel knows a free one for TCP only
    private (TcpListener Tcp, IPEndPoint EndPoint) Listen()
    {
        while (true)
        {
            var tcp = new TcpListener(IPAddress.Loopback, 0);
            tcp.Start();
            var endPoint = (IPEndPoint)tcp.LocalEndpoint;
            try
            {
                _udp.Bind(endPoint);
                return (tcp, endPoint);
            }
            catch (SocketException)
            {
                tcp.Dispose();
            }
        }
    }

    private IEnumerable<byte[]> Answer(byte[] query, int port, bool isTcp)
    {
        var (name, type) = DnsWire.Question(query);
        Asked.Enqueue((name, type, BinaryPrimitives.ReadUInt16BigEndian(query), port, isTcp));
        return Respond is { } respond ? respond(query, isTcp) : [FromRecords(query)];
    }

    private async Task ServeUdpAsync()
    {
        var buffer = new byte[1024];
        try
        {
            while (true)
            {
                var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _ending.Token);
                foreach (var reply in Answer(buffer[..received.ReceivedBytes], ((IPEndPoint)received.RemoteEndPoint).Port, isTcp: false))
                    await _udp.SendToAsync(reply, received.RemoteEndPoint, _ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException && _ending.IsCancellationRequested)
        {
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptTcpClientAsync(_ending.Token);
                var stream = client.GetStream();
                var head = new byte[2];
                await stream.ReadExactlyAsync(head, _ending.Token);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
                await stream.ReadExactlyAsync(query, _ending.Token);
                foreach (var reply in Answer(query, ((IPEndPoint)client.Client.RemoteEndPoint!).Port, isTcp: true))
                    await stream.WriteAsync((byte[])[.. DnsWire.UInt16(reply.Length), .. reply], _ending.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException or IOException && _ending.IsCancellationRequested)
        {
        }
    }
}
