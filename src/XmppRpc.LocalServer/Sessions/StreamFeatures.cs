using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>What is offered at each stage of the negotiation (RFC 6120 §4.3.2): nothing but TLS, then nothing but SASL, then binding.</summary>
internal static class StreamFeatures
{
    public static XmppElement BeforeTls() => Features(new XmppElement("starttls", XmppNames.Tls).Add(new XmppElement("required", XmppNames.Tls)));

    public static XmppElement BeforeSasl()
    {
        var mechanisms = new XmppElement("mechanisms", XmppNames.Sasl);
        foreach (var name in SaslExchange.Mechanisms)
            mechanisms.Add(new XmppElement("mechanism", XmppNames.Sasl).WithText(name));
        return Features(mechanisms);
    }

    // Both real servers mark the session as optional, for the sake of old clients.
    public static XmppElement BeforeBind(bool streamManagement)
    {
        var features = Features(new XmppElement("bind", XmppNames.Bind))
            .Add(new XmppElement("session", LocalServerNames.Session).Add(new XmppElement("optional", LocalServerNames.Session)));
        return streamManagement
            ? features.Add(new XmppElement("sm", LocalServerNames.StreamManagement).Add(new XmppElement("optional", LocalServerNames.StreamManagement)))
            : features;
    }

    private static XmppElement Features(XmppElement feature) => new XmppElement("features", XmppNames.Streams).Add(feature);
}
