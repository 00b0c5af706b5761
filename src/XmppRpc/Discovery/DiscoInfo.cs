using System.Collections.Frozen;
using System.Globalization;
using XmppRpc.Frames;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Discovery;

/// <summary>
/// What an endpoint says of itself by disco#info (XEP-0030): a feature for each contract the asker may see, and a form (XEP-0128) with the instance.
/// An asker that may see nothing gets an empty answer.
/// </summary>
internal static class DiscoInfo
{
    private const int MaxContracts = 4096;

    public static XmppElement Write(PeerInfo info, string? node)
    {
        var query = new XmppElement("query", XmppNames.DiscoInfo).Set("node", node);
        if (info.Contracts.Count == 0)
            return query;
        query.Add(new XmppElement("identity", XmppNames.DiscoInfo).Set("category", "automation").Set("type", "rpc"));
        foreach (var feature in new[] { XmppNames.DiscoInfo, XmppNames.Ping, FrameNames.Namespace })
            query.Add(Feature(feature));
        foreach (var contract in info.Contracts.Order(StringComparer.Ordinal))
            query.Add(Feature(FrameNames.ContractFeature + contract));
        return query.Add(new XmppElement("x", XmppNames.DataForms).Set("type", "result")
            .Add(Field("FORM_TYPE", FrameNames.Namespace).Set("type", "hidden"))
            .Add(Field("in", info.Instance))
            .Add(Field("max", info.MaxStanzaBytes.ToString(CultureInfo.InvariantCulture))));
    }

    /// <summary>Reads an answer; one without our form is of a peer that is no endpoint, or shows us nothing: it has no contracts.</summary>
    public static PeerInfo Read(XmppElement? query)
    {
        var contracts = query?.Children
            .Where(child => child.Is("feature", XmppNames.DiscoInfo))
            .Select(child => child.Attribute("var"))
            .Where(feature => feature is not null && feature.StartsWith(FrameNames.ContractFeature, StringComparison.Ordinal))
            .Select(feature => feature![FrameNames.ContractFeature.Length..])
            .Take(MaxContracts)
            .ToFrozenSet(StringComparer.Ordinal) ?? FrozenSet<string>.Empty;
        var form = query?.Children.FirstOrDefault(child => child.Is("x", XmppNames.DataForms) && Value(child, "FORM_TYPE") == FrameNames.Namespace);
        return form is not null && Value(form, "in") is { } instance && CallId.IsInstance(instance)
            ? new PeerInfo(instance, contracts, int.TryParse(Value(form, "max"), CultureInfo.InvariantCulture, out var max) ? max : int.MaxValue)
            : new PeerInfo(CallId.NewInstance(), FrozenSet<string>.Empty, int.MaxValue);
    }

    private static XmppElement Feature(string name) => new XmppElement("feature", XmppNames.DiscoInfo).Set("var", name);

    private static XmppElement Field(string name, string value) =>
        new XmppElement("field", XmppNames.DataForms).Set("var", name).Add(new XmppElement("value", XmppNames.DataForms).WithText(value));

    private static string? Value(XmppElement form, string name) =>
        form.Children.FirstOrDefault(child => child.Is("field", XmppNames.DataForms) && child.Attribute("var") == name)?.Child("value", XmppNames.DataForms)?.Text;
}
