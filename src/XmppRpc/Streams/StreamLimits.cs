using XmppRpc.Frames;

namespace XmppRpc.Streams;

/// <summary>Bounds of streams, of the endpoint.</summary>
/// <param name="MaxWindow">Items to which a window grows.</param>
/// <param name="MaxWindowBytes">Bytes to which a window grows.</param>
/// <param name="MaxItemBytes">Bytes of the largest item.</param>
/// <param name="Probe">How often a receiver that has nothing to do shows that it is there.</param>
/// <param name="Silence">How long a sender goes on without a word of its receiver.</param>
internal sealed record StreamLimits(long MaxWindow, long MaxWindowBytes, int MaxItemBytes, TimeSpan Probe, TimeSpan Silence)
{
    /// <summary>Bytes of items that share a frame, so that it needs no parts.</summary>
    public int MaxBatchBytes { get; init; } = int.MaxValue;

    public static StreamLimits Of(RpcEndpointOptions options) =>
        new(options.MaxStreamWindow, options.MaxStreamWindowBytes, options.MaxFrameBytes - Frame.MaxOverhead, options.StreamProbeInterval, options.StreamSilence) { MaxBatchBytes = options.MaxStanzaBytes - Frame.MaxOverhead };
}
