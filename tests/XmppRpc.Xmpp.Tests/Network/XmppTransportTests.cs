using System.Net.Security;
using System.Text;
using XmppRpc.TestKit;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Network;

public sealed class XmppTransportTests
{
    private static readonly string Padding = new(' ', 256);

    [Fact]
    public async Task Writes_during_a_write_leave_together_in_the_next_one_and_in_order()
    {
        var stream = new GatedStream();
        await using var transport = new XmppTransport(stream);
        var first = transport.WriteStreamStartAsync("jabber:client").AsTask();
        await stream.Arrived();
        var later = Enumerable.Range(0, 100).Select(i => transport.WriteAsync(Numbered(i))).ToList();
        Assert.All(later, w => Assert.True(w.IsCompletedSuccessfully));
        Assert.False(first.IsCompleted);

        stream.Release();
        await first;
        Assert.Equal(string.Concat(Enumerable.Range(0, 100).Select(i => $"<m n='{i}'/>")), await stream.Arrived());
        Assert.Equal(2, stream.Writes);
        stream.Release();
    }

    [Fact]
    public async Task Many_writers_at_once_lose_nothing_and_keep_each_ones_order()
    {
        var (ours, theirs) = DuplexStream.CreatePair(window: 4096);
        await using var transport = new XmppTransport(ours, highWaterBytes: 2048);
        await using var reader = new XmppTransport(theirs);
        await transport.WriteStreamStartAsync("jabber:client");
        await ReadNodeAsync(reader);
        var writers = Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                await transport.WriteAsync(Numbered(i).Set("w", $"{w}"));
        })).ToList();

        var next = new int[writers.Count];
        for (var i = 0; i < writers.Count * 500; i++)
        {
            var element = (await ReadNodeAsync(reader)).Element!;
            Assert.Equal($"{next[element.Attribute("w")![0] - '0']++}", element.Attribute("n"));
        }

        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task Writer_above_the_high_water_mark_waits_until_its_bytes_have_left()
    {
        var stream = new GatedStream();
        await using var transport = new XmppTransport(stream, highWaterBytes: 100);
        var first = transport.WriteStreamStartAsync("jabber:client").AsTask();
        await stream.Arrived();
        await transport.WriteAsync(Numbered(1));
        var above = transport.WriteAsync(Numbered(2).WithText(new string('x', 100))).AsTask();
        stream.Release();
        await first;
        await stream.Arrived();
        Assert.False(above.IsCompleted);
        stream.Release();
        await above;
    }

    [Fact]
    public async Task Cancelled_writer_stops_waiting_and_its_element_is_sent()
    {
        var stream = new GatedStream();
        await using var transport = new XmppTransport(stream, highWaterBytes: 1);
        using var cancel = new CancellationTokenSource();
        var first = transport.WriteStreamStartAsync("jabber:client", cancellationToken: cancel.Token).AsTask();
        await stream.Arrived();
        var second = transport.WriteAsync(Numbered(2), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(stream.LastToken.CanBeCanceled);
        stream.Release();
        Assert.Equal("<m n='2'/>", await stream.Arrived());
        stream.Release();
    }

    [Fact]
    public async Task Waiting_writers_and_later_ones_fail_when_the_stream_breaks()
    {
        var stream = new GatedStream();
        await using var transport = new XmppTransport(stream, highWaterBytes: 1);
        var first = transport.WriteStreamStartAsync("jabber:client").AsTask();
        await stream.Arrived();
        var second = transport.WriteAsync(Numbered(2)).AsTask();
        stream.Fail();
        var lost = await Assert.ThrowsAsync<XmppConnectionException>(() => first);
        Assert.Same(lost, await Assert.ThrowsAsync<XmppConnectionException>(() => second));
        Assert.Same(lost, await Assert.ThrowsAsync<XmppConnectionException>(async () => await transport.WriteAsync(Numbered(3))));
        Assert.IsType<IOException>(lost.InnerException);
    }

    [Fact]
    public async Task Element_that_is_too_large_or_not_xml_leaves_no_trace()
    {
        var (ours, theirs) = DuplexStream.CreatePair();
        await using var transport = new XmppTransport(ours, maxElementBytes: 100);
        await transport.WriteStreamStartAsync("jabber:client");
        await ReadTextAsync(theirs);
        var refused = await Assert.ThrowsAsync<ArgumentException>(async () => await transport.WriteAsync(Numbered(1).WithText(new string('&', 50))));
        Assert.Contains("263 bytes", refused.Message);
        Assert.Contains("100", refused.Message);
        await Assert.ThrowsAsync<ArgumentException>(async () => await transport.WriteAsync(Numbered(2).Add(new XmppElement("bad", "x").WithText("\u0001"))));
        await transport.WriteAsync(Numbered(3));
        Assert.Equal("<m n='3'/>", await ReadTextAsync(theirs));
    }

    [Fact]
    public async Task Flush_in_clear_text_is_padded_when_asked_for_and_the_closing_tag_is_not()
    {
        var (ours, theirs) = DuplexStream.CreatePair();
        await using var transport = new XmppTransport(ours);
        await transport.WriteStreamStartAsync("jabber:client");
        Assert.EndsWith(">", await ReadTextAsync(theirs));
        transport.PadsFlushes = true;
        await transport.WriteAsync(Numbered(1));
        Assert.Equal("<m n='1'/>" + Padding, await ReadTextAsync(theirs));
        await transport.WriteStreamEndAsync();
        Assert.Equal("</stream:stream>", await ReadTextAsync(theirs));
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(5000, true)]
    public async Task Flush_under_tls_is_padded_when_the_peer_may_cut_it(int bytes, bool padded)
    {
        var (transport, server) = await EncryptedPairAsync();
        await using var _ = transport;
        await using var __ = server;
        await transport.WriteStreamStartAsync("jabber:client");
        await ReadNodeAsync(server);
        transport.PadsFlushes = true;
        await transport.WriteAsync(Numbered(1).WithText(new string('x', bytes)));
        await ReadNodeAsync(server);
        // what is left behind the element is the padding, if any
        if (padded)
            Assert.Throws<XmppStreamException>(() => server.Restart(requireEmpty: true));
        else
            server.Restart(requireEmpty: true);
    }

    [Fact]
    public async Task Both_roles_change_to_tls_in_place_and_go_on()
    {
        var (client, server) = await EncryptedPairAsync();
        await using var _ = client;
        await using var __ = server;
        Assert.True(client.IsEncrypted && server.IsEncrypted);
        await client.WriteStreamStartAsync("jabber:client", to: "example.org");
        await server.WriteStreamStartAsync("jabber:client", from: "example.org", id: "1");
        await server.WriteAsync(Numbered(7));
        Assert.Equal("example.org", (await ReadNodeAsync(server)).Element!.Attribute("to"));
        Assert.Equal(XmppNodeKind.StreamStart, (await ReadNodeAsync(client)).Kind);
        Assert.Equal("7", (await ReadNodeAsync(client)).Element!.Attribute("n"));
    }

    [Fact]
    public async Task Cancelled_read_under_tls_loses_nothing()
    {
        var (client, server) = await EncryptedPairAsync();
        await using var _ = client;
        await using var __ = server;
        await server.WriteStreamStartAsync("jabber:client");
        await ReadNodeAsync(client);
        using var cancel = new CancellationTokenSource();
        var reading = client.ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await server.WriteAsync(Numbered(8));
        Assert.Equal("8", (await ReadNodeAsync(client)).Element!.Attribute("n"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_before_tls_are_an_injection_in_both_roles_T09(bool asClient)
    {
        var (ours, theirs) = DuplexStream.CreatePair();
        await using var transport = new XmppTransport(ours);
        await theirs.WriteAsync(Encoding.UTF8.GetBytes("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/><x/>"));
        await ReadNodeAsync(transport);
        await ReadNodeAsync(transport);
        using var certificate = TestCertificates.Create(["example.org"]);
        var injected = await Assert.ThrowsAsync<XmppStreamException>(() => asClient
            ? transport.StartTlsAsync(new SslClientAuthenticationOptions { TargetHost = "example.org" })
            : transport.StartTlsAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }));
        Assert.Contains("4 bytes", injected.Message);
    }

    [Fact]
    public async Task Broken_byte_stream_is_a_lost_connection_and_an_ended_one_is_null()
    {
        var (ours, theirs) = DuplexStream.CreatePair();
        await using (var transport = new XmppTransport(ours))
        {
            theirs.Break();
            await Assert.ThrowsAsync<XmppConnectionException>(async () => await transport.ReadAsync());
        }

        (ours, theirs) = DuplexStream.CreatePair();
        await using (var transport = new XmppTransport(ours))
        {
            await theirs.DisposeAsync();
            Assert.Null(await transport.ReadAsync());
        }
    }

    [Fact]
    public async Task Dispose_ends_a_read_and_a_write_in_progress_and_may_be_repeated()
    {
        var (ours, _) = DuplexStream.CreatePair(window: 16);
        var transport = new XmppTransport(ours);
        var writing = transport.WriteStreamStartAsync("jabber:client").AsTask();
        var reading = transport.ReadAsync().AsTask();
        await transport.DisposeAsync();
        await transport.DisposeAsync();
        await Assert.ThrowsAsync<XmppConnectionException>(() => writing);
        await Assert.ThrowsAsync<XmppConnectionException>(() => reading);
        await Assert.ThrowsAsync<XmppConnectionException>(async () => await transport.WriteAsync(Numbered(1)));
    }

    [Fact]
    public async Task Nothing_is_written_behind_the_closing_tag()
    {
        var (ours, theirs) = DuplexStream.CreatePair();
        await using var transport = new XmppTransport(ours);
        await transport.WriteStreamStartAsync("jabber:client");
        await transport.WriteStreamEndAsync();
        await transport.WriteStreamEndAsync();
        await Assert.ThrowsAsync<XmppConnectionException>(async () => await transport.WriteAsync(Numbered(1)));
        var text = await ReadTextAsync(theirs);
        Assert.Equal(text.Length - "</stream:stream>".Length, text.IndexOf("</stream:stream>", StringComparison.Ordinal));
    }

    private static XmppElement Numbered(int n) => new XmppElement("m", "jabber:client").Set("n", $"{n}");

    private static async Task<XmppNode> ReadNodeAsync(XmppTransport transport) => Assert.NotNull(await transport.ReadAsync());

    private static async Task<string> ReadTextAsync(Stream stream)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer));
    }

    private static async Task<(XmppTransport Client, XmppTransport Server)> EncryptedPairAsync()
    {
        var (ours, theirs) = DuplexStream.CreatePair();
        var (client, server) = (new XmppTransport(ours), new XmppTransport(theirs));
        using var certificate = TestCertificates.Create(["example.org"]);
        var serving = server.StartTlsAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate });
        await client.StartTlsAsync(new SslClientAuthenticationOptions { TargetHost = "example.org", RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Equals(shown) });
        await serving;
        return (client, server);
    }
}
