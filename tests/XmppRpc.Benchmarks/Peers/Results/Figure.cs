using System.Globalization;

namespace XmppRpc.Benchmarks.Peers.Results;

/// <summary>What is measured in a round.</summary>
internal enum Figure
{
    /// <summary>Calls, or items, a second.</summary>
    PerSecond,

    /// <summary>Microseconds.</summary>
    P50, P99,

    /// <summary>Milliseconds of the processor for a thousand calls.</summary>
    CallerCpu, CalleeCpu, ServerCpu,

    /// <summary>Bytes allocated for a call.</summary>
    CallerAllocated, CalleeAllocated,

    /// <summary>Calls that shared a stanza, and replies.</summary>
    CallsPerStanza, RepliesPerStanza,

    /// <summary>Bytes that one waiting call holds on the collected heap.</summary>
    CallerHeap, CalleeHeap,

    /// <summary>MiB of the processes above those before.</summary>
    CallerMemory, CalleeMemory, ServerMemory,
}

/// <summary>How a figure stands in a table.</summary>
internal static class FigureText
{
    public static string Head(this Figure figure) => figure switch
    {
        Figure.PerSecond => "/s",
        Figure.P50 => "p50 µs",
        Figure.P99 => "p99 µs",
        Figure.CallerCpu => "CPU ms/1,000: caller",
        Figure.CalleeCpu => "callee",
        Figure.ServerCpu => "server",
        Figure.CallerAllocated => "allocated B/call: caller",
        Figure.CalleeAllocated => "callee",
        Figure.CallsPerStanza => "calls/stanza",
        Figure.RepliesPerStanza => "replies/stanza",
        Figure.CallerHeap => "heap B/call: caller",
        Figure.CalleeHeap => "callee",
        Figure.CallerMemory => "MiB over idle: caller",
        Figure.CalleeMemory => "callee",
        _ => "server",
    };

    public static string Show(this Figure figure, double? value) => value is not { } number ? "–" : number.ToString(figure switch
    {
        Figure.CallerCpu or Figure.CalleeCpu or Figure.ServerCpu => "N1",
        Figure.CallsPerStanza or Figure.RepliesPerStanza => "N1",
        Figure.CallerMemory or Figure.CalleeMemory or Figure.ServerMemory => "N1",
        _ => "N0",
    }, CultureInfo.InvariantCulture);
}
