namespace XmppRpc.Xmpp.Network.Names;

/// <summary>A place where the XMPP server may answer.</summary>
/// <param name="Host">A host name in ASCII form, or an IP address.</param>
/// <param name="Port">TCP.</param>
/// <param name="IsDirectTls">Whether TLS begins with the first byte (XEP-0368) instead of by STARTTLS.</param>
/// <param name="Priority">Candidates of a higher number are for when all of the lower ones failed.</param>
internal sealed record ServerCandidate(string Host, int Port, bool IsDirectTls, int Priority = 0);
