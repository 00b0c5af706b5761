using System.Globalization;
using System.Text;
using System.Xml;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>How two readers may differ about the same bytes.</summary>
internal enum ReadersDiffer
{
    /// <summary>Both accept with the same content, or both refuse.</summary>
    No,

    /// <summary>As the table says.</summary>
    AsAllowed,

    /// <summary>One of them is wrong.</summary>
    Unexplained,
}

/// <summary>Our reader against the framework's, on a whole stream.</summary>
internal static class FrameworkOracle
{
    public const string Root = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' xmlns:a='urn:a0' xmlns:b='urn:b0' xmlns:c='urn:c0'>";
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    // Nothing else may differ. What we skip as ill-formed inside, the framework refuses.
    private static readonly (string Why, Func<Readings, bool> Applies)[] Allowed =
    [
        ("an undeclared prefix is tolerated here", both => both.Fault is null && both.Refusal is not null && both.Ours.Contains(NamespaceScopes.Undeclared, StringComparison.Ordinal)),
        ("text between stanzas is for XMPP to forbid (RFC 6120 §4.6.1)", both => both.Refusal is null && both.Fault?.Condition == "bad-format"),
        ("comments, processing instructions and sections between stanzas are restricted XML (RFC 6120 §11.1)", both => both.Refusal is null && both.Fault?.Condition == "restricted-xml" && both.HasRestricted),
        ("no element may have the prefix xmlns (Namespaces in XML 1.0 §3), which the framework lets pass", both => both.Refusal is null && both.IsSkipped && both.Theirs.Contains("({http://www.w3.org/2000/xmlns/}", StringComparison.Ordinal)),
        ("caps are ours", both => both.Refusal is null && both.IsSkipped && both.Fault?.Condition == "policy-violation"),
    ];

    /// <summary>What both readers make of one stream.</summary>
    public sealed record Readings(string Ours, XmppStreamException? Fault, bool IsSkipped, string Theirs, string? Refusal, bool HasRestricted)
    {
        public bool IsAccepted => Fault is null && Refusal is null;

        public override string ToString() => $"ours: {Fault?.Message ?? Ours}\ntheirs: {Refusal ?? Theirs}";
    }

    public static ReadersDiffer Compare(byte[] stream, out Readings both)
    {
        var (ours, fault, isSkipped) = Ours(stream);
        var (theirs, refusal, restricted) = Theirs(stream);
        both = new(ours, fault, isSkipped, theirs, refusal, restricted);
        if (both.IsAccepted)
            return ours == theirs ? ReadersDiffer.No : ReadersDiffer.Unexplained;
        if (fault is not null && refusal is not null)
            return ReadersDiffer.No;
        foreach (var (_, applies) in Allowed)
            if (applies(both))
                return ReadersDiffer.AsAllowed;
        return ReadersDiffer.Unexplained;
    }

    private static (string Content, XmppStreamException? Fault, bool IsSkipped) Ours(byte[] bytes)
    {
        try
        {
            var nodes = Nodes.Read(bytes);
            if (nodes.Find(n => n.Kind == XmppNodeKind.Skipped) is { Condition: { } condition } skipped)
                return ("", new XmppStreamException(condition, $"skipped: {skipped.Reason}"), true);
            return nodes.Count > 0 && nodes[^1].Kind == XmppNodeKind.StreamEnd
                ? (string.Join('\n', nodes.Where(n => n.Kind == XmppNodeKind.Element).Select(n => Nodes.Show(n.Element!))), null, false)
                : ("", new XmppStreamException("not-well-formed", "the stream does not end"), false);
        }
        catch (XmppStreamException e)
        {
            return ("", e, false);
        }
    }

    private static (string Content, string? Refusal, bool Restricted) Theirs(byte[] bytes)
    {
        var restricted = false;
        var stanzas = new List<XmppElement>();
        var open = new Stack<(XmppElement Element, StringBuilder Text)>();
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(bytes), Settings);
            while (reader.Read())
                switch (reader.NodeType)
                {
                    case XmlNodeType.Element when reader.Depth == 0:
                        break;
                    case XmlNodeType.Element:
                        var element = new XmppElement(reader.LocalName, reader.NamespaceURI);
                        var empty = reader.IsEmptyElement;
                        while (reader.MoveToNextAttribute())
                            if (reader.NamespaceURI != "http://www.w3.org/2000/xmlns/")
                                element.Add(new XmppAttribute(reader.LocalName, reader.NamespaceURI, reader.Value));
                        if (open.TryPeek(out var parent))
                            parent.Element.Add(element);
                        else
                            stanzas.Add(element);
                        if (!empty)
                            open.Push((element, new StringBuilder()));
                        break;
                    case XmlNodeType.EndElement when open.Count > 0:
                        var (closed, text) = open.Pop();
                        closed.Text = text.ToString();
                        break;
                    case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace when open.Count > 0:
                        open.Peek().Text.Append(reader.Value);
                        break;
                    case XmlNodeType.CDATA or XmlNodeType.Comment or XmlNodeType.ProcessingInstruction:
                        restricted = true;
                        break;
                }
            return (string.Join('\n', stanzas.Select(Nodes.Show)), null, restricted);
        }
        catch (XmlException e)
        {
            return ("", string.Create(CultureInfo.InvariantCulture, $"{e.Message}"), restricted);
        }
    }
}
