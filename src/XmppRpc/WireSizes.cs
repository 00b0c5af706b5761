namespace XmppRpc;

/// <summary>Sizes of the wire that no option changes, in bytes unless said.</summary>
internal static class WireSizes
{
    /// <summary>What the line before a slice of a frame takes at most, whatever its call id and method.</summary>
    public const int PartOverhead = 768;

    /// <summary>Parts that a frame may have.</summary>
    public const int MaxParts = 65_536;

    /// <summary>A peer that says it takes less text in a stanza is taken for one that takes this: nobody could work with less.</summary>
    public const int LeastStanzaText = 1024;
}
