using System.Buffers;

namespace XmppRpc.Xmpp.Xml;

/// <summary>What <see cref="XmppReader"/> found.</summary>
public enum XmppNodeKind
{
    /// <summary>The opening tag of the XML stream; <see cref="XmppNode.Element"/> has its attributes and no children.</summary>
    StreamStart,

    /// <summary>One whole top-level element: a stanza or a nonza.</summary>
    Element,

    /// <summary>A well-formed top-level element over a cap was passed over; <see cref="XmppNode.Element"/> has its name and attributes if its start tag was within the caps, else null.</summary>
    Skipped,

    /// <summary>The closing tag of the XML stream.</summary>
    StreamEnd,
}

/// <summary>A node of the XML stream; <paramref name="Reason"/> says which cap was exceeded when skipped.</summary>
public readonly record struct XmppNode(XmppNodeKind Kind, XmppElement? Element, string? Reason = null);

/// <summary>Caps on what an XML stream may contain. Above <see cref="MaxFatalBytes"/> the stream is closed; above the others one element is skipped.</summary>
public sealed record XmppReaderLimits
{
    /// <summary>Bytes of one top-level element as received (escaped). Default 1 MiB.</summary>
    public int MaxStanzaBytes { get; init; } = 1024 * 1024;

    /// <summary>Bytes of one top-level element at which the stream itself is ended. Default 16 MiB.</summary>
    public int MaxFatalBytes { get; init; } = 16 * 1024 * 1024;

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
}

/// <summary>
/// Reads one XML stream (RFC 6120 §4, §11) from bytes that arrive in any chunks: pure, iterative, linear in its input. One reader serves one XML stream
/// (a new one after STARTTLS and after SASL). Strict: DTD, processing instruction, comment, undefined entity, bad UTF-8, a mismatched end tag or any
/// other ill-formed input throws <see cref="XmppStreamException"/> with the RFC's condition. An undeclared prefix is tolerated: its namespace is "urn:xmpprpc:undeclared:PREFIX".
/// </summary>
public sealed class XmppReader(XmppReaderLimits? limits = null)
{
    /// <summary>Takes bytes from <paramref name="input"/> (which is moved behind them) until a node is complete; false when all were taken and none is.</summary>
    public bool TryRead(ref ReadOnlySequence<byte> input, out XmppNode node) => throw new NotImplementedException();
}
