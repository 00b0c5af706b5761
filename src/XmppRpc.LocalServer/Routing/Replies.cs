using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>Stanzas made from other stanzas.</summary>
internal static class Replies
{
    /// <summary>
    /// The stanza's error reply: addresses swapped as they came, same id (RFC 6120 §8.3.1). Null for an error or an iq's answer, which must not be answered.
    /// Its payload does not come back, as with Prosody; ejabberd echoes it.
    /// </summary>
    public static XmppElement? Bounce(Stanza stanza, StanzaError error)
    {
        if (stanza.IsError || stanza is Iq { Type: "result" })
            return null;
        var element = stanza.Element;
        return new XmppElement(element.Name, element.Namespace).Set("type", "error").Set("id", stanza.Id)
            .Set("to", element.Attribute("from")).Set("from", element.Attribute("to")).Add(error.ToElement(element.Namespace));
    }

    /// <summary>The same stanza for another addressee; children are shared.</summary>
    public static XmppElement Readdress(XmppElement element, Jid to) => Copy(element).Set("to", to.ToString());

    /// <summary>The same element, with attributes and children of its own; what is in the children is shared.</summary>
    public static XmppElement Copy(XmppElement element)
    {
        var copy = new XmppElement(element.Name, element.Namespace) { TextUtf8 = element.TextUtf8 };
        foreach (var attribute in element.Attributes)
            copy.Add(attribute);
        foreach (var child in element.Children)
            copy.Add(child);
        return copy;
    }
}
