using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>RFC 6120 §11.3: what is wrong inside an element whose end is certain. An XMPP server may relay it from anybody, so the element is skipped and the stream lives on.</summary>
public sealed class IllFormedInsideTests
{
    [Theory]
    // Attributes and names that are none (XML 1.0 §2.3, §3.1)
    [InlineData("<a b='' b=''/>", "not-well-formed")]
    [InlineData("<\u00D7/>", "not-well-formed")]
    [InlineData("<a\u00D7/>", "not-well-formed")]
    // Names and declarations (Namespaces in XML 1.0 §3, §4, §5, §6.3)
    [InlineData("<:a/>", "not-well-formed")]
    [InlineData("<a:/>", "not-well-formed")]
    [InlineData("<a:b:c/>", "not-well-formed")]
    [InlineData("<a:1/>", "not-well-formed")]
    [InlineData("<a :b=''/>", "not-well-formed")]
    [InlineData("<a xmlns='u' xmlns='v'/>", "not-well-formed")]
    [InlineData("<a xmlns:x='u' xmlns:x='u'/>", "not-well-formed")]
    [InlineData("<a xmlns:x='u' xmlns:y='u' x:b='' y:b=''/>", "not-well-formed")]
    [InlineData("<a x:b='' x:b=''/>", "not-well-formed")]
    [InlineData("<a xmlns:x=''/>", "bad-namespace-prefix")]
    [InlineData("<a xmlns:xml='u'/>", "bad-namespace-prefix")]
    [InlineData("<a xmlns:xmlns='u'/>", "bad-namespace-prefix")]
    [InlineData("<a xmlns:x='http://www.w3.org/XML/1998/namespace'/>", "bad-namespace-prefix")]
    [InlineData("<a xmlns='http://www.w3.org/XML/1998/namespace'/>", "bad-namespace-prefix")]
    [InlineData("<a xmlns='http://www.w3.org/2000/xmlns/'/>", "bad-namespace-prefix")]
    [InlineData("<a xmlns:x='http://www.w3.org/2000/xmlns/'/>", "bad-namespace-prefix")]
    [InlineData("<xmlns:a/>", "bad-namespace-prefix")]
    [InlineData("<x xmlns:ns1='http://www.w3.org/XML/1998/namespace' ns1:xmlns='urn:u'/>", "bad-namespace-prefix")]
    [InlineData("<x stream:a='1' xmlns:s='http://etherx.jabber.org/streams' s:a='2'/>", "not-well-formed")]
    // References and characters (XML 1.0 §2.2, §2.4, §4.1)
    [InlineData("<a>&</a>", "not-well-formed")]
    [InlineData("<a>& amp;</a>", "not-well-formed")]
    [InlineData("<a>&amp</a>", "not-well-formed")]
    [InlineData("<a>&;</a>", "not-well-formed")]
    [InlineData("<a>&1;</a>", "not-well-formed")]
    [InlineData("<a>&x:y;</a>", "not-well-formed")]
    [InlineData("<a>&#;</a>", "not-well-formed")]
    [InlineData("<a>&#x;</a>", "not-well-formed")]
    [InlineData("<a>&#X41;</a>", "not-well-formed")]
    [InlineData("<a>&#4A;</a>", "not-well-formed")]
    [InlineData("<a>&#-1;</a>", "not-well-formed")]
    [InlineData("<a>&#65</a>", "not-well-formed")]
    [InlineData("<a>&#0;</a>", "not-well-formed")]
    [InlineData("<a>&#1;</a>", "not-well-formed")]
    [InlineData("<a>&#x1F;</a>", "not-well-formed")]
    [InlineData("<a>&#xD800;</a>", "not-well-formed")]
    [InlineData("<a>&#xDFFF;</a>", "not-well-formed")]
    [InlineData("<a>&#xFFFE;</a>", "not-well-formed")]
    [InlineData("<a>&#xFFFF;</a>", "not-well-formed")]
    [InlineData("<a>&#x110000;</a>", "not-well-formed")]
    [InlineData("<a>&#x100000041;</a>", "not-well-formed")]
    [InlineData("<a>&#99999999999999999999999;</a>", "not-well-formed")]
    [InlineData("<a>\0</a>", "not-well-formed")]
    [InlineData("<a>\u0001</a>", "not-well-formed")]
    [InlineData("<a>\u001F</a>", "not-well-formed")]
    [InlineData("<a>\uFFFE</a>", "not-well-formed")]
    [InlineData("<a>x\uFFFF</a>", "not-well-formed")]
    [InlineData("<a b='\u0008'/>", "not-well-formed")]
    [InlineData("<a>]]></a>", "not-well-formed")]
    [InlineData("<a>x]]]></a>", "not-well-formed")]
    public void Element_is_skipped_with_the_condition_and_the_next_is_read(string xml, string condition)
    {
        var bytes = Encoding.UTF8.GetBytes($"{Nodes.Header}<m from='x@y'>{xml}</m>{xml}<next>1</next>");
        foreach (var cuts in new[] { [], Enumerable.Range(1, bytes.Length) })
        {
            var nodes = Nodes.Read(bytes, cuts);
            Assert.Equal([XmppNodeKind.StreamStart, XmppNodeKind.Skipped, XmppNodeKind.Skipped, XmppNodeKind.Element], nodes.Select(n => n.Kind));
            Assert.Equal([condition, condition], nodes[1..3].Select(n => n.Condition));
            Assert.Equal("({jabber:client}m {}from=[x@y] \"\")", Nodes.Show(nodes[1].Element!));
            Assert.Equal("1", nodes[3].Element!.Text);
        }
    }

