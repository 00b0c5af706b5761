using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>What the XMPP server offers at one stage of the negotiation (RFC 6120 §4.3.2). Forgotten at each restart of the XML stream.</summary>
internal sealed class StreamFeatures(XmppElement element)
{
    public bool HasStartTls { get; } = element.Child("starttls", XmppNames.Tls) is not null;

    /// <summary>Whether the server insists on STARTTLS (RFC 6120 §5.3.1).</summary>
    public bool RequiresStartTls { get; } = element.Child("starttls", XmppNames.Tls)?.Child("required", XmppNames.Tls) is not null;

    /// <summary>What is offered to log in by (RFC 6120 §6.3.3, XEP-0440).</summary>
    public SaslOffer Sasl { get; } = new(
        [.. element.Child("mechanisms", XmppNames.Sasl)?.Children.Where(c => c.Is("mechanism", XmppNames.Sasl)).Select(c => c.Text.Trim()) ?? []],
        element.Child("sasl-channel-binding", XmppNames.ChannelBindings) is { } list
            ? [.. list.Children.Where(c => c.Is("channel-binding", XmppNames.ChannelBindings)).Select(c => c.Attribute("type") ?? "")]
            : null);

    /// <summary>Whether the server manages streams (XEP-0198).</summary>
    public bool HasStreamManagement { get; } = element.Child("sm", XmppNames.StreamManagement) is not null;

    /// <summary>What the server says it bears (XEP-0478), or null.</summary>
    public StreamLimits? Limits { get; } = StreamLimits.Read(element);

    public bool HasBind { get; } = element.Child("bind", XmppNames.Bind) is not null;
}
