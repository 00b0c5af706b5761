using System.Globalization;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>The elements of XEP-0198 that a server sends, and the counts that it reads.</summary>
internal static class StreamManagementNonzas
{
    public static XmppElement Request() => New("r");

    public static XmppElement Acknowledge(uint handled) => New("a").Set("h", Show(handled));

    public static XmppElement Enabled(string? id, TimeSpan resumeTimeout) =>
        id is null ? New("enabled") : New("enabled").Set("id", id).Set("resume", "true").Set("max", Show((uint)Math.Ceiling(resumeTimeout.TotalSeconds)));

    public static XmppElement Resumed(string id, uint handled) => New("resumed").Set("previd", id).Set("h", Show(handled));

    public static XmppElement Failed(string condition, uint? handled = null) =>
        New("failed").Set("h", handled is { } h ? Show(h) : null).Add(new XmppElement(condition, XmppNames.StanzaErrors));

    /// <summary>XEP-0198 §4: the condition inside of <c>undefined-condition</c>.</summary>
    public static XmppElement HandledCountTooHigh(uint handled, uint sent) => New("handled-count-too-high").Set("h", Show(handled)).Set("send-count", Show(sent));

    /// <summary>The attribute as a count (xs:unsignedInt), or null.</summary>
    public static uint? Count(XmppElement element, string attribute) =>
        uint.TryParse(element.Attribute(attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static XmppElement New(string name) => new(name, LocalServerNames.StreamManagement);

    private static string Show(uint count) => count.ToString(CultureInfo.InvariantCulture);
}
