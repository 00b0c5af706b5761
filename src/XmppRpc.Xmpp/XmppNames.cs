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
    /// <summary>RFC 7395 §3.3.2: what opens and closes an XML stream in a WebSocket.</summary>
    public const string Framing = "urn:ietf:params:xml:ns:xmpp-framing";
    /// <summary>RFC 6120 §4.9.2.</summary>
    public const string StreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";
    /// <summary>RFC 6120 §8.3.</summary>
    public const string StanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas";
    /// <summary>RFC 6120 §5.</summary>
    public const string Tls = "urn:ietf:params:xml:ns:xmpp-tls";
    /// <summary>RFC 6120 §6.</summary>
    public const string Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    /// <summary>XEP-0388.</summary>
    public const string Sasl2 = "urn:xmpp:sasl:2";
    /// <summary>XEP-0484.</summary>
    public const string Fast = "urn:xmpp:fast:0";
    /// <summary>XEP-0440.</summary>
    public const string ChannelBindings = "urn:xmpp:sasl-cb:0";
    /// <summary>RFC 6120 §7.</summary>
    public const string Bind = "urn:ietf:params:xml:ns:xmpp-bind";
    /// <summary>RFC 6121 §2.</summary>
    public const string Roster = "jabber:iq:roster";
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
    /// <summary>XEP-0115.</summary>
    public const string Capabilities = "http://jabber.org/protocol/caps";
    /// <summary>XEP-0092.</summary>
    public const string Version = "jabber:iq:version";
    /// <summary>XEP-0202.</summary>
    public const string Time = "urn:xmpp:time";
    /// <summary>XEP-0478.</summary>
    public const string StreamLimits = "urn:xmpp:stream-limits:0";
    /// <summary>XEP-0334.</summary>
    public const string Hints = "urn:xmpp:hints";
    /// <summary>XEP-0191.</summary>
    public const string Blocking = "urn:xmpp:blocking";
    /// <summary>XEP-0191 §3.4, errors about it.</summary>
    public const string BlockingErrors = "urn:xmpp:blocking:errors";
    /// <summary>XEP-0297.</summary>
    public const string Forward = "urn:xmpp:forward:0";
    /// <summary>XEP-0313.</summary>
    public const string Archive = "urn:xmpp:mam:2";
    /// <summary>XEP-0059.</summary>
    public const string ResultSets = "http://jabber.org/protocol/rsm";
    /// <summary>The <c>xml:</c> prefix.</summary>
    public const string Xml = "http://www.w3.org/XML/1998/namespace";
}
