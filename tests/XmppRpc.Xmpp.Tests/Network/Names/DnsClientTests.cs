using System.Net;
using System.Net.Sockets;
using XmppRpc.TestKit.Names;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Network.Names;

namespace XmppRpc.Xmpp.Tests.Network.Names;

/// <summary>Asking over real loopback sockets; the clock stands still, so that only what arrives moves a test on.</summary>
public sealed class DnsClientTests : IAsyncDisposable
{
    private const string Name = "_xmpps-client._tcp.example.org";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeDnsServer _server = new();
    private readonly FakeDnsServer _second = new();

    public DnsClientTests()
    {
        _server.SetSrv(Name, (1, 2, 5223, "chat.example.org"));
        _second.SetSrv(Name, (9, 9, 9, "second.example.org"));
    }

    [Fact]
    public async Task Answer_comes_over_one_datagram()
    {
        var answer = await AskAsync(_server.EndPoint);
        Assert.Equal([new SrvRecord(Name, 1, 2, 5223, "chat.example.org")], answer.Records);
        Assert.Equal((Name, DnsWire.TypeSrv), Assert.Single(_server.Asked) is var asked ? (asked.Name, asked.Type) : default);
    }

    [Fact]
    public async Task Name_without_records_is_no_problem_and_no_second_server_is_asked()
    {
        var answer = await AskAsync("nothing.example.org", _server.EndPoint, _second.EndPoint);
        Assert.Equal((0, null), (answer.Records.Count, answer.Problem));
        Assert.Empty(_second.Asked);
    }

    [Fact]
    public async Task Forged_answers_are_passed_over_until_the_right_one_comes()
    {
        _server.Respond = (query, _) =>
        {
            var evil = DnsWire.Srv(Name, 0, 0, 1, "evil.example");
            var wrongId = DnsWire.Reply(query, records: evil);
            wrongId[0] ^= 1;
            var wrongQuestion = DnsWire.Reply(query, records: evil);
            wrongQuestion[14] = (byte)'y';
            var echo = query;
            return [[], [1, 2, 3], wrongId, wrongQuestion, echo, new byte[600], _server.FromRecords(query)];
        };
        Assert.Equal([new SrvRecord(Name, 1, 2, 5223, "chat.example.org")], (await AskAsync(_server.EndPoint)).Records);
    }

    [Fact]
    public async Task Cut_off_answer_is_fetched_over_tcp()
    {
        var records = Enumerable.Range(1, DnsReply.MaxRecords).Select(i => DnsWire.Srv(Name, i, 0, i, "chat.example.org")).ToArray();
        _server.Respond = (query, isTcp) => [isTcp ? DnsWire.Reply(query, records: records) : DnsWire.Reply(query, DnsWire.CutOff)];
        Assert.Equal(DnsReply.MaxRecords, (await AskAsync(_server.EndPoint)).Records.Count);
        Assert.Equal([false, true], _server.Asked.Select(q => q.IsTcp));
    }

    public static TheoryData<string, Func<byte[], bool, IEnumerable<byte[]>>, string> Bad => new()
    {
        { "error", (query, _) => [DnsWire.Reply(query, DnsWire.ServerFailure)], "error 2" },
        { "pointer loop", (query, _) => [DnsWire.Reply(query, records: DnsWire.Record(DnsWire.Pointer(query.Length), 33, [0, 0, 0, 0, 0, 1, 0]))], "malformed" },
        { "too many", (query, _) => [DnsWire.Reply(query, count: 10_000)], "10000 records" },
        { "cut off twice", (query, _) => [DnsWire.Reply(query, DnsWire.CutOff)], "cut off" },
        { "tcp closed", (query, isTcp) => isTcp ? [] : [DnsWire.Reply(query, DnsWire.CutOff)], "closed the connection" },
        { "tcp for another question", (query, isTcp) => [isTcp ? new byte[40] : DnsWire.Reply(query, DnsWire.CutOff)], "another question" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Server_that_answers_badly_is_named_and_the_next_one_asked(string what, Func<byte[], bool, IEnumerable<byte[]>> respond, string problem)
    {
        Assert.NotEmpty(what);
        _server.Respond = respond;
        Assert.Equal([new SrvRecord(Name, 9, 9, 9, "second.example.org")], (await AskAsync(_server.EndPoint, _second.EndPoint)).Records);

        var alone = await AskAsync(_server.EndPoint);
        Assert.Empty(alone.Records);
        Assert.Contains(problem, alone.Problem);
        Assert.Contains(_server.EndPoint.ToString(), alone.Problem);
    }

    [Fact]
    public async Task Closed_port_is_passed_at_once()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var endPoint = (IPEndPoint)closed.LocalEndPoint!;
        closed.Dispose();
        Assert.Equal([new SrvRecord(Name, 9, 9, 9, "second.example.org")], (await AskAsync(endPoint, _second.EndPoint)).Records);
    }

    [Fact]
    public async Task Silent_servers_get_an_even_share_of_the_time_and_two_tries_each()
    {
        _server.Respond = _second.Respond = (_, _) => [];
        var asking = AskAsync(_server.EndPoint, _second.EndPoint);
        for (var i = 0; i < 4; i++)
        {
            // the query has left when the timer is set and the server has seen it
            await _time.TimerAsync(Timeout / 4);
            await UntilAskedAsync(i + 1);
            Assert.False(asking.IsCompleted);
            _time.Advance(Timeout / 4);
        }

        var answer = await asking;
        Assert.Contains("no answer within 1 s", answer.Problem);
        Assert.Equal((2, 2), (_server.Asked.Count, _second.Asked.Count));
    }

    [Fact]
    public async Task Silent_server_is_passed_for_the_next_one()
    {
        _server.Respond = (_, _) => [];
        var asking = AskAsync(_server.EndPoint, _second.EndPoint);
        await _time.TimerAsync(Timeout / 4);
        _time.Advance(Timeout / 4);
        Assert.Equal([new SrvRecord(Name, 9, 9, 9, "second.example.org")], (await asking).Records);
    }

    [Fact]
    public async Task Ids_and_source_ports_change_with_every_query()
    {
        for (var i = 0; i < 20; i++)
            await AskAsync(_server.EndPoint);
        // twenty draws of two out of thousands: more than a few the same is no chance
        Assert.InRange(_server.Asked.Select(q => q.Id).Distinct().Count(), 16, 20);
        Assert.InRange(_server.Asked.Select(q => q.Port).Distinct().Count(), 16, 20);
    }

    [Fact]
    public async Task Cancellation_ends_the_waiting()
    {
        _server.Respond = (_, _) => [];
        using var source = new CancellationTokenSource();
        var asking = new DnsClient([_server.EndPoint], Timeout, _time).AskAsync(Name, DnsType.Srv, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    [Fact]
    public async Task Machine_without_dns_server_and_name_without_wire_form_are_problems()
    {
        Assert.Contains("no DNS server", (await AskAsync()).Problem);
        Assert.Contains("too long", (await AskAsync(new string('a', 64), _server.EndPoint)).Problem);
        Assert.Empty(_server.Asked);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _second.DisposeAsync();
    }

    private Task<DnsAnswer> AskAsync(params IPEndPoint[] servers) => AskAsync(Name, servers);

    private Task<DnsAnswer> AskAsync(string name, params IPEndPoint[] servers) => new DnsClient(servers, Timeout, _time).AskAsync(name, DnsType.Srv, TestContext.Current.CancellationToken);

    private async Task UntilAskedAsync(int count)
    {
        while (_server.Asked.Count + _second.Asked.Count < count)
            await Task.Yield();
    }
}
