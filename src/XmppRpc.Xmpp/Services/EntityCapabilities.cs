using System.Security.Cryptography;
using System.Text;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>
/// What a presence says about the abilities of its sender (XEP-0115): software, and the hash of its disco#info answer. It proves nothing by itself: only an answer
/// that <see cref="IsProvenBy"/> accepts may be remembered for others with the same <see cref="Ver"/>.
/// </summary>
public sealed record EntityCapabilities(string Node, string Ver, string Hash = EntityCapabilities.Sha1)
{
    private const string Sha1 = "sha-1";
    private const string Sha256 = "sha-256";

    /// <summary>The node under which the sender answers disco#info for exactly this hash.</summary>
    public string DiscoNode => $"{Node}#{Ver}";

    /// <summary>The capabilities of an entity that gives this answer, with SHA-1, which everybody uses (XEP-0115 §5.1).</summary>
    /// <exception cref="ArgumentException">The answer is ill-formed (XEP-0115 §5.4).</exception>
    public static EntityCapabilities Of(DiscoInfo info, string node) =>
        new(node, Compute(info, Sha1) ?? throw new ArgumentException("Two identities, features or forms are the same, or a '<' is in the text; no hash of XEP-0115 can stand for it.", nameof(info)));

    /// <summary>Reads the <c>c</c> of a presence; null if there is none, or one without node, hash and ver.</summary>
    public static EntityCapabilities? Read(Presence presence) => presence.Element.Child("c", XmppNames.Capabilities) is { } c
        && (c.Attribute("node"), c.Attribute("ver"), c.Attribute("hash")) is ({ Length: > 0 } node, { Length: > 0 } ver, { Length: > 0 } hash) ? new(node, ver, hash) : null;

    /// <summary>The <c>c</c> element for presence.</summary>
    public XmppElement ToElement() => new XmppElement("c", XmppNames.Capabilities).Set("hash", Hash).Set("node", Node).Set("ver", Ver);

    /// <summary>
    /// Whether an answer has this hash. False also for a hash function other than <c>sha-1</c> and <c>sha-256</c>, and for an ill-formed answer, whose hash could be
    /// that of another (XEP-0115 §5.4): it then counts for its sender only.
    /// </summary>
    public bool IsProvenBy(DiscoInfo answer) => Compute(answer, Hash) is { } ver && string.Equals(ver, Ver, StringComparison.Ordinal);

    // SHA-1 is what the protocol names; here it tells answers apart and guards no secret.
    private static string? Compute(DiscoInfo info, string hash) => Algorithm(hash) is { } algorithm && VerificationString.Of(info) is { } text
        ? Convert.ToBase64String(CryptographicOperations.HashData(algorithm, Encoding.UTF8.GetBytes(text)))
        : null;

    private static HashAlgorithmName? Algorithm(string hash) => hash switch
    {
        Sha1 => HashAlgorithmName.SHA1,
        Sha256 => HashAlgorithmName.SHA256,
        _ => null,
    };
}
