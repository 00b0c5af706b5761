using System.Buffers;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml.Fuzz;

/// <summary>What a reader made of an input: its nodes, and the error if it threw.</summary>
internal sealed record Outcome(List<XmppNode> Nodes, XmppStreamException? Fault)
{
    /// <summary>Feeds an input, cut at the given places, to a reader whose stream is open.</summary>
    public static Outcome Of(XmppReader reader, byte[] input, ReadOnlySpan<int> cuts)
    {
        var nodes = new List<XmppNode>();
        try
        {
            var from = 0;
            for (var k = 0; k <= cuts.Length; k++)
            {
                var to = k < cuts.Length ? cuts[k] : input.Length;
                var chunk = new ReadOnlySequence<byte>(input, from, to - from);
                while (reader.TryRead(ref chunk, out var node))
                    nodes.Add(node);
                if (!chunk.IsEmpty)
                    throw new InvalidOperationException("The reader left bytes behind.");
                from = to;
            }
        }
        catch (XmppStreamException e)
        {
            return new(nodes, e);
        }
        return new(nodes, null);
    }

    /// <summary>The same nodes and the same error; of an error above a cap, only that there is one, because of several the cuts decide which is found first.</summary>
    public bool IsSameAs(Outcome other, bool exactFault)
    {
        if (Nodes.Count != other.Nodes.Count || Fault is null != other.Fault is null || exactFault && Fault?.Condition != other.Fault?.Condition)
            return false;
        for (var i = 0; i < Nodes.Count; i++)
            if (Nodes[i].Kind != other.Nodes[i].Kind || Nodes[i].Reason != other.Nodes[i].Reason || Nodes[i].Condition != other.Nodes[i].Condition || !IsSame(Nodes[i].Element, other.Nodes[i].Element))
                return false;
        return true;
    }

    public static bool IsSame(XmppElement? one, XmppElement? other)
    {
        if (one is null || other is null)
            return one is null && other is null;
        var walk = new ElementWalk(one, "");
        var beside = new ElementWalk(other, "");
        while (walk.MoveNext())
        {
            if (!beside.MoveNext() || walk.Closes != beside.Closes)
                return false;
            if (!walk.Closes && !IsSameButForChildren(walk.Current, beside.Current))
                return false;
        }
        return !beside.MoveNext();
    }

    private static bool IsSameButForChildren(XmppElement one, XmppElement other)
    {
        if (one.Name != other.Name || one.Namespace != other.Namespace || one.Attributes.Count != other.Attributes.Count || !one.TextUtf8.Span.SequenceEqual(other.TextUtf8.Span))
            return false;
        for (var i = 0; i < one.Attributes.Count; i++)
            if (one.Attributes[i] != other.Attributes[i])
                return false;
        return true;
    }

    public override string ToString() => $"{Tests.Xml.Nodes.Transcript(Nodes)} {Fault?.Message}";
}
