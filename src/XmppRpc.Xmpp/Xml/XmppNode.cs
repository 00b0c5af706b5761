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
