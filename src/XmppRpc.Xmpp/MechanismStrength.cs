namespace XmppRpc.Xmpp;

/// <summary>The order of the SASL mechanisms that are spoken here.</summary>
internal static class MechanismStrength
{
    public const string Plain = "PLAIN", WeakestScram = "SCRAM-SHA-1", External = "EXTERNAL";

    /// <summary>All of them, the weakest first.</summary>
    public static IReadOnlyList<string> Order { get; } =
        [Plain, WeakestScram, "SCRAM-SHA-256", "SCRAM-SHA-512", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-512-PLUS", External];

    /// <summary>Its place in the order, -1 for null and for one that is not spoken here.</summary>
    public static int Of(string? mechanism)
    {
        for (var i = 0; i < Order.Count; i++)
            if (Order[i] == mechanism)
                return i;
        return -1;
    }
}
