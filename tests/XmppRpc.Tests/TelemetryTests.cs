using System.Collections.Concurrent;
using System.Diagnostics;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests;

/// <summary>A call carries the trace of who makes it, and is a span of it where it is served.</summary>
public sealed class TelemetryTests : IAsyncDisposable
{
    private readonly CallerSide _caller = new();
    private readonly CalleeSide _callee = new();

    public TelemetryTests() => _caller.Connect();

    public async ValueTask DisposeAsync()
    {
        await _callee.DisposeAsync();
        await _caller.DisposeAsync();
    }

    [Fact]
    public async Task Call_carries_the_trace_of_who_makes_it_and_none_if_there_is_none()
    {
        using var activity = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
        _ = _caller.Call();
        Assert.Equal(activity.Id, (await _caller.Sent.NextFrameAsync<CallFrame>()).TraceParent);
        activity.Stop();
        _ = _caller.Call();
        Assert.Null((await _caller.Sent.NextFrameAsync<CallFrame>()).TraceParent);
    }

    [Fact]
    public async Task Served_call_is_a_span_of_its_callers_trace_and_says_when_it_failed()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c", parent = "b7ad6b7169203331";
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "XmppRpc",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = span =>
            {
                if (span.TraceId.ToString() == trace)
                    spans.Enqueue(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        _callee.Receive(new CallFrame(new CallId(CalleeSide.Link, 1), "acme.orders/place", 1, Utf8("{}")) { TraceParent = $"00-{trace}-{parent}-01" });
        await _callee.Sent.NextFrameAsync<ReplyFrame>();
        _callee.On = (_, _, _) => throw new InvalidOperationException();
        _callee.Receive(new CallFrame(new CallId(CalleeSide.Link, 2), "acme.orders/place", 1, Utf8("{}")) { TraceParent = $"00-{trace}-{parent}-01" });
        await _callee.Sent.NextFrameAsync<FaultFrame>();
        await _callee.Calls.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal([ActivityStatusCode.Unset, ActivityStatusCode.Error], spans.Select(span => span.Status));
        Assert.All(spans, span => Assert.Equal((parent, ActivityKind.Server, "acme.orders/place", "xmpp"), (span.ParentSpanId.ToString(), span.Kind, span.DisplayName, (string?)span.GetTagItem("rpc.system"))));
    }
}
