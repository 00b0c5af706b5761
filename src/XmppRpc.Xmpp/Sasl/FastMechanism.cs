namespace XmppRpc.Xmpp.Sasl;

/// <summary>A mechanism to log in by token with (XEP-0484): its registered name, and the type of channel binding that is part of it, or null.</summary>
internal sealed record FastMechanism(string Name, string? BindingType)
{
    /// <summary>All that are spoken here, the preferred one first. Without binding whoever ends TLS could show the same proof again, so that one is the last resort.</summary>
    private static readonly IReadOnlyList<FastMechanism> All =
        [new("HT-SHA-256-EXPR", "tls-exporter"), new("HT-SHA-256-ENDP", "tls-server-end-point"), new("HT-SHA-256-UNIQ", "tls-unique"), new("HT-SHA-256-NONE", null)];

    /// <summary>The best one that is offered and can be used on this channel; null if there is none. Where the login itself is <paramref name="bound"/>, the token must be, too.</summary>
    public static FastMechanism? Choose(IReadOnlyList<string> offered, BoundChannel channel, bool bound) => All.FirstOrDefault(mechanism => mechanism.CanBeUsed(offered, channel, bound));

    public bool CanBeUsed(IReadOnlyList<string> offered, BoundChannel channel, bool bound) =>
        offered.Contains(Name, StringComparer.Ordinal) && (BindingType is null ? !bound : channel.Find([BindingType]) is not null);
}
