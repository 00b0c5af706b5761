using System.Security.Authentication;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>Connects through a proxy once for each of many bytes of the handshake, and cuts it there.</summary>
internal sealed class HandshakeSweep(XmppServer server, ProxyTls tls, Direction direction, CutKind kind)
{
    /// <summary>A handshake takes milliseconds; what takes longer hangs.</summary>
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    private const int Workers = 6, CutsBetweenChecks = 100, FeaturesAndProceed = 2;

    private long _bytes;
    private long _stanzas;
    private int _failed;

    /// <summary>How many connects ended with an error.</summary>
    public int Failed => _failed;

    /// <summary>Bytes of a whole handshake in this direction, as one connect had them.</summary>
    public async Task<long> MeasureAsync()
    {
        await using var proxy = FaultProxy.Start(server, new() { Tls = tls });
        await using var connection = await XmppConnection.ConnectAsync(Options(proxy));
        _stanzas = proxy.Connections[0].ToClient.SentStanzas;
        return _bytes = direction is Direction.ToServer ? proxy.Connections[0].ToServer.SentBytes : proxy.Connections[0].ToClient.SentBytes;
    }

    /// <summary>By so many bytes a handshake may be shorter than the measured one: ids and nonces vary in length, and a TLS session that is resumed goes without a certificate.</summary>
    public int Slack => tls is ProxyTls.PassThrough ? 1024 : 64;

    /// <summary>Cuts at each of these bytes in a connect of its own.</summary>
    public Task CutAsync(IReadOnlyList<long> bytes) => Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => CutEachAsync(bytes.Where((_, i) => i % Workers == worker))));

    private async Task CutEachAsync(IEnumerable<long> bytes)
    {
        await using var proxy = FaultProxy.Start(server, new() { Tls = tls });
        var cuts = 0;
        foreach (var at in bytes)
        {
            proxy.Next(Script(at));
            try
            {
                await CutOnceAsync(proxy, at);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{server} {tls} {direction} {kind} at byte {at} of {_bytes}: {e.Message}\n{proxy.Connections[^1].Script}", e);
            }
            await proxy.Connections[^1].DisposeAsync();
            if (++cuts % CutsBetweenChecks == 0)
                await AssertNextConnectWorksAsync(proxy);
        }
        await AssertNextConnectWorksAsync(proxy);
    }

    private async Task CutOnceAsync(FaultProxy proxy, long at)
    {
        using var guard = new CancellationTokenSource(Guard);
        var time = kind is CutKind.Silence ? new ManualTimeProvider() : TimeProvider.System;
        var options = Options(proxy) with { Time = time };
        var number = proxy.Connections.Count + 1;
        var connecting = XmppConnection.ConnectAsync(options, guard.Token);
        if (time is ManualTimeProvider manual)
        {
            await Task.WhenAny(connecting, proxy.Trace.WaitForAsync(entry => entry.Connection == number, guard.Token));
            manual.Advance(options.ConnectTimeout);
        }

        try
        {
            var connection = await connecting;
            // what the cut was to come behind has passed: this handshake was shorter than the measured one
            Assert.True(proxy.Connections[^1].ToClient.SentStanzas >= _stanzas && at >= _bytes - Slack, "The connect went well although it was cut.");
            proxy.Connections[^1].Cut(CutKind.Fin);
            await connection.DisposeAsync();
        }
        catch (XmppException e)
        {
            AssertRightKind(e, proxy.Connections[^1]);
            Interlocked.Increment(ref _failed);
        }
    }

    private void AssertRightKind(XmppException e, ProxyConnection connection)
    {
        // TLS was being established: where it passes through, or when <proceed/> was quicker than the cut
        if ((tls is ProxyTls.PassThrough || connection.ToClient.SentStanzas == FeaturesAndProceed) && e is XmppTlsException { InnerException: IOException or AuthenticationException })
            return;
        Assert.IsType<XmppConnectionException>(e);
        if (kind is CutKind.Silence)
            Assert.Contains("ConnectTimeout", e.Message, StringComparison.Ordinal);
        else
            // a reset at once may come before the client's connecting has returned
            Assert.Matches("closed the connection|connection was lost|does not answer", e.Message);
    }

    private FaultScript Script(long at)
    {
        var cut = Fault.Cut(At.Byte(at), kind);
        return direction is Direction.ToServer ? FaultScript.Pass.ToServer(cut) : FaultScript.Pass.ToClient(cut);
    }

    private static async Task AssertNextConnectWorksAsync(FaultProxy proxy)
    {
        using var guard = new CancellationTokenSource(Guard);
        await using var connection = await XmppConnection.ConnectAsync(Options(proxy), guard.Token);
    }

    private static XmppConnectionOptions Options(FaultProxy proxy) => XmppConnectionOptions.Parse(proxy.ConnectionString("alice"));
}
