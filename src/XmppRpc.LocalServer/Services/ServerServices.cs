using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Services;

/// <summary>What the XMPP server itself answers, for its domain and on behalf of an account to the account's own resources (RFC 6121 §8.5.2.1.3). Pure.</summary>
internal sealed class ServerServices
{
    private const string Software = "XmppRpc.LocalServer";

    private static readonly string[] Features = [XmppNames.DiscoInfo, XmppNames.DiscoItems, XmppNames.Ping, LocalServerNames.Roster, LocalServerNames.Version, "msgoffline"];

    private readonly string _version = typeof(ServerServices).Assembly.GetName().Version?.ToString(3) ?? "0";

    /// <summary>The answer to a request; <paramref name="isAccount"/> tells the sender's own account from the domain.</summary>
    public Iq Answer(Iq request, bool isAccount) => (request.Type, request.Payload) switch
    {
        ("get", { Name: "query", Namespace: XmppNames.DiscoInfo } query) => Discover(request, query, () => Info(isAccount)),
        ("get", { Name: "query", Namespace: XmppNames.DiscoItems } query) => Discover(request, query, () => new XmppElement("query", XmppNames.DiscoItems)),
        ("get", { Name: "ping", Namespace: XmppNames.Ping }) => request.CreateResult(),
        ("get", { Name: "query", Namespace: LocalServerNames.Roster }) when isAccount => request.CreateResult(new XmppElement("query", LocalServerNames.Roster)),
        ("get", { Name: "query", Namespace: LocalServerNames.Version }) when !isAccount => request.CreateResult(Version()),
        ("set", { Name: "session", Namespace: LocalServerNames.Session }) => request.CreateResult(),
        _ => request.CreateError(new("cancel", "service-unavailable")),
    };

    private static Iq Discover(Iq request, XmppElement query, Func<XmppElement> answer) =>
        string.IsNullOrEmpty(query.Attribute("node")) ? request.CreateResult(answer()) : request.CreateError(new("cancel", "item-not-found"));

    private static XmppElement Info(bool isAccount)
    {
        var identity = new XmppElement("identity", XmppNames.DiscoInfo);
        var info = new XmppElement("query", XmppNames.DiscoInfo).Add(isAccount
            ? identity.Set("category", "account").Set("type", "registered")
            : identity.Set("category", "server").Set("type", "im").Set("name", Software));
        foreach (var feature in Features)
            info.Add(new XmppElement("feature", XmppNames.DiscoInfo).Set("var", feature));
        return info;
    }

    private XmppElement Version() => new XmppElement("query", LocalServerNames.Version)
        .Add(new XmppElement("name", LocalServerNames.Version).WithText(Software))
        .Add(new XmppElement("version", LocalServerNames.Version).WithText(_version));
}
