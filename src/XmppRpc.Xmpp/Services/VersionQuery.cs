using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>The answer to a question for the software (XEP-0092).</summary>
internal static class VersionQuery
{
    /// <summary>Null if the element is none, or does not name the software. A version that is left out is empty.</summary>
    public static SoftwareVersion? Read(XmppElement? query) => query is not null && query.Is("query", XmppNames.Version) && query.Child("name", XmppNames.Version) is { } name
        ? new(name.Text, query.Child("version", XmppNames.Version)?.Text ?? "", query.Child("os", XmppNames.Version)?.Text)
        : null;

    public static XmppElement ToElement(SoftwareVersion software)
    {
        var query = new XmppElement("query", XmppNames.Version).Add(Text("name", software.Name)).Add(Text("version", software.Version));
        return software.OperatingSystem is null ? query : query.Add(Text("os", software.OperatingSystem));
    }

    private static XmppElement Text(string name, string text) => new XmppElement(name, XmppNames.Version).WithText(text);
}
