using XmppRpc.Frames;
using XmppRpc.Timing;

namespace XmppRpc.Server;

/// <summary>Sends the progress of one call, at most four times a second; of what comes faster the latest, and that before the answer too.</summary>
internal sealed class ProgressReporter : IExpires
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private readonly Lock _lock = new();
    private readonly ActiveCall _call;
    private readonly ActiveCalls _calls;
    private readonly Deadline _next;
    private RpcProgress? _latest;
    private ReadOnlyMemory<byte> _latestValue;
    private bool _resting;
    private bool _stopped;

    public ProgressReporter(ActiveCall call, ActiveCalls calls)
    {
        (_call, _calls) = (call, calls);
        _next = new Deadline(this);
    }

    /// <summary>Takes a progress, or a value of the method's own; the other one stays as it waits.</summary>
    public void Report(RpcProgress? progress, ReadOnlyMemory<byte> value = default)
    {
        lock (_lock)
        {
            if (_stopped)
                return;
            _latest = progress ?? _latest;
            if (!value.IsEmpty)
                _latestValue = value;
            if (!_resting)
                Send();
        }
    }

    /// <summary>The answer is about to leave: so does what waits, ahead of it.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (!_stopped)
                SendLatest();
            _stopped = true;
        }
        _calls.Wheel.Clear(_next);
    }

    void IExpires.Expire()
    {
        lock (_lock)
        {
            _resting = false;
            if (!_stopped)
                SendLatest();
        }
    }

    private void SendLatest()
    {
        if (_latest is not null || !_latestValue.IsEmpty)
            Send();
    }

    private void Send()
    {
        _calls.Send(_call, new ProgressFrame(_call.Id, _latest) { Value = _latestValue });
        (_latest, _latestValue) = (null, default);
        _resting = true;
        _calls.Wheel.Set(_next, Interval);
    }
}
