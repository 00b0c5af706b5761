using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.StreamManagement;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>What the negotiation of an XML stream came to.</summary>
/// <param name="Jid">The address that is ours on it.</param>
/// <param name="State">Its stream management, or null if it has none.</param>
/// <param name="IsResumed">Whether it goes on with the session of before.</param>
/// <param name="Early">What came before stream management began to count.</param>
/// <param name="Limits">What the XMPP server says it bears (XEP-0478), or null.</param>
/// <param name="ServerNode">The URI by which the XMPP server names its software (XEP-0115 §6.3), or null.</param>
internal sealed record NegotiatedSession(Jid Jid, ResumeState? State, bool IsResumed, IReadOnlyList<EarlyElement> Early, StreamLimits? Limits = null, string? ServerNode = null);

/// <summary>What came before its stream was managed, with what it took on the wire.</summary>
internal readonly record struct EarlyElement(XmppElement Element, int Bytes);
