namespace XmppRpc.Xmpp;

/// <summary>Caps on what an XML stream may contain. Above <see cref="MaxFatalBytes"/> the stream is closed; above the others one element is skipped.</summary>
public sealed record XmppReaderLimits
{
    /// <summary>Bytes of one top-level element as received (escaped). Default 1 MiB.</summary>
    public int MaxStanzaBytes { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes of one top-level element at which the stream itself is ended. Default 1 GiB: skipping takes no memory, and a server that writes a long namespace
    /// anew for each child that is in it (Prosody does) makes tens of megabytes of a stranger's 50 KiB.
    /// </summary>
    public int MaxFatalBytes { get; init; } = 1024 * 1024 * 1024;

    /// <summary>Levels below the stream element. Default 32.</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>Elements in one top-level element, all levels. Default 4096.</summary>
    public int MaxElements { get; init; } = 4096;

    /// <summary>Attributes of one element, namespace declarations included. Default 64.</summary>
    public int MaxAttributes { get; init; } = 64;

    /// <summary>Bytes of one name. Default 256.</summary>
    public int MaxNameBytes { get; init; } = 256;

    /// <summary>Bytes of one start tag. Default 8 KiB.</summary>
    public int MaxTagBytes { get; init; } = 8 * 1024;

    /// <summary>Namespace declarations in force at one place. Default 64.</summary>
    public int MaxNamespaces { get; init; } = 64;

    internal XmppReaderLimits Validated()
    {
        foreach (var (name, value) in new[] { (nameof(MaxStanzaBytes), MaxStanzaBytes), (nameof(MaxFatalBytes), MaxFatalBytes), (nameof(MaxDepth), MaxDepth), (nameof(MaxElements), MaxElements),
            (nameof(MaxAttributes), MaxAttributes), (nameof(MaxNameBytes), MaxNameBytes), (nameof(MaxTagBytes), MaxTagBytes), (nameof(MaxNamespaces), MaxNamespaces) })
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return this;
    }
}
