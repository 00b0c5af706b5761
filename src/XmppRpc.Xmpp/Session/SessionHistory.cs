using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.StreamManagement;

namespace XmppRpc.Xmpp.Session;

/// <summary>What a new session takes over from the one before.</summary>
/// <param name="Resource">The resource to bind again, or null.</param>
/// <param name="State">What to resume, or null if that makes no sense.</param>
/// <param name="Exchange">The requests that wait; they go on if it is resumed.</param>
/// <param name="Elsewhere">Where the XMPP server sent us (RFC 6120 §4.9.3.19) or wants to be resumed (XEP-0198 §5), or null.</param>
/// <param name="Limits">What the XMPP server said it bears (XEP-0478), or null. A session that is resumed with the login hears it no second time.</param>
/// <param name="ServerNode">The URI by which the XMPP server named its software, likewise.</param>
internal sealed record SessionHistory(string? Resource, ResumeState? State, IqExchange? Exchange, ConnectTo? Elsewhere, StreamLimits? Limits = null, string? ServerNode = null)
{
    public static SessionHistory None { get; } = new(null, null, null, null);
}
