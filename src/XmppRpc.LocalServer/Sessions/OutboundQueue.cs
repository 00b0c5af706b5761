using System.Threading.Channels;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>What waits to be written to one client, bounded by about the bytes it takes. Any thread adds, one loop writes.</summary>
internal sealed class OutboundQueue(int maxBytes)
{
    private readonly Channel<(XmppElement Element, long Bytes)> _elements = Channel.CreateUnbounded<(XmppElement, long)>();
    private long _queuedBytes;

    /// <summary>Queues an element; false when too much waits already, or after the end. One element alone is always taken.</summary>
    public bool TryAdd(XmppElement element)
    {
        var bytes = Weigh(element);
        if (Interlocked.Add(ref _queuedBytes, bytes) is var queued && queued > maxBytes && queued != bytes)
        {
            Interlocked.Add(ref _queuedBytes, -bytes);
            return false;
        }

        return _elements.Writer.TryWrite((element, bytes));
    }

    /// <summary>Nothing is taken any more; with <paramref name="discard"/>, what still waits is not written either.</summary>
    public void Complete(bool discard)
    {
        _elements.Writer.TryComplete();
        while (discard && _elements.Reader.TryRead(out _))
        {
            // forgotten
        }
    }

    /// <summary>Writes until the end, or until the byte stream breaks (<see cref="XmppConnectionException"/>).</summary>
    public async Task WriteToAsync(XmppTransport transport)
    {
        while (await _elements.Reader.WaitToReadAsync().ConfigureAwait(false))
            while (_elements.Reader.TryRead(out var next))
            {
                await transport.WriteAsync(next.Element).ConfigureAwait(false);
                Interlocked.Add(ref _queuedBytes, -next.Bytes);
            }
    }

    /// <summary>About what the element takes on the wire, before escaping. Iterative: it may be as deep as the reader lets through.</summary>
    public static long Weigh(XmppElement element)
    {
        var bytes = 0L;
        var open = new Stack<(XmppElement Element, string Around)>();
        open.Push((element, XmppNames.Client));
        while (open.TryPop(out var next))
        {
            var (current, around) = next;
            bytes += current.TextUtf8.Length + 2 * current.Name.Length + "<></>".Length;
            if (!string.Equals(current.Namespace, around, StringComparison.Ordinal))
                bytes += current.Namespace.Length + " xmlns=''".Length;
            foreach (var attribute in current.Attributes)
                bytes += attribute.Name.Length + attribute.Namespace.Length + attribute.Value.Length + " =''".Length;
            foreach (var child in current.Children)
                open.Push((child, current.Namespace));
        }

        return bytes;
    }
}
