namespace XmppRpc.Xmpp;

/// <summary>What kind of thing an entity is (XEP-0030 §3.1), for example <c>client</c>/<c>bot</c> or <c>automation</c>/<c>rpc</c>; name and language (<c>xml:lang</c>) are for people and may be null.</summary>
public sealed record XmppIdentity(string Category, string Type, string? Name = null, string? Language = null);
