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
    public SaslOffer Sasl { get; } = new(Mechanisms(element.Child("mechanisms", XmppNames.Sasl)), Bindings(element));

    /// <summary>What is offered to log in by in the extensible profile (XEP-0388), or null.</summary>
    public Sasl2Offer? Sasl2 { get; } = element.Child("authentication", XmppNames.Sasl2) is { } offer && Mechanisms(offer) is { Count: > 0 } mechanisms
        ? new(new(mechanisms, Bindings(element)), offer.Child("inline", XmppNames.Sasl2)?.Child("sm", XmppNames.StreamManagement) is not null, Mechanisms(offer.Child("inline", XmppNames.Sasl2)?.Child("fast", XmppNames.Fast)))
        : null;

    /// <summary>Whether the server manages streams (XEP-0198).</summary>
    public bool HasStreamManagement { get; } = element.Child("sm", XmppNames.StreamManagement) is not null;

    /// <summary>What the server says it bears (XEP-0478), or null.</summary>
    public StreamLimits? Limits { get; } = StreamLimits.Read(element);

    /// <summary>The URI by which the server names its software (XEP-0115 §6.3), or null.</summary>
    public string? ServerNode { get; } = element.Child("c", XmppNames.Capabilities)?.Attribute("node");

    public bool HasBind { get; } = element.Child("bind", XmppNames.Bind) is not null;

    private static IReadOnlyList<string> Mechanisms(XmppElement? list) => [.. list?.Children.Where(c => c.Is("mechanism", list.Namespace)).Select(c => c.Text.Trim()) ?? []];

    private static IReadOnlyList<string>? Bindings(XmppElement features) => features.Child("sasl-channel-binding", XmppNames.ChannelBindings) is { } list
        ? [.. list.Children.Where(c => c.Is("channel-binding", XmppNames.ChannelBindings)).Select(c => c.Attribute("type") ?? "")]
        : null;
}

/// <summary>What the XMPP server offers in the extensible SASL profile (XEP-0388 §2.1).</summary>
/// <param name="Sasl">The mechanisms of this profile alone: XEP-0474 hashes them.</param>
/// <param name="ResumesInline">Whether a session can be resumed with the login (XEP-0198).</param>
/// <param name="Fast">The mechanisms to log in by token with (XEP-0484), empty if there are none.</param>
internal sealed record Sasl2Offer(SaslOffer Sasl, bool ResumesInline, IReadOnlyList<string> Fast);
