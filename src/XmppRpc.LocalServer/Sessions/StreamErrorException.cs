using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>A fault of the client's that ends its XML stream with more than a condition and a text (RFC 6120 §4.9.4).</summary>
internal sealed class StreamErrorException(string condition, string message, XmppElement detail) : XmppException(message)
{
    public string Condition { get; } = condition;

    public XmppElement Detail { get; } = detail;
}
