using Microsoft.Extensions.Logging;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Xmpp;

namespace XmppRpc.Client;

/// <summary>
/// What a caller wants to be told besides the answer: progress, and who answered with which headers. The user's code runs on the pool, one report at a time, of those that wait the latest;
/// what it throws is logged.
/// </summary>
internal sealed class CallExtras : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private readonly IProgress<RpcProgress>? _progress;
    private readonly ProgressSink? _values;
    private readonly RpcResponseInfo? _response;
    private readonly RpcMethodInfo _method;
    private readonly ILogger _log;
    private RpcProgress? _latest;
    private ReadOnlyMemory<byte> _latestValue;
    private Jid? _peer;
    private bool _telling;

    private CallExtras(RpcCallOptions options, ProgressSink? values, RpcMethodInfo method, ILogger log) =>
        (_progress, _values, _response, _method, _log) = (options.Progress, values, options.Response, method, log);

    /// <summary>Null for most calls, which want nothing besides.</summary>
    public static CallExtras? Of(RpcCallOptions options, ProgressSink? values, RpcMethodInfo method, ILogger log) =>
        options.Progress is null && options.Response is null && values is null ? null : new(options, values, method, log);

    /// <summary>Takes note of a frame of the call; runs on the receiving loop.</summary>
    public void Hear(Jid peer, CallBoundFrame frame)
    {
        if (_response is not null)
        {
            _response.From = peer;
            if (frame is ReplyFrame reply)
                _response.Headers = reply.Headers;
        }
        if (frame is ProgressFrame progress && (_progress is not null || _values is not null))
            Hear(peer, progress);
    }

    void IThreadPoolWorkItem.Execute()
    {
        while (Take() is { } waiting)
        {
            if (waiting.Progress is { } progress && _progress is not null)
                Tell(() => _progress.Report(progress));
            if (!waiting.Value.IsEmpty && _values is not null)
                Tell(() => _values.Report(waiting.Value));
        }
    }

    private void Hear(Jid peer, ProgressFrame frame)
    {
        lock (_lock)
        {
            _peer = peer;
            if (frame.Progress is { } progress)
                _latest = progress with { Text = PlainText.Of(progress.Text) };
            if (!frame.Value.IsEmpty)
                _latestValue = frame.Value;
            if (_telling)
                return;
            _telling = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private (RpcProgress? Progress, ReadOnlyMemory<byte> Value)? Take()
    {
        lock (_lock)
        {
            _telling = _latest is not null || !_latestValue.IsEmpty;
            if (!_telling)
                return null;
            var waiting = (_latest, _latestValue);
            (_latest, _latestValue) = (null, default);
            return waiting;
        }
    }

    private void Tell(Action report)
    {
        try
        {
            report();
        }
        catch (Exception e)
        {
            _log.ProgressFailed(e, _method.Path, PlainText.Of(_peer!.ToString())!);
        }
    }
}
