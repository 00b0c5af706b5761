namespace XmppRpc.Xmpp;

/// <summary>The root of everything an XMPP connection can fail with.</summary>
public class XmppException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The XMPP server could not be reached, or the connection to it was lost.</summary>
public sealed class XmppConnectionException(string message, Exception? inner = null) : XmppException(message, inner);

/// <summary>The XML stream ended with an error (RFC 6120 §4.9): ours about its input, or the XMPP server's about ours.</summary>
public sealed class XmppStreamException(string condition, string message, bool sentByPeer = false) : XmppException(message)
{
    /// <summary>The defined condition, for example <c>not-well-formed</c> or <c>conflict</c>.</summary>
    public string Condition { get; } = condition;

    /// <summary>Whether the peer sent the error; false when it was found here.</summary>
    public bool SentByPeer { get; } = sentByPeer;

    /// <summary>The application-specific condition beside the defined one (RFC 6120 §4.9.4), for example <c>handled-count-too-high</c>; null if there is none.</summary>
    public string? ApplicationCondition { get; init; }

    /// <summary>Where <c>see-other-host</c> sends us, as it came.</summary>
    internal string? OtherHost { get; init; }
}

/// <summary>The XMPP server refused the credentials, or did not prove its own identity (RFC 6120 §6.5, RFC 5802), or there were no credentials to show.</summary>
public sealed class XmppAuthenticationException(string condition, string message, Exception? inner = null) : XmppException(message, inner)
{
    /// <summary>
    /// The SASL condition, for example <c>not-authorized</c>; <c>server-not-verified</c> when the server's proof was wrong, <c>continuation-required</c> when it wants more than one proof, <c>credentials-unavailable</c> when the password or the client certificate could not be had.
    /// </summary>
    public string Condition { get; } = condition;

    /// <summary>Whether the same login may succeed later without anybody changing the account or the options. False for everything else: another attempt is a waste, and may lock the account.</summary>
    public bool IsTemporary => Condition is "temporary-auth-failure" or "credentials-unavailable";
}

/// <summary>TLS could not be established, or the certificate is not the one expected (RFC 7590).</summary>
public sealed class XmppTlsException(string message, Exception? inner = null) : XmppException(message, inner);
