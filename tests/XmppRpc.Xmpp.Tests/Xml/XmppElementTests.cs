using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

public sealed class XmppElementTests
{
    [Fact]
    public void Set_replaces_and_null_removes()
    {
        var element = new XmppElement("a", "u").Add(new XmppAttribute("b", "v", "other")).Set("b", "1").Set("c", "2").Set("b", "3");
        Assert.Equal("other 2 3", string.Join(' ', element.Attributes.Select(a => a.Value)));
        Assert.Equal("3", element.Attribute("b"));
        element.Set("b", null);
        Assert.Null(element.Attribute("b"));
        Assert.Equal(2, element.Attributes.Count);
    }

    [Fact]
    public void A_child_is_found_by_name_and_namespace_together()
    {
        var child = new XmppElement("b", "v");
        var element = new XmppElement("a", "u").Add(new XmppElement("b", "u2")).Add(child).Add(new XmppElement("b", "v"));
        Assert.Same(child, element.Child("b", "v"));
        Assert.Null(element.Child("b", "u"));
        Assert.Null(element.Child("a", "u"));
    }

    [Fact]
    public void Text_is_utf8()
    {
        var element = new XmppElement("a", "u").WithText("\u20AC");
        Assert.Equal([0xE2, 0x82, 0xAC], element.TextUtf8.ToArray());
        Assert.Equal("\u20AC", element.Text);
        Assert.Equal("", new XmppElement("a", "u").Text);
    }
}
