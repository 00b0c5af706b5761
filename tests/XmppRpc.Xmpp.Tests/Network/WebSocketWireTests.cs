using System.Net.WebSockets;
using System.Text;
using XmppRpc.TestKit;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Network;

public sealed class WebSocketWireTests : IAsyncDisposable
{
    private const string Message = "<message xmlns='jabber:client' id='1'><body>hi</body></message>";

    private readonly DuplexStream _end;
    private readonly WebSocket _peer;
    private readonly XmppTransport _transport;

    public WebSocketWireTests()
    {
        (var ours, _end) = DuplexStream.CreatePair(window: 16 * 1024 * 1024);
        _peer = WebSocket.CreateFromStream(_end, new WebSocketCreationOptions { IsServer = true, SubProtocol = "xmpp" });
        var socket = WebSocket.CreateFromStream(ours, new WebSocketCreationOptions { SubProtocol = "xmpp" });
        _transport = new(new WebSocketWire(socket, ours, new XmppReaderLimits { MaxStanzaBytes = 64 * 1024, MaxFatalBytes = 4 * 1024 * 1024 }, TimeProvider.System), 32 * 1024, 1024 * 1024);
    }

    [Theory]
    [InlineData("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' id='s'/>", XmppNodeKind.StreamStart, "open")]
    [InlineData("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", XmppNodeKind.StreamEnd, null)]
    [InlineData("<f:close xmlns:f='urn:ietf:params:xml:ns:xmpp-framing'></f:close>", XmppNodeKind.StreamEnd, null)]
    [InlineData("<close xmlns='jabber:client'/>", XmppNodeKind.Element, "close")]
    [InlineData("<other xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", XmppNodeKind.Element, "other")]
    [InlineData(Message + " \r\n", XmppNodeKind.Element, "message")]
    public async Task Message_is_a_node(string text, XmppNodeKind kind, string? name)
    {
        await SendAsync(text);
        var node = await ReadAsync();
        Assert.Equal(kind, node!.Value.Kind);
        Assert.Equal(name, node.Value.Element?.Name);
    }

    [Fact]
    public async Task Fragments_of_a_message_are_one_element_wherever_they_are_cut()
    {
        for (var cut = 0; cut <= Message.Length; cut++)
        {
            await SendAsync(Message[..cut], endOfMessage: false);
            await SendAsync(Message[cut..]);
            Assert.Equal("hi", (await ReadAsync())!.Value.Element!.Child("body", XmppNames.Client)!.Text);
        }
        foreach (var c in Message)
            await SendAsync(c.ToString(), endOfMessage: false);
        await SendAsync("");
        Assert.Equal("1", (await ReadAsync())!.Value.Element!.Attribute("id"));
    }

    [Theory]
    [InlineData(Message + Message, "bad-format")]
    [InlineData(Message + " <presence", "bad-format")]
    [InlineData(Message + "x", "bad-format")]
    [InlineData("", "bad-format")]
    [InlineData(" ", "bad-format")]
    [InlineData(" " + Message, "bad-format")]
    [InlineData("x", "bad-format")]
    [InlineData("<message xmlns='jabber:client'>", "not-well-formed")]
    [InlineData("<message xmlns='jabber:client'", "not-well-formed")]
    [InlineData("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", "not-well-formed")]
    [InlineData("</stream:stream>", "not-well-formed")]
    [InlineData("</message>", "not-well-formed")]
    [InlineData("<?xml version='1.0'?>" + Message, "restricted-xml")]
    [InlineData("<!DOCTYPE x>" + Message, "restricted-xml")]
    [InlineData("<!-- x -->", "restricted-xml")]
    public async Task Message_that_is_not_one_element_ends_the_stream(string text, string condition)
    {
        await SendAsync(text);
        Assert.Equal(condition, (await Assert.ThrowsAsync<XmppStreamException>(async () => await ReadAsync())).Condition);
    }

