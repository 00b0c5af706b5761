namespace XmppRpc.Xmpp.Sasl;

/// <summary>What a connection is to the XMPP server beyond its account (XEP-0388 §2.3), and the token that was given to it alone (XEP-0484). Used by one login at a time.</summary>
/// <param name="id">Stays the same as long as the connection lives. Two connections need two: a token replaces the one before.</param>
internal sealed class UserAgent(Guid id)
{
    public string Id { get; } = id.ToString("D");

    /// <summary>What to log in by next, or null.</summary>
    public FastToken? Token { get; set; }
}
