namespace XmppRpc.Xmpp.Network.Names;

/// <summary>Where to try, in this order, and what went wrong in finding out: null, or the end of a sentence.</summary>
internal sealed record ServerRoute(IReadOnlyList<ServerCandidate> Candidates, string? Problem = null);
