using System.Diagnostics;

namespace XmppRpc;

/// <summary>Traces: a call carries the caller's trace (W3C Trace Context), and what serves it is a span of it, from the source <c>XmppRpc</c>.</summary>
internal static class RpcTelemetry
{
    private static readonly ActivitySource Source = new("XmppRpc");

    /// <summary>The trace that the running code belongs to, as it travels; null for none.</summary>
    public static string? TraceParent => Activity.Current is { IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <summary>Begins the span of a call that is served; null if nobody listens.</summary>
    public static Activity? BeginServing(string contract, string method, string? traceParent)
    {
        if (!Source.HasListeners())
            return null;
        // Without one, or with one that cannot be read, it begins a trace of its own.
        _ = ActivityContext.TryParse(traceParent, null, isRemote: true, out var parent);
        var activity = Source.StartActivity($"{contract}/{method}", ActivityKind.Server, parent);
        activity?.SetTag("rpc.system", "xmpp").SetTag("rpc.service", contract).SetTag("rpc.method", method);
        return activity;
    }
}
