using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>The byte stream that a login runs over, as far as a login depends on it.</summary>
/// <param name="IsEncrypted">Whether it is TLS, with a server certificate that was verified.</param>
/// <param name="Stream">The byte stream itself.</param>
/// <param name="ClientCertificate">The certificate that was presented in the TLS handshake, or null.</param>
/// <param name="Providers">Who can bind to it, the preferred one first.</param>
internal sealed record BoundChannel(bool IsEncrypted, Stream Stream, X509Certificate2? ClientCertificate, IReadOnlyList<IChannelBindingProvider> Providers)
{
    /// <summary>What a server that offers -PLUS without a list is bound to (RFC 5802 §6.1).</summary>
    private static readonly IReadOnlyList<string> Default = ["tls-unique"];

    /// <summary>Whether any type at all can be bound here.</summary>
    public bool CanBind => Find(_ => true) is not null;

    /// <summary>The preferred binding of a type that the server lists (XEP-0440; null: no list); null if there is none.</summary>
    public ChannelBinding? Find(IReadOnlyList<string>? listed) => Find(type => (listed ?? Default).Contains(type, StringComparer.Ordinal));

    private ChannelBinding? Find(Func<string, bool> isWanted)
    {
        foreach (var provider in Providers)
            foreach (var type in provider.Types.Where(isWanted))
                if (provider.GetData(type, Stream) is { Length: > 0 } data)
                    return ChannelBinding.Of(type, data);
        return null;
    }
}
