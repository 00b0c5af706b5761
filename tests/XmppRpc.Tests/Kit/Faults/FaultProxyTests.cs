using System.Net;
using System.Net.Sockets;
using XmppRpc.LocalServer;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Tests.Kit.Faults;

public class FaultProxyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scripts_go_to_connections_in_their_order_and_further_ones_get_the_default()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.Inject(At.Start, "first ")));
        wire.Proxy.Default = FaultScript.Pass.ToServer(Fault.Inject(At.Start, "default "));
        await Wire.SayAsync(wire.Client, "1");
        await Wire.HearAsync(wire.Server, "first 1");

        await wire.ConnectAsync(FaultScript.Pass);
        await Wire.SayAsync(wire.Client, "2");
        await Wire.HearAsync(wire.Server, "2");

        var third = wire.Proxy.ConnectionAsync(3, Cancellation);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, wire.Proxy.Port, Cancellation);
        Assert.Same(wire.Proxy.Default, (await third).Script);
        Assert.Equal([1, 2, 3], wire.Proxy.Connections.Select(connection => connection.Number));
    }

    [Fact]
    public async Task A_refusing_proxy_answers_as_a_closed_port_and_keeps_what_is_there()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass);

        await wire.Proxy.RefuseAsync();
        using (var client = new TcpClient())
        {
            var error = await Assert.ThrowsAsync<SocketException>(() => client.ConnectAsync(IPAddress.Loopback, wire.Proxy.Port, Cancellation).AsTask());
            Assert.Equal(SocketError.ConnectionRefused, error.SocketErrorCode);
        }
        await Wire.SayAsync(wire.Client, "on");
        await Wire.HearAsync(wire.Server, "on");
        wire.Proxy.Accept();

        await wire.ConnectAsync(FaultScript.Pass);
        await Wire.SayAsync(wire.Client, "again");
        await Wire.HearAsync(wire.Server, "again");
    }

    [Fact]
    public async Task A_target_that_is_not_there_resets_the_client()
    {
        await using var proxy = FaultProxy.Start(new IPEndPoint(IPAddress.Loopback, FreePort.Next()));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        // the reset may come before connecting has returned
        var error = await Assert.ThrowsAsync<SocketException>(async () =>
        {
            await client.ConnectAsync(IPAddress.Loopback, proxy.Port, Cancellation);
            await Wire.HearAllAsync(client);
        });
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task Where_TLS_passes_through_faults_on_stanzas_are_refused()
    {
        await using var proxy = FaultProxy.Start(new IPEndPoint(IPAddress.Loopback, 1));

        Assert.Throws<ArgumentException>(() => proxy.Next(FaultScript.Pass.ToServer(Fault.Drop(Stanzas.All))));
        Assert.Throws<ArgumentException>(() => proxy.Default = FaultScript.Pass.ToClient(Fault.Cut(At.After(Stanzas.All))));
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_trace_and_another_one_another()
    {
        var script = FaultScript.Pass
            .ToServer(Fault.Drop(Stanzas.Named("message").Chance(0.3)), Fault.Duplicate(Stanzas.All.Chance(0.3)), Fault.Rechunk(5), Fault.Cut(At.Byte(600)))
            .ToClient(Fault.Reorder(Stanzas.Named("presence").Chance(0.5)), Fault.Inject(At.After(Stanzas.Named("presence")), "<a/>"));

        var (trace, text) = await RunAsync(1, chunk: 1000);
        var (again, textAgain) = await RunAsync(1, chunk: 3);
        var (other, _) = await RunAsync(2, chunk: 1000);

        Assert.Equal(trace, again);
        Assert.Equal(text, textAgain);
        Assert.NotEqual(trace[trace.IndexOf('\n', StringComparison.Ordinal)..], other[other.IndexOf('\n', StringComparison.Ordinal)..]);
        Assert.StartsWith("""
            seed 1
            #1 FaultScript.Pass.ToServer(Fault.Drop(Stanzas.Named("message").Chance(0.3)), Fault.Duplicate(Stanzas.All.Chance(0.3), 1), Fault.Rechunk(5, 1), Fault.Cut(At.Byte(600), CutKind.Fin)).ToClient(
            """.ReplaceLineEndings("\n"), trace, StringComparison.Ordinal);
        Assert.Contains("\n#1 > 600 Fault.Cut(At.Byte(600), CutKind.Fin)\n", trace, StringComparison.Ordinal);

        async Task<(string Trace, string Text)> RunAsync(int seed, int chunk)
        {
            await using var wire = await Wire.OpenAsync(script, new() { Tls = ProxyTls.Terminate, Seed = seed });
            var toClient = Wire.Header + string.Concat(Enumerable.Range(0, 20).Select(i => $"<presence id='{i}'/><message id='{i}'/>"));
            await Wire.SayAsync(wire.Server, toClient);
            await Wire.HearAsync(wire.Client, Wire.Header);
            // The way to the client is all through before the way to the server is cut.
            wire.Server.Shutdown(SocketShutdown.Send);
            var heard = await Wire.HearAllAsync(wire.Client);
            foreach (var part in (Wire.Header + string.Concat(Enumerable.Range(0, 60).Select(i => $"<message id='{i}'/>"))).Chunk(chunk))
                await Wire.SayAsync(wire.Client, new string(part));
            return (await EndOf(wire), heard + await Wire.HearAllAsync(wire.Server));
        }

        static async Task<string> EndOf(Wire wire)
        {
            await wire.Proxy.Trace.WaitForAsync(entry => entry.What.StartsWith("Fault.Cut", StringComparison.Ordinal));
            return wire.Proxy.Trace.ToString();
        }
    }

    [Theory]
    [InlineData(ProxyTls.PassThrough)]
    [InlineData(ProxyTls.Terminate)]
    public async Task A_client_of_the_local_server_works_through_the_proxy_with_TLS_checked(ProxyTls tls)
    {
        await using var server = await XmppServer.StartAsync(ServerKind.Local);
        await using var proxy = FaultProxy.Start(server, new() { Tls = tls });
        proxy.Default = FaultScript.Pass.Rechunked(3);

        await using var alice = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(proxy.ConnectionString("alice", "desk")), Cancellation);
        await using var bob = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(proxy.ConnectionString("bob", "desk")), Cancellation);
        await alice.SendAsync(new Message(new XmppElement("message", XmppNames.Client).Add(new XmppElement("x", "urn:x").WithText(new string('y', 10_000)))) { To = bob.Jid }, Cancellation);

        Assert.Equal(10_000, (await bob.ReceiveAsync(Cancellation))!.Element.Child("x", "urn:x")!.Text.Length);
        Assert.Equal(tls is ProxyTls.Terminate, proxy.Connections[0].ToServer.SentStanzas > 0);
    }

    [Fact]
    public async Task Stanzas_inside_TLS_are_seen_and_changed()
    {
        await using var server = await LocalXmppServer.StartAsync();
        var options = XmppConnectionOptions.Parse(server.AddAccount("alice", "pw"));
        await using var proxy = FaultProxy.Start(new IPEndPoint(IPAddress.Loopback, options.Port!.Value), new() { Tls = ProxyTls.Terminate }, TestCertificate.Create());
        proxy.Next(FaultScript.Pass.ToServer(Fault.Answer(Stanzas.Named("message"), Forged.Bounce()), Fault.Drop(Stanzas.Named("message"))));

        var pinned = proxy.Through(options) with { CertificateFingerprint = proxy.Certificate!.TargetCertificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256) };
        await using var alice = await XmppConnection.ConnectAsync(pinned, Cancellation);
        await alice.SendAsync(new Message { To = alice.Jid, Id = "lost" }, Cancellation);

        var bounce = await alice.ReceiveAsync(Cancellation);
        Assert.Equal(("lost", true), (bounce!.Id, bounce.IsError));
    }
}
