using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Xml;

namespace XmppRpc.Xmpp.Tests.Services;

/// <summary>XEP-0115: the vectors of §5.2 and §5.3, and the tricks of §5.4 that give two answers one hash.</summary>
public sealed class EntityCapabilitiesTests
{
    private const string Features = "<feature var='http://jabber.org/protocol/muc'/><feature var='http://jabber.org/protocol/disco#info'/><feature var='http://jabber.org/protocol/caps'/><feature var='http://jabber.org/protocol/disco#items'/>";
    private const string Simple = "<identity category='client' name='Exodus 0.9.1' type='pc'/>" + Features;
    private const string SimpleVer = "QgayPKawpkPSDYmwT/WM94uAlu0=";
    private const string Form = "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>urn:xmpp:dataforms:softwareinfo</value></field>" +
        "<field var='ip_version' type='text-multi'><value>ipv6</value><value>ipv4</value></field><field var='os'><value>Mac</value></field><field var='os_version'><value>10.5.1</value></field>" +
        "<field var='software'><value>Psi</value></field><field var='software_version'><value>0.11</value></field></x>";
    private const string Complex = "<identity xml:lang='en' category='client' name='Psi 0.11' type='pc'/><identity xml:lang='el' category='client' name='\u03A8 0.11' type='pc'/>" + Features + Form;
    private const string ComplexVer = "q07IKJEyjvHSyhy//CH0CxmKi8w=";

    [Theory]
    [InlineData(Simple, SimpleVer)]
    [InlineData(Complex, ComplexVer)]
    public void The_hash_is_that_of_the_specification(string answer, string ver)
    {
        var capabilities = EntityCapabilities.Of(Read(answer), "http://psi-im.org");
        Assert.Equal(("http://psi-im.org", ver, "sha-1", "http://psi-im.org#" + ver), (capabilities.Node, capabilities.Ver, capabilities.Hash, capabilities.DiscoNode));
        Assert.True(capabilities.IsProvenBy(Read(answer)));
        Assert.True(capabilities.IsProvenBy(DiscoInfo.Read(Read(answer).ToElement())!));
    }

    [Fact]
    public void Sha_256_is_checked_too_and_unknown_hashes_prove_nothing()
    {
        var info = Read(Simple);
        var text = "client/pc//Exodus 0.9.1<http://jabber.org/protocol/caps<http://jabber.org/protocol/disco#info<http://jabber.org/protocol/disco#items<http://jabber.org/protocol/muc<"u8;
        Assert.True(new EntityCapabilities("n", Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(text)), "sha-256").IsProvenBy(info));
        Assert.False(new EntityCapabilities("n", SimpleVer, "sha-256").IsProvenBy(info));
        Assert.False(new EntityCapabilities("n", SimpleVer, "md5").IsProvenBy(info));
        Assert.False(new EntityCapabilities("n", "", "sha-1").IsProvenBy(info));
        Assert.False(new EntityCapabilities("n", SimpleVer.ToLowerInvariant()).IsProvenBy(info));
    }

    [Theory]
    // §5.4 rules 3.3 to 3.5
    [InlineData("<identity category='client' name='Exodus 0.9.1' type='pc'/>" + Simple)]
    [InlineData(Simple + "<feature var='http://jabber.org/protocol/muc'/>")]
    [InlineData(Complex + Form)]
    [InlineData(Complex + "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>a</value><value>b</value></field></x>")]
    // the separator inside a factor: one feature for two, an identity for an identity and a feature
    [InlineData("<identity category='client' name='Exodus 0.9.1' type='pc'/><feature var='http://jabber.org/protocol/caps&lt;http://jabber.org/protocol/disco#info'/><feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/>")]
    [InlineData("<identity category='client' name='Exodus 0.9.1&lt;http://jabber.org/protocol/caps' type='pc'/><feature var='http://jabber.org/protocol/disco#info'/><feature var='http://jabber.org/protocol/disco#items'/><feature var='http://jabber.org/protocol/muc'/>")]
    // a feature for an identity, and the cut between category and type moved
    [InlineData("<feature var='client/pc//Exodus 0.9.1'/>" + Features)]
    [InlineData("<identity category='client/pc' name='Exodus 0.9.1' type='/'/>" + Features)]
    public void An_ill_formed_answer_proves_nothing(string answer)
    {
        Assert.False(new EntityCapabilities("n", SimpleVer).IsProvenBy(Read(answer)));
        Assert.False(new EntityCapabilities("n", ComplexVer).IsProvenBy(Read(answer)));
        Assert.Throws<ArgumentException>(() => EntityCapabilities.Of(Read(answer), "n"));
    }

    [Theory]
    [InlineData("<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE'><value>urn:x</value></field><field var='a'><value>1</value></field></x>")]
    [InlineData("<x xmlns='jabber:x:data' type='result'><field var='a'><value>1</value></field></x>")]
    public void A_form_that_does_not_say_whose_it_is_counts_for_nothing(string form) => Assert.True(new EntityCapabilities("n", SimpleVer).IsProvenBy(Read(Simple + form)));

    [Theory]
    [InlineData("a", "b", -1)]
    [InlineData("a", "a", 0)]
    [InlineData("a", "ab", -1)]
    [InlineData("", "a", -1)]
    [InlineData("B", "a", -1)]
    // U+FF5E comes before U+1F600, although its code unit is the greater one
    [InlineData("\uFF5E", "\U0001F600", -1)]
    [InlineData("\U0001F600", "\U0001F601", -1)]
    public void Text_is_ordered_by_its_bytes(string one, string other, int order)
    {
        Assert.Equal(order, Utf8Order.Instance.Compare(one, other));
        Assert.Equal(-order, Utf8Order.Instance.Compare(other, one));
    }

    [Fact]
    public void Presence_carries_them()
    {
        var presence = new Presence();
        Assert.Null(EntityCapabilities.Read(presence));
        presence.Element.Add(new EntityCapabilities("https://example.org/bot", SimpleVer).ToElement());
        Assert.Equal("<presence><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='https://example.org/bot' ver='" + SimpleVer + "'/></presence>", XmppWriterTests.Write(presence.Element));
        Assert.Equal(new EntityCapabilities("https://example.org/bot", SimpleVer), EntityCapabilities.Read(presence));
    }

    [Theory]
    [InlineData("<c xmlns='http://jabber.org/protocol/caps' node='n' ver='v'/>")]
    [InlineData("<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' ver='v'/>")]
    [InlineData("<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver=''/>")]
    [InlineData("<c xmlns='urn:x' hash='sha-1' node='n' ver='v'/>")]
    public void Presence_without_a_proper_hash_carries_none(string c) => Assert.Null(EntityCapabilities.Read(new Presence(Nodes.Element($"<presence>{c}</presence>"))));

    private static DiscoInfo Read(string children) => DiscoInfo.Read(Nodes.Element($"<query xmlns='http://jabber.org/protocol/disco#info'>{children}</query>"))!;
}
