using System.Diagnostics.CodeAnalysis;

namespace XmppRpc;

/// <summary>What happens to a call while nobody is there to take it.</summary>
public enum RpcDelivery
{
    /// <summary>It fails with <see cref="RpcStatus.Unavailable"/> as soon as that is known.</summary>
    Live,

    /// <summary>It waits here, in memory, until somebody is there, or its deadline.</summary>
    WaitUntilAvailable,
}

/// <summary>Settings of the calls of one proxy, see <see cref="RpcProxy.With{T}(T, RpcCallOptions)"/>, or of one call, as a parameter of its method: what is set there counts.</summary>
public sealed record RpcCallOptions
{
    /// <summary>Time for the whole call, or, of a stream, until its first sign of life; null takes the method's, the contract's, the endpoint's. <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> for none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Items of a stream that may be on the way or waiting here to begin with; null takes the method's. It grows while the consumer keeps up.</summary>
    public int? StreamWindow { get; init; }

    /// <summary>Texts that travel beside the arguments, for the implementation's <see cref="RpcContext.Headers"/>; at most 64, values up to 4,096 characters.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>What happens while nobody is there; null is <see cref="RpcDelivery.Live"/>.</summary>
    public RpcDelivery? Delivery { get; init; }

    /// <summary>Calls with the same key go to the same instance behind a bare JID, as long as the instances stay (rendezvous hashing); null takes the one with the fewest open calls.</summary>
    public string? RouteKey { get; init; }

    /// <summary>Told of the callee's <see cref="RpcContext.Report"/>; of several reports the latest may be the only one that arrives.</summary>
    public IProgress<RpcProgress>? Progress { get; init; }

    /// <summary>Filled when the answer comes: who answered, and with which headers. One for one call.</summary>
    public RpcResponseInfo? Response { get; init; }

    internal static RpcCallOptions Default { get; } = new();

    /// <summary>These, with what the others set in front.</summary>
    internal RpcCallOptions Under(RpcCallOptions? others) => others is null ? this : new()
    {
        Timeout = others.Timeout ?? Timeout,
        StreamWindow = others.StreamWindow ?? StreamWindow,
        Headers = Merged(Headers, others.Headers),
        Delivery = others.Delivery ?? Delivery,
        RouteKey = others.RouteKey ?? RouteKey,
        Progress = others.Progress ?? Progress,
        Response = others.Response ?? Response,
    };

    /// <summary>Throws <see cref="ArgumentException"/> for what no call can have.</summary>
    internal void Validate()
    {
        if (Timeout is { } timeout && timeout != System.Threading.Timeout.InfiniteTimeSpan)
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, "options.Timeout");
        if (StreamWindow is { } window)
            ArgumentOutOfRangeException.ThrowIfLessThan(window, 1, "options.StreamWindow");
        _ = RpcHeaders.Of(Headers);
    }

    [return: NotNullIfNotNull(nameof(first))]
    private static IReadOnlyDictionary<string, string>? Merged(IReadOnlyDictionary<string, string>? first, IReadOnlyDictionary<string, string>? over)
    {
        if (first is null || over is null)
            return over ?? first;
        var merged = new Dictionary<string, string>(first, StringComparer.Ordinal);
        foreach (var (name, value) in over)
            merged[name] = value;
        return merged;
    }
}