    [Theory]
    [InlineData("<m id='1'>&</m>", true)]
    [InlineData("<m id='1'>\u0001</m>", true)]
    [InlineData("<m id='1'><a:b:c/></m>", true)]
    [InlineData("<m id='1&'/>", false)]
    [InlineData("<m id='1\u0001'>x</m>", false)]
    [InlineData("<m:n:o id='1'/>", false)]
    public void Start_tag_is_told_unless_the_reason_lies_in_it(string xml, bool isTold) =>
        Assert.Equal(isTold ? "1" : null, Nodes.Read(Encoding.UTF8.GetBytes(Nodes.Header + xml))[1].Element?.Attribute("id"));

    [Theory]
    [InlineData("<m><a:b:c/></n>", "not-well-formed")]
    [InlineData("<m>&<a></b></m>", "not-well-formed")]
    [InlineData("<m a='' a=''>&nbsp;</m>", "restricted-xml")]
    [InlineData("<m>&#1;<!-- --></m>", "restricted-xml")]
    [InlineData("<m>&#1;<?x?></m>", "restricted-xml")]
    public void What_makes_its_end_doubtful_throws_all_the_same(string xml, string condition) => Assert.Equal(condition, Nodes.Fault(Nodes.Header + xml).Condition);

    [Fact]
    public void Bytes_that_are_not_utf8_throw_all_the_same()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Nodes.Header + "<a:b:c>\u0001"), 0xFF, .. "</a:b:c>"u8];
        Assert.Equal("unsupported-encoding", Assert.Throws<XmppStreamException>(() => Nodes.Read(bytes)).Condition);
    }

    [Fact]
    public void Start_tag_of_an_element_above_a_cap_may_be_ill_formed()
    {
        foreach (var tag in new[] { "<m a='' a=''>", "<m:n:o>", "<m a='&#1;'>", "<m a='\u0001'>", "<m xmlns:p=''>" })
        {
            var end = "</" + tag[1..].Split(' ', '>')[0] + ">";
            var xml = tag + string.Concat(Enumerable.Repeat("<a/>", 5000)) + end;
            var skipped = Nodes.Read(Encoding.UTF8.GetBytes(Nodes.Header + xml + "<next/>"))[1];
            Assert.Equal((XmppNodeKind.Skipped, null, "more than 4096 elements", "policy-violation"), (skipped.Kind, skipped.Element, skipped.Reason, skipped.Condition));
        }
    }

    [Fact]
    public void Declarations_of_a_skipped_element_end_with_it()
    {
        var nodes = Nodes.Read(Encoding.UTF8.GetBytes(Nodes.Header + "<m xmlns:p='urn:p' xmlns='urn:q' xmlns:r=''><p:a:b/></m><p:next><a/></p:next>"));
        Assert.Equal("({urn:xmpprpc:undeclared:p}next \"\"({jabber:client}a \"\"))", Nodes.Show(nodes[2].Element!));
    }

    [Fact]
    public void Reason_is_bounded_and_printable()
    {
        var skipped = Nodes.Read(Encoding.UTF8.GetBytes(Nodes.Header + "<m><a:\u00E4:" + new string('b', 200) + "/></m>"))[1];
        Assert.Equal("a:??:" + new string('b', 43) + ", which is no name", skipped.Reason);
    }
}
