using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

public sealed class XmppReaderTests
{
    [Fact]
    public void A_whole_stream_gives_its_start_its_stanzas_and_its_end()
    {
        var nodes = Nodes.Read(Encoding.UTF8.GetBytes("<?xml version='1.0'?>\n" + Nodes.Header + " <message to='a@b'><rpc xmlns='urn:xmpprpc:1'>x &amp; y</rpc></message>\n<r xmlns='urn:xmpp:sm:3'/></stream:stream>"));

        Assert.Equal([XmppNodeKind.StreamStart, XmppNodeKind.Element, XmppNodeKind.Element, XmppNodeKind.StreamEnd], nodes.Select(n => n.Kind));
        Assert.Equal("({http://etherx.jabber.org/streams}stream {}version=[1.0] \"\")", Nodes.Show(nodes[0].Element!));
        Assert.Equal("({jabber:client}message {}to=[a@b] \"\"({urn:xmpprpc:1}rpc \"x & y\"))", Nodes.Show(nodes[1].Element!));
        Assert.Equal("({urn:xmpp:sm:3}r \"\")", Nodes.Show(nodes[2].Element!));
    }
}
