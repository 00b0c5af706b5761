using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Stanzas;

/// <summary>A message, presence or iq (RFC 6120 §8): a thin, typed view of its element.</summary>
public abstract class Stanza(XmppElement element) : XmppEvent
{
    private Jid? _from;
    private Jid? _to;

    /// <summary>The element as it is on the wire.</summary>
    public XmppElement Element { get; } = element;

    /// <summary>The stanza id, chosen by its sender; bounces and iq replies carry it.</summary>
    public string? Id { get => Element.Attribute("id"); set => Element.Set("id", value); }

    /// <summary>The type attribute, or null.</summary>
    public string? Type { get => Element.Attribute("type"); set => Element.Set("type", value); }

    /// <summary>The addressee, or null; null also if it is no valid JID.</summary>
    public Jid? To { get => _to ??= Address("to"); set => Element.Set("to", (_to = value)?.ToString()); }

    /// <summary>The sender as the XMPP server stamped it, or null; null also if it is no valid JID.</summary>
    public Jid? From { get => _from ??= Address("from"); set => Element.Set("from", (_from = value)?.ToString()); }

    /// <summary>Whether this is a <c>type='error'</c>.</summary>
    public bool IsError => string.Equals(Type, "error", StringComparison.Ordinal);

    /// <summary>The typed view of a top-level element, or null for a nonza.</summary>
    public static Stanza? Wrap(XmppElement element) => element.Name switch
    {
        _ when !string.Equals(element.Namespace, XmppNames.Client, StringComparison.Ordinal) => null,
        "message" => new Message(element),
        "presence" => new Presence(element),
        "iq" => new Iq(element),
        _ => null,
    };

    private Jid? Address(string attribute) => Jid.TryParse(Element.Attribute(attribute), out var jid) ? jid : null;
}

/// <summary>A message.</summary>
public sealed class Message(XmppElement element) : Stanza(element)
{
    /// <summary>An empty message.</summary>
    public Message() : this(new XmppElement("message", XmppNames.Client)) { }
}

/// <summary>A presence.</summary>
public sealed class Presence(XmppElement element) : Stanza(element)
{
    /// <summary>An empty presence.</summary>
    public Presence() : this(new XmppElement("presence", XmppNames.Client)) { }
}

/// <summary>An iq: a request (<c>get</c>, <c>set</c>) or its <c>result</c> or <c>error</c>.</summary>
public sealed class Iq(XmppElement element) : Stanza(element)
{
    /// <summary>An iq of that type with one payload.</summary>
    public Iq(string type, XmppElement? payload = null) : this(new XmppElement("iq", XmppNames.Client))
    {
        Type = type;
        if (payload is not null)
            Element.Add(payload);
    }

    /// <summary>Whether it asks for an answer.</summary>
    public bool IsRequest => Type is "get" or "set";

    /// <summary>The first child that is not the error, or null.</summary>
    public XmppElement? Payload
    {
        get
        {
            foreach (var child in Element.Children)
                if (!child.Is("error", Element.Namespace))
                    return child;
            return null;
        }
    }

    /// <summary>The answer to this request: addresses swapped, same id.</summary>
    public Iq CreateResult(XmppElement? payload = null) => Answer("result", payload);

    /// <summary>The refusal of this request: addresses swapped, same id. The request's payload is not echoed (RFC 6120 §8.3.1 leaves it open).</summary>
    public Iq CreateError(StanzaError error) => Answer("error", error.ToElement(Element.Namespace));

    private Iq Answer(string type, XmppElement? payload)
    {
        // Never answer an answer (RFC 6120 §8.2.3, §8.3.1).
        if (!IsRequest)
            throw new InvalidOperationException($"An iq of type '{Type}' must not be answered; look at {nameof(IsRequest)} first.");
        // The addresses go back as they came, even one that is no valid JID.
        var answer = new XmppElement("iq", Element.Namespace).Set("type", type).Set("id", Id).Set("to", Element.Attribute("from")).Set("from", Element.Attribute("to"));
        return new Iq(payload is null ? answer : answer.Add(payload));
    }
}
