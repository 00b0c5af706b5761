using System.Text.Json.Serialization.Metadata;
using XmppRpc.Frames;
using XmppRpc.Streams;

namespace XmppRpc.Client;

/// <summary>One enumeration of a stream that the callee sends.</summary>
internal sealed class StreamingCall<T> : PendingCall, IStreamReceiver
{
    private readonly IncomingStream _stream;
    private readonly JsonTypeInfo<T> _item;
    private readonly List<T> _items = [];
    private volatile bool _alive;

    public StreamingCall(PendingCalls calls, CallRequest request, JsonTypeInfo<T> item) : base(calls, request)
    {
        _item = item;
        _stream = calls.NewDownload(this, request.Credit!.Value);
        _stream.Begin();
    }

    /// <summary>The next items, or null after the last; throws how the stream ended otherwise. They are good until the next ones are asked for.</summary>
    public async ValueTask<List<T>?> NextAsync()
    {
        _items.Clear();
        try
        {
            return await _stream.ReadAsync(_items, _item, CancellationToken.None).ConfigureAwait(false) ? _items : null;
        }
        catch (FaultedException e)
        {
            throw Replies.Fault(this, e.Fault);
        }
        catch (Exception e) when (e is not (RpcException or OperationCanceledException))
        {
            Stop();
            throw Replies.Unreadable(this, typeof(T), e);
        }
    }

    /// <summary>The consumer is done: if the callee is not, it is told.</summary>
    public void Stop()
    {
        TryGiveUp(out _);
        _stream.Complete(null);
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
            case ItemFrame { IsUpload: false } items:
                _stream.Take(items);
                break;
            case EndFrame { IsUpload: false } end:
                _stream.TakeEnd(end.Total, null);
                break;
            case FaultFrame { ItemsBefore: { } before } fault:
                _stream.TakeEnd(before, new FaultedException(fault));
                break;
        }
        if (_stream.IsEnded)
            TrySettle();
    }

    // A stream that has begun asks its sender by itself.
    public override bool IsQuiet(long now) => !_alive && base.IsQuiet(now);

    public override void SendAgain()
    {
        if (_alive && !IsSettled)
            _stream.Resume();
        else
            base.SendAgain();
    }

    /// <summary>A fault that knows of no items: the stream did not begin, or the callee knows it no more. Or a reply, which a stream does not have.</summary>
    public override void Complete(CallBoundFrame last) => _stream.Complete(last switch
    {
        FaultFrame { Code: FrameNames.UnknownCall or FrameNames.WrongInstance } lost when _alive => Interrupted(Replies.Fault(this, lost).Message),
        FaultFrame fault => Replies.Fault(this, fault),
        _ => Interrupted("the callee answered with a single reply"),
    });

    public override void Fail(Exception error) => _stream.Complete(error is RpcException { Outcome: not RpcOutcome.NotExecuted } and not RpcTimeoutException
        ? Interrupted(error.Message, ((RpcException)error).Status)
        : error);

    // What the callee said first may be lost: until something comes, the sign of life that is due is the call itself.
    void IStreamReceiver.Send(CallBoundFrame frame)
    {
        if (_alive)
            Send(frame);
        else
            base.SendAgain();
    }

    void IStreamReceiver.OnBroken(string reason)
    {
        if (!TryGiveUp(out _))
            return;
        _stream.Complete(Interrupted(reason));
    }

    /// <summary>The stream ended with that fault. What it stands for is read where the consumer waits, as the user's converters may run.</summary>
    private sealed class FaultedException(FaultFrame fault) : Exception
    {
        public FaultFrame Fault { get; } = fault;
    }

    private RpcStreamInterruptedException Interrupted(string reason, RpcStatus status = RpcStatus.Unavailable) =>
        new($"{Request.Method} at {Peer} broke after item {_stream.Received}: {reason}", _stream.Received, status) { Remote = Peer, Outcome = RpcOutcome.Unknown };
}
