using System.Buffers;
using System.Globalization;
using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>Runs bytes through a reader in given chunks and writes down what came out.</summary>
internal static class Nodes
{
    public const string Header = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

    public static XmppElement Element(string xml, XmppReaderLimits? limits = null)
    {
        var nodes = Read(Encoding.UTF8.GetBytes(Header + xml), limits: limits);
        Assert.Equal(2, nodes.Count);
        Assert.Equal(XmppNodeKind.Element, nodes[1].Kind);
        return nodes[1].Element!;
    }

    public static XmppStreamException Fault(string xml) => Assert.Throws<XmppStreamException>(() => Read(Encoding.UTF8.GetBytes(xml)));

    /// <summary>Reads all, cut at the given places.</summary>
    public static List<XmppNode> Read(byte[] bytes, IEnumerable<int>? cuts = null, XmppReaderLimits? limits = null)
    {
        var nodes = new List<XmppNode>();
        ReadInto(nodes, bytes, cuts ?? [], limits);
        return nodes;
    }

    /// <summary>The nodes as text, ended by the condition of the error if there was one.</summary>
    public static string Transcript(byte[] bytes, IEnumerable<int> cuts, XmppReaderLimits? limits = null)
    {
        var nodes = new List<XmppNode>();
        var end = "";
        try
        {
            ReadInto(nodes, bytes, cuts, limits);
        }
        catch (XmppStreamException e)
        {
            end = "!" + e.Condition;
        }
        return Transcript(nodes) + end;
    }

    public static string Transcript(IEnumerable<XmppNode> nodes) => string.Join('\n', nodes.Select(n => $"{n.Kind} {(n.Element is null ? "-" : Show(n.Element))} {n.Reason}"));

    /// <summary>Everything in a tree, iteratively, in one line.</summary>
    public static string Show(XmppElement root)
    {
        var text = new StringBuilder();
        var walk = new ElementWalk(root, "");
        while (walk.MoveNext())
            if (walk.Closes)
                text.Append(')');
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"({{{walk.Current.Namespace}}}{walk.Current.Name}");
                foreach (var attribute in walk.Current.Attributes)
                    text.Append(CultureInfo.InvariantCulture, $" {{{attribute.Namespace}}}{attribute.Name}=[{attribute.Value}]");
                text.Append(CultureInfo.InvariantCulture, $" \"{walk.Current.Text}\"");
            }
        return text.ToString();
    }

    private static void ReadInto(List<XmppNode> nodes, byte[] bytes, IEnumerable<int> cuts, XmppReaderLimits? limits)
    {
        var reader = new XmppReader(limits);
        var from = 0;
        foreach (var to in cuts.Append(bytes.Length))
        {
            var chunk = new ReadOnlySequence<byte>(bytes, from, to - from);
            while (reader.TryRead(ref chunk, out var node))
                nodes.Add(node);
            Assert.True(chunk.IsEmpty);
            from = to;
        }
    }
}
