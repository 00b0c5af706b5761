namespace XmppRpc.Xmpp;

/// <summary>XML namespaces of the RFCs and XEPs this library speaks.</summary>
public static class XmppNames
{
    /// <summary>RFC 6120 §4.8.</summary>
    public const string Streams = "http://etherx.jabber.org/streams";
    /// <summary>RFC 6120 §4.8.2.</summary>
    public const string Client = "jabber:client";
    /// <summary>XEP-0114 §3: the content namespace of a component's stream. Reader and writer turn it into <see cref="Client"/> and back, so stanzas are in that one everywhere else.</summary>
    public const string Component = "jabber:component:accept";
    /// <summary>RFC 6120 §4.9.2.</summary>
    public const string StreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";
    /// <summary>RFC 6120 §8.3.</summary>
    public const string StanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas";
    /// <summary>RFC 6120 §5.</summary>
    public const string Tls = "urn:ietf:params:xml:ns:xmpp-tls";
    /// <summary>RFC 6120 §6.</summary>
    public const string Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    /// <summary>XEP-0440.</summary>
    public const string ChannelBindings = "urn:xmpp:sasl-cb:0";
    /// <summary>RFC 6120 §7.</summary>
    public const string Bind = "urn:ietf:params:xml:ns:xmpp-bind";
    /// <summary>XEP-0030.</summary>
    public const string DiscoInfo = "http://jabber.org/protocol/disco#info";
    /// <summary>XEP-0030.</summary>
    public const string DiscoItems = "http://jabber.org/protocol/disco#items";
    /// <summary>XEP-0004.</summary>
    public const string DataForms = "jabber:x:data";
    /// <summary>XEP-0199.</summary>
    public const string Ping = "urn:xmpp:ping";
    /// <summary>XEP-0198.</summary>
    public const string StreamManagement = "urn:xmpp:sm:3";
    /// <summary>XEP-0203.</summary>
    public const string Delay = "urn:xmpp:delay";
    /// <summary>The <c>xml:</c> prefix.</summary>
    public const string Xml = "http://www.w3.org/XML/1998/namespace";
}
