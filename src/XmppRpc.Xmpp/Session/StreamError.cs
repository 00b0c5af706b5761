using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>The last word on a broken XML stream (RFC 6120 §4.9).</summary>
internal static class StreamError
{
    /// <summary>The peer's stream error as an exception, or null if the element is none. A redirection counts on a trusted path only, and none leads away from an address that was configured.</summary>
    public static XmppStreamException? Read(XmppElement element, string peer, bool mayRedirect)
    {
        if (!element.Is("error", XmppNames.Streams))
            return null;
        var condition = element.Children.FirstOrDefault(c => c.Namespace == XmppNames.StreamErrors && c.Name != "text")?.Name ?? "undefined-condition";
        var text = element.Child("text", XmppNames.StreamErrors)?.Text;
        return new(RemoteText.Show(condition), $"{peer} ended the XML stream with {RemoteText.Show(condition)}{RemoteText.Reason(text)}.{Remedy(condition)}", sentByPeer: true)
        {
            // RFC 6120 §4.9.4
            ApplicationCondition = element.Children.FirstOrDefault(c => c.Namespace != XmppNames.StreamErrors) is { } own ? RemoteText.Show(own.Name) : null,
            // RFC 6120 §4.9.3.19; before TLS anybody on the path could send us to a host of the inner network
            OtherHost = mayRedirect && condition == "see-other-host" ? element.Child(condition, XmppNames.StreamErrors)?.Text.Trim() : null,
        };
    }

    /// <summary>Tells the peer why, and closes our XML stream.</summary>
    public static ValueTask SendAsync(XmppTransport transport, string condition, XmppElement? detail, CancellationToken cancellationToken)
    {
        var error = new XmppElement("error", XmppNames.Streams).Add(new XmppElement(condition, XmppNames.StreamErrors));
        if (detail is not null)
            error.Add(detail);
        return transport.WriteStreamEndAsync(error, cancellationToken);
    }

    // RFC 6120 §4.9.3.3
    private static string Remedy(string condition) => condition switch
    {
        "conflict" => " Another program has connected under the same address: give each its own resource; a component's domain takes one connection.",
        "host-unknown" or "host-gone" => " It does not serve that domain here: check the domain of the Jid, where it is looked for (Host, Port), and that the port is for clients, or for components with Component=true.",
        "invalid-namespace" => " Check the port: an XMPP server has one for clients (mostly 5222) and one for components (mostly 5347, Component=true).",
        _ => "",
    };
}
