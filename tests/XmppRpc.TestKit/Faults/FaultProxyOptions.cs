namespace XmppRpc.TestKit.Faults;

/// <summary>How a <see cref="FaultProxy"/> behaves. Immutable.</summary>
public sealed record FaultProxyOptions
{
    /// <summary>What it makes of TLS. Default <see cref="ProxyTls.PassThrough"/>.</summary>
    public ProxyTls Tls { get; init; }

    /// <summary>Where all chance comes from. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Where time comes from, for <see cref="Fault.Delay"/> and <see cref="Fault.Bandwidth"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The size of each socket's buffers in bytes, so that windows fill soon; null for what the kernel chooses.</summary>
    public int? SocketBufferBytes { get; init; }
}
