using System.Globalization;
using System.Text;
using System.Xml;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>
/// Our reader against the framework's: whatever one accepts the other accepts with the same content, and what we skip as ill-formed inside the other
/// refuses. The framework's takes comments, processing instructions and text between stanzas, which XMPP forbids, and refuses undeclared prefixes, which
/// we tolerate; nothing else may differ.
/// </summary>
public sealed class DifferentialTests
{
    private const string Root = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' xmlns:a='urn:a0' xmlns:b='urn:b0' xmlns:c='urn:c0'>";
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Hostile_stanzas_mean_the_same_to_both_readers(int seed)
    {
        var mutator = new Mutator(seed);
        int accepted = 0, tolerated = 0, skipped = 0;
        for (var i = 0; i < 27_000; i++)
        {
            var stanza = mutator.Next();
            byte[] bytes = [.. Encoding.UTF8.GetBytes(Root), .. stanza, .. "</stream:stream>"u8];
            var difference = Difference(bytes, ref accepted, ref tolerated, ref skipped);
            if (difference is not null)
                Assert.Fail($"{difference}\n{Encoding.Latin1.GetString(stanza)}\n{Convert.ToHexString(stanza)}");
        }
        Assert.InRange(accepted, 3_000, 20_000);
        Assert.InRange(tolerated, 100, 10_000);
        Assert.InRange(skipped, 1_000, 10_000);
    }

    private static string? Difference(byte[] bytes, ref int accepted, ref int tolerated, ref int skipped)
    {
        var (ours, fault, isSkipped) = Ours(bytes);
        skipped += isSkipped ? 1 : 0;
        var (theirs, refusal, restricted) = Theirs(bytes);
        if (fault is null && refusal is null)
        {
            accepted++;
            return ours == theirs ? null : $"ours:\n{ours}\ntheirs:\n{theirs}";
        }
        if (fault is not null && refusal is not null)
            return null;
        tolerated++;
        return fault switch
        {
            _ when isSkipped => $"only ours refuses: {fault!.Message}",
            null => ours.Contains(NamespaceScopes.Undeclared, StringComparison.Ordinal) ? null : $"only theirs refuses: {refusal}",
            { Condition: "bad-format" } => null,
            { Condition: "restricted-xml" } => restricted ? null : $"only ours refuses: {fault.Message}",
            _ => $"only ours refuses: {fault.Message}",
        };
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
