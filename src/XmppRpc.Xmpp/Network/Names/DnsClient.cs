using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace XmppRpc.Xmpp.Network.Names;

/// <summary>Asks recursive DNS servers (RFC 1035): UDP first, TCP for an answer that was cut off (RFC 7766). Keeps nothing: what is asked again is looked up again.</summary>
/// <param name="servers">Asked one after the other, twice each at most.</param>
/// <param name="timeout">For one question, shared out evenly among the tries.</param>
/// <param name="time">What measures it.</param>
internal sealed class DnsClient(IReadOnlyList<IPEndPoint> servers, TimeSpan timeout, TimeProvider time)
{
    private const int Rounds = 2;

    // without EDNS nothing above 512 bytes comes over UDP
    private const int MaxUdpBytes = 4096;

    // RFC 6056: from which a source port is drawn (IANA's dynamic ports)
    private const int FirstPort = 49152, EndPort = 65536, PortTries = 8;

    /// <summary>The records, or the problem; throws only when cancelled.</summary>
    public async Task<DnsAnswer> AskAsync(string name, DnsType type, CancellationToken cancellationToken)
    {
        if (servers.Count == 0)
            return DnsAnswer.Unknown("this machine names no DNS server");
        DnsAnswer? last = null;
        for (var i = 0; i < Rounds * servers.Count; i++)
        {
            var server = servers[i % servers.Count];
            var question = new DnsQuestion((ushort)RandomNumberGenerator.GetInt32(0x10000), name, type);
            if (question.ToBytes() is not { } query)
                return DnsAnswer.Unknown("it is too long for a name");
            last = await TryAsync(server, question, query, cancellationToken).ConfigureAwait(false);
            if (last.Problem is null)
                return last;
            last = DnsAnswer.Unknown($"DNS server {server}: {last.Problem}");
        }

        return last!;
    }

    private async Task<DnsAnswer> TryAsync(IPEndPoint server, DnsQuestion question, byte[] query, CancellationToken cancellationToken)
    {
        var share = timeout / (Rounds * servers.Count);
        using var limit = new CancellationTokenSource(share, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var reply = await AskByUdpAsync(server, question, query, either.Token).ConfigureAwait(false);
            if (reply.IsTruncated)
                reply = await AskByTcpAsync(server, question, query, either.Token).ConfigureAwait(false);
            return reply.Answer;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return DnsAnswer.Unknown(string.Create(CultureInfo.InvariantCulture, $"no answer within {share.TotalSeconds:0.###} s"));
        }
        catch (SocketException e)
        {
            return DnsAnswer.Unknown($"no answer ({e.SocketErrorCode})");
        }
        catch (EndOfStreamException)
        {
            return DnsAnswer.Unknown("it closed the connection instead of answering");
        }
        catch (IOException e)
        {
            return DnsAnswer.Unknown($"no answer ({(e.InnerException as SocketException)?.SocketErrorCode ?? SocketError.SocketError})");
        }
    }

    private static async Task<DnsReply> AskByUdpAsync(IPEndPoint server, DnsQuestion question, byte[] query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        BindToRandomPort(socket);
        // connected, so that the system drops what comes from elsewhere
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        await socket.SendAsync(query, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[MaxUdpBytes];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (DnsReply.Read(buffer.AsSpan(0, length), question) is { } reply)
                return reply;
        }
    }

    private static async Task<DnsReply> AskByTcpAsync(IPEndPoint server, DnsQuestion question, byte[] query, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellationToken).ConfigureAwait(false);
        var stream = new NetworkStream(socket);
        await using (stream.ConfigureAwait(false))
        {
            // RFC 1035 §4.2.2: two bytes of length first, in one write with the rest (RFC 7766 §8)
            var framed = new byte[2 + query.Length];
            BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
            query.CopyTo(framed, 2);
            await stream.WriteAsync(framed, cancellationToken).ConfigureAwait(false);
            var head = new byte[2];
            await stream.ReadExactlyAsync(head, cancellationToken).ConfigureAwait(false);
            var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
            await stream.ReadExactlyAsync(message, cancellationToken).ConfigureAwait(false);
            return DnsReply.Read(message, question) ?? new(false, DnsAnswer.Unknown("its answer is to another question"));
        }
    }

    /// <summary>An unpredictable source port: with the id, what somebody off the path has to guess (RFC 5452 §4.5).</summary>
    private static void BindToRandomPort(Socket socket)
    {
        var any = socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        for (var i = 0; i < PortTries; i++)
            try
            {
                socket.Bind(new IPEndPoint(any, RandomNumberGenerator.GetInt32(FirstPort, EndPort)));
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
            }

        // connecting binds it to a port of the system's choice
    }
}
