using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Streams;
using XmppRpc.Timing;

namespace XmppRpc.Tests.Streams;

/// <summary>The two calls that a stream runs between, and the road of frames from either to the other.</summary>
internal sealed class StreamEnds : IStreamSender, IStreamReceiver
{
    private readonly bool _isUpload;
    private readonly DeadlineWheel _wheel;
    private readonly StreamLimits _limits;
    private readonly RpcStreamAttribute _settings;

    public StreamEnds(bool isUpload, DeadlineWheel wheel, Credit window, StreamLimits? limits = null, RpcStreamAttribute? settings = null)
    {
        (_isUpload, _wheel) = (isUpload, wheel);
        _limits = limits ?? new StreamLimits(256, 10_000, 1000, Probe, TimeSpan.FromDays(1));
        _settings = settings ?? new RpcStreamAttribute { MaxBatch = 8, MaxBatchBytes = 40 };
        Incoming = new IncomingStream(this, isUpload, window, _limits, wheel);
        Incoming.Begin();
    }

    public static TimeSpan Probe { get; } = TimeSpan.FromSeconds(10);

    public CallId Id { get; } = new("x7Kd0wZk3mPq8LtVw1cR", 7);

    public ConcurrentQueue<CallBoundFrame> Road { get; } = new();

    public IncomingStream Incoming { get; }

    public OutgoingStream? Outgoing { get; private set; }

    public string? Broken { get; private set; }

    public bool IsSilent { get; private set; }

    /// <summary>Frames wait to be sent until they are delivered; else they leave at once.</summary>
    public bool IsHeld { get; set; }

    public async Task SendAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> item)
    {
        Outgoing = new OutgoingStream(this, _isUpload, new ItemSource<T>(items, item), _settings, _limits, _wheel);
        Outgoing.Grant(0, Incoming.Credit);
        await Outgoing.RunAsync(default);
        var end = new EndFrame(Id, _isUpload, Outgoing.ItemsSent);
        Outgoing.Finish(end);
        ((IStreamSender)this).Send(end);
    }

    public async Task<List<T>> ConsumeAsync<T>(JsonTypeInfo<T> item)
    {
        var all = new List<T>();
        var items = new List<T>();
        for (; await Incoming.ReadAsync(items, item, default); items.Clear())
            all.AddRange(items);
        return all;
    }

    public void Deliver(CallBoundFrame frame)
    {
        Assert.Equal(_isUpload, ((StreamFrame)frame).IsUpload);
        frame.TryTake();
        switch (frame)
        {
            case ItemFrame items:
                Incoming.Take(items);
                break;
            case EndFrame end:
                Incoming.TakeEnd(end.Total, null);
                break;
            case CreditFrame credit:
                Outgoing!.Grant(credit.Got, credit.Credit);
                break;
            case ResumeFrame resume:
                Outgoing!.Resume(resume.From, resume.Credit);
                break;
        }
    }

    void IStreamSender.Send(CallBoundFrame frame)
    {
        if (!IsHeld)
            frame.TryTake();
        Road.Enqueue(frame);
    }

    void IStreamReceiver.Send(CallBoundFrame frame) => Road.Enqueue(frame);

    void IStreamSender.OnSilence() => IsSilent = true;

    void IStreamReceiver.OnBroken(string reason) => Broken = reason;
}
