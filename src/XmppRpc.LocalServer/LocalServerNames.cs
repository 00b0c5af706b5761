namespace XmppRpc.LocalServer;

/// <summary>XML namespaces that only the serving side needs.</summary>
internal static class LocalServerNames
{
    /// <summary>RFC 3921 §3; optional and without effect since RFC 6121.</summary>
    public const string Session = "urn:ietf:params:xml:ns:xmpp-session";

    /// <summary>RFC 6121 §2.</summary>
    public const string Roster = "jabber:iq:roster";

    /// <summary>XEP-0092.</summary>
    public const string Version = "jabber:iq:version";

    /// <summary>XEP-0198.</summary>
    public const string StreamManagement = "urn:xmpp:sm:3";

    /// <summary>Prosody's name for <c>stanza-too-big</c>.</summary>
    public const string Errors = "urn:xmpp:errors";
}
