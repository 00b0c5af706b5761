using System.Xml;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Benchmarks.Xml;

/// <summary>The least tree that a library on <see cref="XmlReader"/> would make: names, attribute values and text as the strings the reader gives.</summary>
internal sealed class FrameworkTree(string name, string ns)
{
    public string Name { get; } = name;
    public string Namespace { get; } = ns;
    public List<(string Name, string Namespace, string Value)>? Attributes { get; private set; }
    public List<FrameworkTree>? Children { get; private set; }
    public string Text { get; private set; } = "";

    public static FrameworkTree Of(XmppElement element) => new(element.Name, element.Namespace)
    {
        Text = element.Text,
        Attributes = [.. element.Attributes.Select(attribute => (attribute.Name, attribute.Namespace, attribute.Value))],
        Children = [.. element.Children.Select(Of)],
    };

    public static int ReadAll(XmlReader reader)
    {
        var open = new Stack<FrameworkTree>();
        var count = 0;
        while (reader.Read())
            count += Take(reader, open);
        return count;
    }

    public static async Task<int> ReadAllAsync(XmlReader reader)
    {
        var open = new Stack<FrameworkTree>();
        var count = 0;
        while (await reader.ReadAsync())
            count += Take(reader, open);
        return count;
    }

    // 1 if that was a whole stanza.
    private static int Take(XmlReader reader, Stack<FrameworkTree> open)
    {
        switch (reader.NodeType)
        {
            case XmlNodeType.Element when reader.Depth > 0:
                var element = new FrameworkTree(reader.LocalName, reader.NamespaceURI);
                var empty = reader.IsEmptyElement;
                while (reader.MoveToNextAttribute())
                    if (reader.Prefix != "xmlns" && reader.LocalName != "xmlns")
                        (element.Attributes ??= []).Add((reader.LocalName, reader.NamespaceURI, reader.Value));
                if (open.TryPeek(out var parent))
                    (parent.Children ??= []).Add(element);
                if (!empty)
                    open.Push(element);
                return empty && open.Count == 0 ? 1 : 0;
            case XmlNodeType.EndElement when open.Count > 0:
                open.Pop();
                return open.Count == 0 ? 1 : 0;
            case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace when open.TryPeek(out var inside):
                inside.Text = inside.Text.Length == 0 ? reader.Value : inside.Text + reader.Value;
                return 0;
            default:
                return 0;
        }
    }

    public void Write(XmlWriter writer)
    {
        writer.WriteStartElement(null, Name, Namespace);
        if (Attributes is not null)
            foreach (var (name, ns, value) in Attributes)
                writer.WriteAttributeString(ns.Length == 0 ? null : "xml", name, ns, value);
        if (Text.Length > 0)
            writer.WriteString(Text);
        if (Children is not null)
            foreach (var child in Children)
                child.Write(writer);
        writer.WriteEndElement();
    }
}
