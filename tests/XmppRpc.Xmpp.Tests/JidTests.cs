namespace XmppRpc.Xmpp.Tests;

public sealed class JidTests
{
    [Theory]
    [InlineData("example.org", null, "example.org", null)]
    [InlineData("Alice@Example.ORG", "alice", "example.org", null)]
    [InlineData("Alice@Example.ORG/Desk", "alice", "example.org", "Desk")]
    [InlineData("a@b/c@d", "a", "b", "c@d")]
    [InlineData("a@b/c/d e", "a", "b", "c/d e")]
    [InlineData("a/b@c", null, "a", "b@c")]
    [InlineData("a@example.org.", "a", "example.org", null)]
    [InlineData("a@127.0.0.1/r", "a", "127.0.0.1", "r")]
    [InlineData("a@[::1]", "a", "[::1]", null)]
    [InlineData("a@[0:0:0:0:0:0:0:1]", "a", "[::1]", null)]
    [InlineData("Grüße@straße.example", "grüße", "straße.example", null)]
    [InlineData("a@xn--strae-oqa.example", "a", "straße.example", null)]
    [InlineData("a@MÜNCHEN.example", "a", "münchen.example", null)]
    [InlineData("a@b/Grüße ☃", "a", "b", "Grüße ☃")]
    [InlineData("שלום@example.org", "שלום", "example.org", null)]
    public void A_jid_is_prepared(string text, string? local, string domain, string? resource)
    {
        var jid = Jid.Parse(text);
        Assert.Equal((local, domain, resource), (jid.Local, jid.Domain, jid.Resource));
        Assert.Equal(jid, Jid.Parse(jid.ToString()));
        Assert.Equal(jid.ToString(), Jid.Parse(jid.ToString()).ToString());
    }
}
