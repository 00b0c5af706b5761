using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using XmppRpc.Frames;

namespace XmppRpc.Client;

/// <summary>
/// One enumeration of a stream. The receiving loop puts item frames in, in order; the consumer takes them out, and so grants credit for more.
/// What waits here is bounded by that credit.
/// </summary>
internal sealed class StreamingCall<T>(PendingCalls calls, CallRequest request, JsonTypeInfo<T> item) : PendingCall(calls, request)
{
    private readonly Channel<ItemFrame> _frames = Channel.CreateUnbounded<ItemFrame>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Credit _window = request.Credit!.Value;
    private long _grantedItems = request.Credit!.Value.Items;
    private long _grantedBytes = request.Credit!.Value.Bytes;
    private long _receivedItems;
    private long _receivedBytes;
    private long _consumedItems;
    private long _consumedBytes;
    private bool _alive;

    /// <summary>The next frame's items, or null after the last; throws how the stream ended otherwise.</summary>
    public async ValueTask<List<T>?> NextAsync()
    {
        if (!await _frames.Reader.WaitToReadAsync().ConfigureAwait(false) || !_frames.Reader.TryRead(out var frame))
            return null;
        var items = Read(frame);
        _consumedItems += items.Count;
        _consumedBytes += frame.Items.Length;
        if (2 * (_grantedItems - _consumedItems) <= _window.Items || 2 * (_grantedBytes - _consumedBytes) <= _window.Bytes)
            Grant();
        return items;
    }

    /// <summary>The consumer is done: if the callee is not, it is told.</summary>
    public void Stop()
    {
        if (TrySettle() && WasSent())
            Calls.SendCancel(this);
        _frames.Writer.TryComplete();
    }

    // A fault that says how many items came before it is checked in their order.
    public override bool IsLast(CallBoundFrame frame) => frame is ReplyFrame or FaultFrame { ItemsBefore: null };

    public override void Note(CallBoundFrame frame)
    {
        if (!_alive)
        {
            _alive = true;
            Calls.ClearDeadline(this);
        }
        switch (frame)
        {
            case ItemFrame items:
                Take(items);
                break;
            case EndFrame end when end.Total == _receivedItems:
                if (TrySettle())
                    _frames.Writer.TryComplete();
                break;
            case FaultFrame fault when fault.ItemsBefore == _receivedItems:
                if (TrySettle())
                    _frames.Writer.TryComplete(Replies.Fault(this, fault));
                break;
            case EndFrame or FaultFrame:
                Break("items are missing before its end");
                break;
        }
    }

    /// <summary>A fault before any item, or a reply, which a stream does not have.</summary>
    public override void Complete(CallBoundFrame last) =>
        _frames.Writer.TryComplete(last is FaultFrame fault ? Replies.Fault(this, fault) : Interrupted("the callee answered with a single reply"));

    public override void Fail(Exception error) => _frames.Writer.TryComplete(error is RpcException { Outcome: not RpcOutcome.NotExecuted } and not RpcTimeoutException
        ? Interrupted(error.Message, ((RpcException)error).Status)
        : error);

    private void Grant()
    {
        Volatile.Write(ref _grantedItems, _consumedItems + _window.Items);
        Volatile.Write(ref _grantedBytes, _consumedBytes + _window.Bytes);
        if (!IsSettled)
            Calls.Send(this, new CreditFrame(Id, isUpload: false, _consumedItems, new Credit(_grantedItems, _grantedBytes)));
    }

    private void Take(ItemFrame frame)
    {
        if (frame.First <= _receivedItems)
            return;
        if (frame.First != _receivedItems + 1)
        {
            Break($"item {_receivedItems + 1} is missing");
            return;
        }
        var count = Count(frame.Items.Span);
        if (count == 0)
            return;
        // The last item may start just below the byte credit, so one frame more than the window is not the sender's fault.
        if (_receivedItems + count > Volatile.Read(ref _grantedItems) || _receivedBytes > Volatile.Read(ref _grantedBytes))
        {
            Break("the callee sent more than it was allowed to");
            return;
        }
        _receivedItems += count;
        _receivedBytes += frame.Items.Length;
        _frames.Writer.TryWrite(frame);
    }

    private void Break(string reason)
    {
        if (!TrySettle())
            return;
        Calls.SendCancel(this);
        _frames.Writer.TryComplete(Interrupted(reason));
    }

    private RpcStreamInterruptedException Interrupted(string reason, RpcStatus status = RpcStatus.Unavailable) =>
        new($"{Request.Method} at {Peer} broke after item {_receivedItems}: {reason}", _receivedItems, status) { Remote = Peer, Outcome = RpcOutcome.Unknown };

    private List<T> Read(ItemFrame frame)
    {
        var items = new List<T>();
        try
        {
            var reader = new Utf8JsonReader(frame.Items.Span, new JsonReaderOptions { MaxDepth = 40 });
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                items.Add(JsonSerializer.Deserialize(ref reader, item)!);
        }
        catch (Exception e)
        {
            Stop();
            throw Replies.Unreadable(this, typeof(T), e);
        }
        return items;
    }

    private static int Count(ReadOnlySpan<byte> array)
    {
        var reader = new Utf8JsonReader(array, new JsonReaderOptions { MaxDepth = 40 });
        var count = 0;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
            reader.Skip();
        return count;
    }
}
