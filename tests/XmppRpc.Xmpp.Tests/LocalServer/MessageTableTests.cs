using XmppRpc.LocalServer.Routing;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.LocalServer;

public sealed class MessageTableTests
{
    private static readonly string?[] Ordinary = [null, "normal", "chat", "no-such-type"];

    /// <summary>Scene (resource@priority, or no priority without presence; "-" is no account), target, then what was measured on Prosody 0.12.3 for each type.</summary>
    [Theory]
    [InlineData("r1@0 r2@0", "bare", "r1 r2", "r1 r2", "Bounce")]
    [InlineData("r1@0 r2@0", "r1", "r1", "r1", "r1")]
    [InlineData("r1@0 r2@0", "dead", "r1 r2", "Drop", "Bounce")]
    [InlineData("r1@5 r2@0", "bare", "r1", "r1 r2", "Bounce")]
    [InlineData("r1@5 r2@0", "r2", "r2", "r2", "r2")]
    [InlineData("r1@5 r2@0", "dead", "r1", "Drop", "Bounce")]
    [InlineData("r1@5 r2@-1", "bare", "r1", "r1", "Bounce")]
    [InlineData("r1@-1", "bare", "Store", "Drop", "Bounce")]
    [InlineData("r1@-1", "r1", "r1", "r1", "r1")]
    [InlineData("r1@-1", "dead", "Store", "Drop", "Bounce")]
    [InlineData("r1", "bare", "Store", "Drop", "Bounce")]
    [InlineData("r1", "r1", "r1", "r1", "r1")]
    [InlineData("r1", "dead", "Store", "Drop", "Bounce")]
    [InlineData("", "bare", "Store", "Drop", "Bounce")]
    [InlineData("", "dead", "Store", "Drop", "Bounce")]
    [InlineData("-", "bare", "Bounce", "Drop", "Bounce")]
    [InlineData("-", "dead", "Bounce", "Drop", "Bounce")]
    public void Message_goes_where_Prosody_sends_it(string scene, string target, string ordinary, string headline, string groupchat)
    {
        foreach (var type in Ordinary)
            Assert.Equal(ordinary, Decide(type, target, scene));
        Assert.Equal(headline, Decide("headline", target, scene));
        Assert.Equal(groupchat, Decide("groupchat", target, scene));
        Assert.Equal(target is "bare" or "dead" ? "Drop" : target, Decide("error", target, scene));
    }

    private static string Decide(string? type, string target, string scene)
    {
        var bound = scene == "-" ? null : scene.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Resource).ToList();
        var route = MessageTable.Decide(type, target == "bare" ? null : target, bound);
        return route.Fate == MessageFate.Deliver ? string.Join(' ', route.Recipients.Select(r => r.Jid.Resource)) : route.Fate.ToString();
    }

    private static BoundResource Resource(string text)
    {
        var parts = text.Split('@');
        var resource = new BoundResource(Jid.Parse($"alice@localhost/{parts[0]}"), new RecordingOutbound());
        if (parts.Length == 2)
            (resource.Presence, resource.Priority) = (new XmppElement("presence", XmppNames.Client), int.Parse(parts[1], null));
        return resource;
    }
}
