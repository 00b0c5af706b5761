using System.Text;
using FsCheck;
using FsCheck.Fluent;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>What is written is read back the same, and what was read is written so that it stays the same.</summary>
public sealed class RoundTripTests
{
    private static readonly Gen<string> Names = Gen.Elements("a", "b", "message", "x-1._", "\u00E4\u00F6", "xml", "stream");
    private static readonly Gen<string> Namespaces = Gen.Elements("", "u", "v", XmppNames.Client, XmppNames.Streams, XmppNames.Xml, "a&b'c", "\u20AC");
    private static readonly Gen<string> Texts = Gen.Elements("", "x", "<", ">", "&", "'", "\"", "]]>", "\r", "\n", "\t", " ", "\u00E4", "\u20AC", "\U0001D11E", "\uFEFF", "\uFFFD", "&amp;", "<![CDATA[").ListOf().Select(string.Concat);

    [Fact]
    public void A_written_tree_is_read_back() =>
        Prop.ForAll(Trees(4).ToArbitrary(), tree =>
        {
            var expected = Nodes.Show(tree);
            var read = Nodes.Element(XmppWriterTests.Write(tree));
            return expected == Nodes.Show(read) && XmppWriterTests.Write(tree) == XmppWriterTests.Write(read);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000).WithQuietOnSuccess(true));

    [Fact]
    public void A_tree_that_was_read_from_hostile_input_stays_the_same_when_written()
    {
        var mutator = new Mutator(7);
        var read = 0;
        for (var i = 0; i < 10_000; i++)
        {
            List<XmppNode> nodes;
            try
            {
                nodes = Nodes.Read([.. Encoding.UTF8.GetBytes(Nodes.Header), .. mutator.Next()]);
            }
            catch (XmppStreamException)
            {
                continue;
            }
            foreach (var node in nodes.Where(n => n.Kind == XmppNodeKind.Element))
            {
                read++;
                Assert.Equal(Nodes.Show(node.Element!), Nodes.Show(Nodes.Element(XmppWriterTests.Write(node.Element!))));
            }
        }
        Assert.InRange(read, 1_000, 10_000);
    }

    private static Gen<XmppElement> Trees(int depth) =>
        from name in Names
        from ns in Namespaces
        from text in Texts
        from attributes in Attributes.ListOf()
        from children in depth == 0 ? Gen.Constant(new List<XmppElement>()) : Gen.Choose(0, 3).SelectMany(count => Trees(depth - 1).ListOf(count))
        select Build(name, ns, text, attributes, children);

    private static readonly Gen<XmppAttribute> Attributes =
        from name in Names
        from ns in Gen.Elements("", "", "u", "v'", XmppNames.Xml, XmppNames.Streams, XmppNames.Client)
        from value in Texts
        select new XmppAttribute(name, ns, value);

    private static XmppElement Build(string name, string ns, string text, IEnumerable<XmppAttribute> attributes, IEnumerable<XmppElement> children)
    {
        var element = new XmppElement(name, ns).WithText(text);
        foreach (var attribute in attributes.DistinctBy(a => (a.Name, a.Namespace)).Take(10))
            element.Add(attribute);
        foreach (var child in children)
            element.Add(child);
        return element;
    }
}
