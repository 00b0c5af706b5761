using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Tests.Xml;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Services;

/// <summary>XEP-0030, XEP-0128, XEP-0004.</summary>
public sealed class DiscoTests
{
    private const string Answer = "<query xmlns='http://jabber.org/protocol/disco#info' node='n'><identity category='client' type='bot' name='B&lt;' xml:lang='de'/><identity category='automation' type='rpc'/><feature var='urn:a'/><feature var='urn:b'/>" +
        "<x xmlns='jabber:x:data' type='result'><title>T</title><instructions>one</instructions><instructions>two</instructions><field type='hidden' var='FORM_TYPE'><value>urn:f</value></field>" +
        "<field type='list-multi' var='l' label='L'><desc>D</desc><required/><value>1</value><value>2</value><option label='One'><value>1</value></option><option><value>2</value></option></field><field type='fixed'><value/></field></x></query>";

    [Fact]
    public void Info_is_written_as_it_was_read()
    {
        var info = DiscoInfo.Read(Nodes.Element(Answer))!;
        Assert.Equal("n", info.Node);
        Assert.Equal([new("client", "bot", "B<", "de"), new("automation", "rpc")], info.Identities);
        Assert.Equal(["urn:a", "urn:b"], info.Features);
        Assert.True(info.Supports("urn:b") && !info.Supports("urn:B") && info.Is("automation", "rpc") && !info.Is("client", "rpc"));
        var form = info.Form("urn:f")!;
        Assert.Equal(("result", "T", "one\ntwo", "urn:f", "1", null), (form.Type, form.Title, form.Instructions, form.FormType, form.Value("l"), form.Value("none")));
        var field = form.Field("l")!;
        Assert.Equal(("list-multi", "L", "D", true), (field.Type, field.Label, field.Description, field.IsRequired));
        Assert.Equal([("1", "One"), ("2", null)], field.Options);
        Assert.Null(info.Form("urn:g"));
        Assert.Equal(Nodes.Show(Nodes.Element(Answer)), Nodes.Show(info.ToElement()));
    }

    [Fact]
    public void What_lacks_its_essentials_is_left_out()
    {
        var info = DiscoInfo.Read(Nodes.Element("<query xmlns='http://jabber.org/protocol/disco#info'><identity type='bot'/><identity category='client' type=''/><feature/><feature var=''/><feature xmlns='urn:x' var='a'/><x xmlns='urn:x'/></query>"))!;
        Assert.Empty(info.Identities);
        Assert.Empty(info.Features);
        Assert.Empty(info.Forms);
        Assert.Null(info.Node);
        Assert.Null(DiscoInfo.Read(null));
        Assert.Null(DiscoInfo.Read(new("query", XmppNames.DiscoItems)));
        Assert.Null(DataForms.Read(new("x", "urn:x")));
    }

    [Fact]
    public void The_largest_answer_that_the_reader_lets_through_is_read_and_checked()
    {
        // XmppReaderLimits.MaxElements, the bound of every payload
        var many = string.Concat(Enumerable.Range(0, 4095).Select(i => $"<feature var='urn:{i}'/>"));
        var info = DiscoInfo.Read(Nodes.Element($"<query xmlns='http://jabber.org/protocol/disco#info'>{many}</query>"))!;
        Assert.Equal(4095, info.Features.Count);
        Assert.False(new EntityCapabilities("n", "v").IsProvenBy(info));
        Assert.Equal(XmppNodeKind.Skipped, Nodes.Read(System.Text.Encoding.UTF8.GetBytes($"{Nodes.Header}<query xmlns='http://jabber.org/protocol/disco#info'>{many}<feature var='more'/></query>"))[1].Kind);
    }

    [Fact]
    public void Items_are_written_as_they_were_read()
    {
        var query = Nodes.Element("<query xmlns='http://jabber.org/protocol/disco#items' node='n'><item jid='a@b/c' node='x' name='y'/><item jid='d'/><item jid='@'/><item/><other jid='e'/></query>");
        var items = DiscoItem.ReadAll(query)!;
        Assert.Equal([new(Jid.Parse("a@b/c"), "x", "y"), new(Jid.Parse("d"))], items);
        Assert.Equal(items, DiscoItem.ReadAll(DiscoItem.ToElement(items, "n")));
        Assert.Equal("n", DiscoItem.ToElement(items, "n").Attribute("node"));
        Assert.Null(DiscoItem.ReadAll(null));
        Assert.Null(DiscoItem.ReadAll(new("query", XmppNames.DiscoInfo)));
    }

    [Fact]
    public void An_entity_tells_its_own_features_and_those_of_its_services()
    {
        Assert.Equal([XmppNames.DiscoInfo, XmppNames.DiscoItems, XmppNames.Ping], DiscoInfo.Of(new()).Features);
        Assert.Equal([new("client", "bot")], DiscoInfo.Of(new()).Identities);
        var info = DiscoInfo.Of(new() { Features = ["urn:a", XmppNames.Ping], CapabilitiesNode = "n", Software = new("s", "1"), TellsTime = true, Forms = [XmppForm.Of("result", "urn:f", ("a", "1"))] });
        Assert.Equal([XmppNames.DiscoInfo, XmppNames.DiscoItems, XmppNames.Ping, XmppNames.Capabilities, XmppNames.Version, XmppNames.Time, "urn:a"], info.Features);
        Assert.Equal("1", info.Form("urn:f")!.Value("a"));
    }

    public static TheoryData<XmppEntity, string> WrongEntities => new()
    {
        { new() { Identities = [] }, "no identity" },
        { new() { Identities = [new("a", "b"), new("a", "b")] }, "identity twice" },
        { new() { Features = ["a", "a"] }, "feature twice" },
        { new() { Features = ["a<b"] }, "'<'" },
        { new() { Features = ["a\u0001"] }, "U+0001" },
        { new() { Forms = [XmppForm.Of("result", "f"), XmppForm.Of("result", "f")] }, "FORM_TYPE" },
        { new() { Forms = [new("result", [new("a", ["1"])])] }, "FORM_TYPE" },
        { new() { Forms = [new("result", [new("FORM_TYPE", ["1"])])] }, "hidden" },
    };

    [Theory]
    [MemberData(nameof(WrongEntities), DisableDiscoveryEnumeration = true)]
    public void An_entity_that_cannot_be_described_is_refused_at_once(XmppEntity entity, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => new IqServices(entity, TimeProvider.System)).Message);
}
