using System.Buffers;
using System.Net.Security;
using System.Net.WebSockets;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Network;

/// <summary>
/// An XML stream in a WebSocket (RFC 7395): each text message is one whole element with all its declarations, <c>open</c> and <c>close</c> stand for the stream's own tags, TLS is there
/// before it. A message may come in any fragments; what is over a cap is passed over in constant memory, as on a byte stream.
/// </summary>
/// <param name="socket">Open, owned from here on.</param>
/// <param name="stream">What the socket runs over.</param>
/// <param name="limits">Caps on what is received.</param>
/// <param name="time">What measures the wait for a peer that may no longer read.</param>
internal sealed class WebSocketWire(WebSocket socket, Stream stream, XmppReaderLimits? limits, TimeProvider time) : XmppWire
{
    private const int ReadBytes = 16 * 1024;

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly byte[] _buffer = new byte[ReadBytes];
    private readonly XmppReader _reader = XmppReader.ForDocuments(limits);
    private volatile bool _closedByPeer;
    private long _bytesRead;

    public override Stream Stream => stream;

    public override long BytesRead => Volatile.Read(ref _bytesRead);

    // RFC 7395 §3.3.3: stanzas declare it themselves
    public override string PeerContentNamespace => XmppNames.Client;

    // RFC 7395 §3.8
    public override bool TakesWhiteSpace => false;

    public override SendBuffer CreateBuffer() => new(keepsMessages: true);

    /// <inheritdoc/>
    /// <remarks>Cancellation breaks the WebSocket.</remarks>
    public override async ValueTask<XmppNode?> ReadAsync(Func<Exception, XmppConnectionException> lost, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadMessageAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (WebSocketException e) when (e.WebSocketErrorCode is WebSocketError.Faulted)
        {
            throw new XmppStreamException("not-well-formed", $"The peer broke the WebSocket protocol{RemoteText.Reason(e.Message)} (RFC 6455).");
        }
        // one that was disposed of says that it was cancelled
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw lost(e);
        }
    }

    public override void WriteStreamStart(IBufferWriter<byte> output, string contentNamespace, string? from, string? to, string? id)
    {
        if (contentNamespace != XmppNames.Client)
            throw new ArgumentException($"A WebSocket carries client streams only (RFC 7395), not '{contentNamespace}'.", nameof(contentNamespace));
        var open = new XmppElement("open", XmppNames.Framing);
        foreach (var (name, value) in new[] { ("from", from), ("to", to), ("id", id), ("version", "1.0") })
            if (value is not null)
                open.Set(name, value);
        XmppWriter.WriteDocument(output, open);
    }

    public override void WriteElement(IBufferWriter<byte> output, XmppElement element) => XmppWriter.WriteDocument(output, element);

    public override void WriteStreamEnd(IBufferWriter<byte> output) => XmppWriter.WriteDocument(output, new XmppElement("close", XmppNames.Framing));

    public override async ValueTask SendAsync(SendBuffer departing, bool isPadded)
    {
        for (var i = 0; i < departing.MessageCount; i++)
            await socket.SendAsync(departing.Message(i), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Nothing: messages depend on none before them (RFC 7395 §3.7).</summary>
    public override void Restart(bool requireEmpty)
    {
    }

    public override Task StartTlsAsync(Func<SslStream, Task> handshake) => throw new NotSupportedException("TLS does not begin inside a WebSocket; its address says wss (RFC 7395 §3.9).");

    public override async ValueTask DisposeAsync()
    {
        // RFC 6455 §7.1.2; whoever was not heard to close may not read any more
        if (_closedByPeer && socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            await CloseOutputAsync().ConfigureAwait(false);
        socket.Dispose();
        await stream.DisposeAsync().ConfigureAwait(false);
    }

    private async Task CloseOutputAsync()
    {
        using var timeout = new CancellationTokenSource(LastWords, time);
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // it is over in any case
        }
    }

    // The node of one whole message; null for the closing handshake.
    private async ValueTask<XmppNode?> ReadMessageAsync(CancellationToken cancellationToken)
    {
        XmppNode? found = null;
        for (var length = 0L; ;)
        {
            var received = await socket.ReceiveAsync(_buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            if (received.MessageType is WebSocketMessageType.Close)
            {
                _closedByPeer = true;
                return null;
            }
            if (received.MessageType is WebSocketMessageType.Binary)
                throw Refused("a binary message");
            Volatile.Write(ref _bytesRead, _bytesRead + received.Count);
            if (length == 0 && received.Count > 0 && _buffer[0] != '<')
                throw Refused("a message that does not begin with a tag");
            length += received.Count;
            Take(_buffer.AsMemory(0, received.Count), ref found);
            if (!received.EndOfMessage)
                continue;
            if (_reader.IsInside)
                throw StreamFault.NotWellFormed("an element that does not end with its message", null);
            return Node(found ?? throw Refused("a message without an element"));
        }
    }

    private void Take(ReadOnlyMemory<byte> bytes, ref XmppNode? found)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        while (_reader.TryRead(ref input, out var node))
        {
            if (found is not null)
                throw Several();
            found = node;
        }
        if (found is not null && _reader.IsInside)
            throw Several();
    }

    // RFC 7395 §3.3.2
    private XmppNode Node(XmppNode node)
    {
        if (node is not { Kind: XmppNodeKind.Element, Element: { Namespace: XmppNames.Framing } framing })
            return node;
        if (framing.Name != "close")
            return framing.Name == "open" ? node with { Kind = XmppNodeKind.StreamStart } : node;
        _closedByPeer = true;
        // RFC 7395 §3.6.1: where it leads is not for a server to say whose address was configured
        if (framing.Attribute("see-other-uri") is { } uri)
            throw new XmppStreamException("see-other-host", $"The XMPP server closed the XML stream and pointed to {RemoteText.Show(uri)}, which is not followed. Set WebSocket to that address if it is trustworthy.", sentByPeer: true);
        return new(XmppNodeKind.StreamEnd, null);
    }

    private static XmppStreamException Several() => Refused("more than one element in a message");

    private static XmppStreamException Refused(string what) => StreamFault.At("bad-format", $"{what}, in a WebSocket, where each text message is one element (RFC 7395 §3.3)", null);
}
