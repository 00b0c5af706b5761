using System.Collections.Frozen;

namespace XmppRpc.Xmpp;

/// <summary>
/// What a connection answers for itself when others ask: ping (XEP-0199), service discovery (XEP-0030), and, where told, version and time. Any other request
/// is refused with <c>service-unavailable</c> (RFC 6120 §8.4), unless <see cref="HandledNamespaces"/> keeps it for the program. Immutable.
/// </summary>
public sealed record XmppEntity
{
    /// <summary>What this entity is; at least one. Default <c>client</c>/<c>bot</c>.</summary>
    public IReadOnlyList<XmppIdentity> Identities { get; init; } = [new("client", "bot")];

    /// <summary>Features beside those of the services that are answered here, which are added by themselves. Default none.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Forms that tell more (XEP-0128), each of type <c>result</c> with a <c>FORM_TYPE</c> of its own. Default none.</summary>
    public IReadOnlyList<XmppForm> Forms { get; init; } = [];

    /// <summary>A URI that names the software, for entity capabilities (XEP-0115) in presence, or null for none. Default null.</summary>
    public string? CapabilitiesNode { get; init; }

    /// <summary>The software that is told to everybody who asks (XEP-0092), or null to tell nothing. Default null: versions help attackers.</summary>
    public SoftwareVersion? Software { get; init; }

    /// <summary>Whether the local time and its offset from UTC are told (XEP-0202). Default false.</summary>
    public bool TellsTime { get; init; }

    /// <summary>Namespaces of the payloads that the program itself answers; such requests are received like messages. Default none.</summary>
    public IReadOnlySet<string> HandledNamespaces { get; init; } = FrozenSet<string>.Empty;
}
