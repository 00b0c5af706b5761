using System.Collections.Frozen;

namespace XmppRpc.Frames;

/// <summary>What a peer says about itself, by disco or <c>here</c>: its instance, the contracts we may see (<c>name:major</c>), the most text of a stanza it takes, in bytes.</summary>
internal sealed record PeerInfo(string Instance, FrozenSet<string> Contracts, int MaxStanzaBytes)
{
    public bool Serves(string contract, int version) => Contracts.Contains($"{contract}:{version}");
}