    [Fact]
    public async Task Element_that_spans_two_messages_ends_the_stream()
    {
        await SendAsync("<message xmlns='jabber:client'>");
        await SendAsync("</message>");
        Assert.Equal("not-well-formed", (await Assert.ThrowsAsync<XmppStreamException>(async () => await ReadAsync())).Condition);
    }

    [Fact]
    public async Task Binary_message_ends_the_stream()
    {
        await _peer.SendAsync(Encoding.UTF8.GetBytes(Message), WebSocketMessageType.Binary, true, TestContext.Current.CancellationToken);
        Assert.Contains("binary", (await Assert.ThrowsAsync<XmppStreamException>(async () => await ReadAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_is_not_UTF8_ends_the_stream()
    {
        await _peer.SendAsync(new byte[] { (byte)'<', 0xFF, 0xFE }, WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        Assert.False((await Assert.ThrowsAsync<XmppStreamException>(async () => await ReadAsync())).SentByPeer);
    }

    [Fact]
    public async Task Namespace_of_one_message_is_not_in_force_in_the_next()
    {
        await SendAsync("<a xmlns='one' xmlns:p='two'/>");
        await SendAsync("<b><p:c/></b>");
        await ReadAsync();
        var next = (await ReadAsync())!.Value.Element!;
        Assert.Equal("", next.Namespace);
        Assert.Equal("urn:xmpprpc:undeclared:p", next.Children[0].Namespace);
    }

    [Fact]
    public async Task Message_over_a_cap_is_passed_over_and_the_next_is_read()
    {
        await SendAsync("<message xmlns='jabber:client' id='big'><body>", endOfMessage: false);
        var piece = new string('x', 32 * 1024);
        for (var i = 0; i < 64; i++)
            await SendAsync(piece, endOfMessage: false);
        await SendAsync("</body></message>");
        await SendAsync(Message);
        var skipped = await ReadAsync();
        Assert.Equal(XmppNodeKind.Skipped, skipped!.Value.Kind);
        Assert.Equal("big", skipped.Value.Element!.Attribute("id"));
        Assert.Equal(XmppNodeKind.Element, (await ReadAsync())!.Value.Kind);
    }

    [Fact]
    public async Task Message_over_a_cap_with_another_element_behind_it_ends_the_stream()
    {
        await SendAsync($"<message xmlns='jabber:client'><body>{new string('x', 100_000)}</body></message>{Message}");
        Assert.Equal("bad-format", (await Assert.ThrowsAsync<XmppStreamException>(async () => await ReadAsync())).Condition);
    }

    [Fact]
    public async Task Message_over_the_fatal_cap_ends_the_stream()
    {
        await SendAsync("<message xmlns='jabber:client'><body>", endOfMessage: false);
        var piece = new string('x', 1024 * 1024);
        for (var i = 0; i < 4; i++)
            await SendAsync(piece, endOfMessage: false);
        Assert.Equal("policy-violation", (await Assert.ThrowsAsync<XmppStreamException>(async () => await ReadAsync())).Condition);
    }

    [Fact]
    public async Task Closing_handshake_is_the_end_and_is_answered_on_disposal()
    {
        await _peer.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        Assert.Null(await ReadAsync());
        await _transport.DisposeAsync();
        Assert.Equal(WebSocketMessageType.Close, (await _peer.ReceiveAsync(new byte[16].AsMemory(), TestContext.Current.CancellationToken)).MessageType);
    }

    [Fact]
    public async Task Byte_stream_that_ends_without_a_handshake_is_a_lost_connection()
    {
        await _end.DisposeAsync();
        await Assert.ThrowsAsync<XmppConnectionException>(async () => await ReadAsync());
        await Assert.ThrowsAsync<XmppConnectionException>(async () => await _transport.WriteAsync(new("r", "x"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Disposal_ends_a_read_under_way()
    {
        var reading = ReadAsync().AsTask();
        await _transport.DisposeAsync();
        await Assert.ThrowsAsync<XmppConnectionException>(() => reading);
    }

    [Fact]
    public async Task Cancelled_read_says_so()
    {
        using var stop = new CancellationTokenSource();
        var reading = _transport.ReadAsync(stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Fact]
    public async Task Elements_that_leave_together_are_a_message_each()
    {
        await _transport.WriteStreamStartAsync(XmppNames.Client, "a@example.org", "example.org", cancellationToken: TestContext.Current.CancellationToken);
        for (var i = 0; i < 100; i++)
            _transport.Append(new XmppElement("presence", XmppNames.Client).Set("id", $"{i}"));
        _transport.Append("<r xmlns='urn:xmpp:sm:3'/>"u8);
        await _transport.WriteStreamEndAsync(TestContext.Current.CancellationToken);

        Assert.Equal("<open xmlns='urn:ietf:params:xml:ns:xmpp-framing' from='a@example.org' to='example.org' version='1.0'/>", await ReceiveAsync());
        for (var i = 0; i < 100; i++)
            Assert.Equal($"<presence xmlns='jabber:client' id='{i}'/>", await ReceiveAsync());
        Assert.Equal("<r xmlns='urn:xmpp:sm:3'/>", await ReceiveAsync());
        Assert.Equal("<close xmlns='urn:ietf:params:xml:ns:xmpp-framing'/>", await ReceiveAsync());
    }

    [Fact]
    public async Task Refused_element_leaves_no_message()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await _transport.WriteAsync(new XmppElement("a", "x").WithText(new string('x', 40_000)), TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ArgumentException>(async () => await _transport.WriteAsync(new XmppElement("a b", "x"), TestContext.Current.CancellationToken));
        await _transport.WriteAsync(new XmppElement("b", "x"), TestContext.Current.CancellationToken);
        Assert.Equal("<b xmlns='x'/>", await ReceiveAsync());
    }

    [Fact]
    public async Task What_is_in_the_stream_namespace_declares_its_prefix_wherever_it_is()
    {
        await _transport.WriteAsync(new XmppElement("error", XmppNames.Streams).Add(new XmppElement("reset", XmppNames.StreamErrors)), TestContext.Current.CancellationToken);
        Assert.Equal("<stream:error xmlns:stream='http://etherx.jabber.org/streams'><reset xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>", await ReceiveAsync());
        var nested = new XmppElement("message", XmppNames.Client).Add(new XmppElement("features", XmppNames.Streams)).Add(new XmppElement("body", XmppNames.Client).Add(new XmppAttribute("key", XmppNames.Streams, "v")));
        await _transport.WriteAsync(nested, TestContext.Current.CancellationToken);
        var written = System.Xml.Linq.XElement.Parse(await ReceiveAsync());
        Assert.Equal([XmppNames.Streams, XmppNames.Client], written.Elements().Select(e => e.Name.NamespaceName));
        Assert.Equal("v", written.Elements().Last().Attribute(System.Xml.Linq.XName.Get("key", XmppNames.Streams))!.Value);
    }

    [Fact]
    public async Task Streams_of_components_and_TLS_inside_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(async () => await _transport.WriteStreamStartAsync(XmppNames.Component, cancellationToken: TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<NotSupportedException>(() => _transport.StartTlsAsync(new System.Net.Security.SslClientAuthenticationOptions(), TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.DisposeAsync();
        await _transport.DisposeAsync();
        _peer.Dispose();
    }

    private ValueTask<XmppNode?> ReadAsync() => _transport.ReadAsync(TestContext.Current.CancellationToken);

    private async Task SendAsync(string text, bool endOfMessage = true) =>
        await _peer.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage, TestContext.Current.CancellationToken);

    private async Task<string> ReceiveAsync()
    {
        var buffer = new byte[64 * 1024];
        var received = await _peer.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
        Assert.True(received.EndOfMessage);
        Assert.Equal(WebSocketMessageType.Text, received.MessageType);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}
