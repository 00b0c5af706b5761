using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>RFC 6120 line by line, as far as it is the reader's: section, input, and what it gives. The tests beside this one have the many variants.</summary>
public sealed class ConformanceTests
{
    private const string Open = Nodes.Header;
    private const string Streams = "http://etherx.jabber.org/streams";

    [Theory]
    // The stream's header
    [InlineData("4.7", "<stream:stream xmlns='jabber:client' xmlns:stream='" + Streams + "' from='a' to='b' id='1' version='1.0' xml:lang='en'>", "StreamStart")]
    [InlineData("4.7.5 no version is for the session to judge", "<stream:stream xmlns='jabber:client' xmlns:stream='" + Streams + "'>", "StreamStart")]
    [InlineData("4.8.1 wrong stream namespace", "<stream:stream xmlns='jabber:client' xmlns:stream='urn:wrong'>", "!invalid-namespace")]
    [InlineData("4.8.1 no stream namespace", "<stream xmlns='jabber:client'>", "!invalid-namespace")]
    [InlineData("4.8.2 content in the stream's own namespace scope", "<stream xmlns='" + Streams + "'><message xmlns='jabber:client'/></stream>", "StreamStart Element StreamEnd")]
    [InlineData("4.8.3 another content namespace is for the session to judge", "<stream:stream xmlns='urn:other' xmlns:stream='" + Streams + "'>", "StreamStart")]
    [InlineData("4.8.4 a prefix declared in the header", "<stream:stream xmlns='jabber:client' xmlns:stream='" + Streams + "' xmlns:db='jabber:server:dialback'><db:result/>", "StreamStart Element")]
    [InlineData("4.8.5 a prefix other than stream", "<s:stream xmlns='jabber:client' xmlns:s='" + Streams + "'>", "!bad-namespace-prefix")]
    [InlineData("4.4 the stream's end", Open + "</stream:stream>", "StreamStart StreamEnd")]
    [InlineData("4.4 something behind the end", Open + "</stream:stream><a/>", "StreamStart StreamEnd !not-well-formed")]
    [InlineData("4.6.1 white space as keepalive", Open + " \n\t\r\n<a/> <b/> ", "StreamStart Element Element")]
    // Conditions
    [InlineData("4.9.3.1 bad-format", Open + "text", "StreamStart !bad-format")]
    [InlineData("4.9.3.1 bad-format, first tag that is none of a stream", "<message/>", "!bad-format")]
    [InlineData("4.9.3.2 bad-namespace-prefix", Open + "<a xmlns:p=''/>", "StreamStart Skipped:bad-namespace-prefix")]
    [InlineData("4.9.3.10 invalid-namespace", "<stream xmlns='urn:x'>", "!invalid-namespace")]
    [InlineData("4.9.3.13 not-well-formed", Open + "<a><b></a></b>", "StreamStart !not-well-formed")]
    [InlineData("4.9.3.18 restricted-xml", Open + "<!-- -->", "StreamStart !restricted-xml")]
    [InlineData("4.9.3.22 unsupported-encoding", "<?xml version='1.0' encoding='latin1'?>", "!unsupported-encoding")]
    // Restricted XML
    [InlineData("11.1 comment", Open + "<a><!-- --></a>", "StreamStart !restricted-xml")]
    [InlineData("11.1 processing instruction", Open + "<a><?p?></a>", "StreamStart !restricted-xml")]
    [InlineData("11.1 internal DTD subset", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "!restricted-xml")]
    [InlineData("11.1 external DTD subset", "<!DOCTYPE a SYSTEM 'b'>", "!restricted-xml")]
    [InlineData("11.1 entity other than the five", Open + "<a>&nbsp;</a>", "StreamStart !restricted-xml")]
    [InlineData("11.1 entity in an attribute", Open + "<a b='&nbsp;'/>", "StreamStart !restricted-xml")]
    [InlineData("11.1 the five, and numbers", Open + "<a b='&lt;&#65;'>&amp;&gt;&apos;&quot;&#x42;</a>", "StreamStart Element")]
    [InlineData("11.2 undeclared prefix, tolerated since servers relay it", Open + "<p:a/>", "StreamStart Element")]
    [InlineData("11.2 the prefix xml bound to another namespace", Open + "<a xmlns:xml='urn:x'/>", "StreamStart Skipped:bad-namespace-prefix")]
    [InlineData("11.2 the prefix xmlns declared", Open + "<a xmlns:xmlns='urn:x'/>", "StreamStart Skipped:bad-namespace-prefix")]
    [InlineData("11.2 attributes equal by namespace", Open + "<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>", "StreamStart Skipped:not-well-formed")]
    [InlineData("11.3 end tag that does not match", Open + "<a></b>", "StreamStart !not-well-formed")]
    [InlineData("11.3 attribute twice", Open + "<a b='' b=''/>", "StreamStart Skipped:not-well-formed")]
    [InlineData("11.3 character that XML forbids", Open + "<a>&#1;</a>", "StreamStart Skipped:not-well-formed")]
    [InlineData("11.3 '<' in an attribute", Open + "<a b='<'/>", "StreamStart !not-well-formed")]
    // 11.4 (validation against schemas) asks nothing of a reader.
    [InlineData("11.4 unknown elements are given", Open + "<unknown xmlns='urn:unknown'/>", "StreamStart Element")]
    [InlineData("11.5 declaration, once and first", "<?xml version='1.0'?>" + Open, "StreamStart")]
    [InlineData("11.5 declaration is optional", Open, "StreamStart")]
    [InlineData("11.5 declaration twice", "<?xml version='1.0'?><?xml version='1.0'?>", "!restricted-xml")]
    [InlineData("11.5 declaration behind white space", " <?xml version='1.0'?>", "!restricted-xml")]
    [InlineData("11.5 declaration inside the stream", Open + "<?xml version='1.0'?>", "StreamStart !restricted-xml")]
    [InlineData("11.6 encoding UTF-8", "<?xml version='1.0' encoding='UTF-8'?>" + Open, "StreamStart")]
    [InlineData("11.6 encoding UTF-16", "<?xml version='1.0' encoding='UTF-16'?>", "!unsupported-encoding")]
    [InlineData("11.6 byte order mark first", "\uFEFF" + Open, "StreamStart")]
    [InlineData("11.6 byte order mark later is content", Open + "<a>\uFEFF</a>", "StreamStart Element")]
    [InlineData("11.6 byte order mark between stanzas is text", Open + "\uFEFF<a/>", "StreamStart !bad-format")]
    [InlineData("11.7 white space before the stream", "\n" + Open, "StreamStart")]
    [InlineData("11.8 XML version 1.0 only", "<?xml version='1.1'?>", "!not-well-formed")]
    public void Line_of_the_RFC(string section, string xml, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(xml);
        Assert.True(expected == Read(bytes, []), $"§{section}: {Read(bytes, [])}");
        Assert.Equal(expected, Read(bytes, Enumerable.Range(1, bytes.Length)));
    }

    [Fact]
    public void Policy_violation_is_what_caps_are_answered_with() // §4.9.3.14
    {
        var skipped = Nodes.Read(Encoding.UTF8.GetBytes(Open + string.Concat(Enumerable.Repeat("<a>", 33)) + string.Concat(Enumerable.Repeat("</a>", 33))))[1];
        Assert.Equal((XmppNodeKind.Skipped, "policy-violation"), (skipped.Kind, skipped.Condition));
    }

    private static string Read(byte[] bytes, IEnumerable<int> cuts)
    {
        var shown = new List<string>();
        var reader = new XmppReader();
        try
        {
            var from = 0;
            foreach (var to in cuts.Append(bytes.Length))
            {
                var chunk = new System.Buffers.ReadOnlySequence<byte>(bytes, from, to - from);
                while (reader.TryRead(ref chunk, out var node))
                    shown.Add(node.Condition is null ? node.Kind.ToString() : $"{node.Kind}:{node.Condition}");
                from = to;
            }
        }
        catch (XmppStreamException e)
        {
            shown.Add("!" + e.Condition);
        }
        return string.Join(' ', shown);
    }
}
