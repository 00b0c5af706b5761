using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>The path to the XMPP server breaks during the handshake, at any byte of it: connecting ends with the exception that says so, and the next one works.</summary>
public abstract class HandshakeCutScenarios(XmppServerFixture servers, ServerKind server, ITestOutputHelper output)
{
    /// <summary>Where not each byte is cut at, about so many bytes lie between two cuts. What TLS hides is cut at each byte through the proxy that ends TLS.</summary>
    private const int Stride = 16;

    private const int Seed = 6120;

    /// <summary>Of so many bytes of the decrypted handshake one is cut at with FIN, another one with a reset. Default 1: each is cut at with both.</summary>
    protected virtual int Step => 1;

    public static TheoryData<Direction, CutKind> Cuts =>
        new(from direction in Enum.GetValues<Direction>() from kind in Enum.GetValues<CutKind>() select (direction, kind));

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Connecting_ends_with_a_connection_exception_at_whatever_byte_of_the_decrypted_handshake_it_is_cut(Direction direction, CutKind kind)
    {
        var sweep = new HandshakeSweep(await servers.StartAsync(server), ProxyTls.Terminate, direction, kind);
        var bytes = await sweep.MeasureAsync();

        // silence has one way to be noticed, wherever it falls
        await CutAsync(sweep, bytes, kind is CutKind.Silence ? Sample(bytes) : [.. Enumerable.Range(0, (int)bytes).Where(at => at % Step == (int)kind % Step)]);
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Connecting_ends_with_an_exception_at_whatever_byte_of_TLS_it_is_cut(Direction direction, CutKind kind)
    {
        var sweep = new HandshakeSweep(await servers.StartAsync(server), ProxyTls.PassThrough, direction, kind);
        var bytes = await sweep.MeasureAsync();

        await CutAsync(sweep, bytes, Sample(bytes));
    }

    [Theory]
    [InlineData(ProxyTls.PassThrough)]
    [InlineData(ProxyTls.Terminate)]
    public Task Connecting_works_when_the_client_reads_byte_by_byte(ProxyTls tls) => AssertConnectsByteByByteAsync(tls);

    protected async Task AssertConnectsByteByByteAsync(ProxyTls tls)
    {
        await using var proxy = FaultProxy.Start(await servers.StartAsync(server), new() { Tls = tls });
        proxy.Default = FaultScript.Pass.Rechunked();

        await using var connection = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(proxy.ConnectionString("bob", "bytes")), TestContext.Current.CancellationToken);

        Assert.Equal("bob@localhost/bytes", connection.Jid.ToString());
    }

    private async Task CutAsync(HandshakeSweep sweep, long bytes, List<long> cuts)
    {
        using var unobserved = new UnobservedExceptions();

        await sweep.CutAsync(cuts);

        output.WriteLine($"{cuts.Count} cuts in {bytes} bytes, {sweep.Failed} of them noticed");
        Assert.InRange(sweep.Failed, cuts.Count(at => at < bytes - sweep.Slack), cuts.Count);
        unobserved.AssertNone();
    }

    private static List<long> Sample(long bytes)
    {
        var random = new Random(Seed);
        var sample = new List<long>();
        for (long at = 0; at < bytes; at += random.Next(1, 2 * Stride))
            sample.Add(at);
        return sample;
    }
}
