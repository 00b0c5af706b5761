using System.Buffers;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>What an entity is and can do: the answer to disco#info (XEP-0030 §3, with forms as of XEP-0128). Lists are in the order of the wire; what is read is bounded by <see cref="XmppReaderLimits"/>.</summary>
public sealed record DiscoInfo
{
    /// <summary>The node that was asked about, or null for the entity itself.</summary>
    public string? Node { get; init; }

    /// <summary>What the entity is.</summary>
    public IReadOnlyList<XmppIdentity> Identities { get; init; } = [];

    /// <summary>The protocols it speaks.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>What else it tells.</summary>
    public IReadOnlyList<XmppForm> Forms { get; init; } = [];

    /// <summary>What others are told about an entity: its own features, and those of the services it answers.</summary>
    /// <exception cref="ArgumentException">The entity has no identity, says something twice, has a form without <c>FORM_TYPE</c>, or text that XML or the hash of XEP-0115 cannot take.</exception>
    public static DiscoInfo Of(XmppEntity entity)
    {
        var info = new DiscoInfo { Identities = entity.Identities, Features = [.. ServiceFeatures(entity).Union(entity.Features, StringComparer.Ordinal)], Forms = entity.Forms };
        if (entity.Identities.Count == 0)
            throw new ArgumentException("The entity has no identity; XEP-0030 demands one, for example client/bot.", nameof(entity));
        if (entity.Features.Distinct(StringComparer.Ordinal).Count() != entity.Features.Count)
            throw new ArgumentException("The entity names a feature twice.", nameof(entity));
        if (VerificationString.Of(info, strict: true) is null)
            throw new ArgumentException("The entity has an identity twice, two forms of one FORM_TYPE, a form without a hidden FORM_TYPE of one value, or a '<' in its text; no hash of XEP-0115 can stand for it.", nameof(entity));
        XmppWriter.WriteElement(new ArrayBufferWriter<byte>(), info.ToElement(), XmppNames.Client);
        return info;
    }

    /// <summary>Reads a <c>query</c>; null if the element is none. Identities without category or type and features without a name are left out.</summary>
    public static DiscoInfo? Read(XmppElement? query) => query is null || !query.Is("query", XmppNames.DiscoInfo) ? null : new()
    {
        Node = query.Attribute("node"),
        Identities = [.. query.Children.Where(child => child.Is("identity", XmppNames.DiscoInfo)).Select(ReadIdentity).OfType<XmppIdentity>()],
        Features = [.. query.Children.Where(child => child.Is("feature", XmppNames.DiscoInfo)).Select(feature => feature.Attribute("var")).Where(name => !string.IsNullOrEmpty(name))!],
        Forms = DataForms.ReadAll(query),
    };

    /// <summary>Whether a feature is named. Looks through the list; for many questions make a set of <see cref="Features"/>.</summary>
    public bool Supports(string feature) => Features.Contains(feature, StringComparer.Ordinal);

    /// <summary>Whether there is such an identity.</summary>
    public bool Is(string category, string type) => Identities.Any(identity => string.Equals(identity.Category, category, StringComparison.Ordinal) && string.Equals(identity.Type, type, StringComparison.Ordinal));

    /// <summary>The first form with that <c>FORM_TYPE</c>, or null.</summary>
    public XmppForm? Form(string formType) => Forms.FirstOrDefault(form => string.Equals(form.FormType, formType, StringComparison.Ordinal));

    /// <summary>The <c>query</c> element.</summary>
    public XmppElement ToElement()
    {
        var query = new XmppElement("query", XmppNames.DiscoInfo).Set("node", Node);
        foreach (var identity in Identities)
        {
            var element = new XmppElement("identity", XmppNames.DiscoInfo).Set("category", identity.Category).Set("type", identity.Type).Set("name", identity.Name);
            query.Add(identity.Language is null ? element : element.Add(new XmppAttribute("lang", XmppNames.Xml, identity.Language)));
        }
        foreach (var feature in Features)
            query.Add(new XmppElement("feature", XmppNames.DiscoInfo).Set("var", feature));
        foreach (var form in Forms)
            query.Add(form.ToElement());
        return query;
    }

    private static XmppIdentity? ReadIdentity(XmppElement identity) => (identity.Attribute("category"), identity.Attribute("type")) is ({ Length: > 0 } category, { Length: > 0 } type)
        ? new(category, type, identity.Attribute("name"), identity.Attributes.FirstOrDefault(attribute => attribute is { Name: "lang", Namespace: XmppNames.Xml }).Value)
        : null;

    private static IEnumerable<string> ServiceFeatures(XmppEntity entity)
    {
        yield return XmppNames.DiscoInfo;
        yield return XmppNames.DiscoItems;
        yield return XmppNames.Ping;
        if (entity.CapabilitiesNode is not null)
            yield return XmppNames.Capabilities;
        if (entity.Software is not null)
            yield return XmppNames.Version;
        if (entity.TellsTime)
            yield return XmppNames.Time;
    }
}
