namespace XmppRpc.Xmpp.Sasl;

/// <summary>What the XMPP server lists for a login.</summary>
/// <param name="Mechanisms">The SASL mechanisms, empty if there are none.</param>
/// <param name="ChannelBindings">The channel-binding types (XEP-0440); null without such a list.</param>
internal sealed record SaslOffer(IReadOnlyList<string> Mechanisms, IReadOnlyList<string>? ChannelBindings = null)
{
    public bool Has(string mechanism) => Mechanisms.Contains(mechanism, StringComparer.Ordinal);

    /// <summary>Whether the server claims to support channel binding (RFC 5802 §6).</summary>
    public bool HasPlus => Mechanisms.Any(m => m.StartsWith("SCRAM-", StringComparison.Ordinal) && m.EndsWith("-PLUS", StringComparison.Ordinal));
}
