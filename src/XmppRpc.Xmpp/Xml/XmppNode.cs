namespace XmppRpc.Xmpp.Xml;

/// <summary>What <see cref="XmppReader"/> found.</summary>
public enum XmppNodeKind
{
    /// <summary>The opening tag of the XML stream; <see cref="XmppNode.Element"/> has its attributes and no children.</summary>
    StreamStart,

    /// <summary>One whole top-level element: a stanza or a nonza.</summary>
    Element,

    /// <summary>A top-level element that is over a cap, or ill-formed inside, was passed over; <see cref="XmppNode.Element"/> has its name and attributes unless the reason lies in its start tag.</summary>
    Skipped,

    /// <summary>The closing tag of the XML stream.</summary>
    StreamEnd,
}

/// <summary>A node of the XML stream. If it was skipped, <paramref name="Reason"/> says what it has (bounded, printable), and <paramref name="Condition"/> which stream error a server answers that with (RFC 6120 §4.9.3).</summary>
public readonly record struct XmppNode(XmppNodeKind Kind, XmppElement? Element, string? Reason = null, string? Condition = null);
