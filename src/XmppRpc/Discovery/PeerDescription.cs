using System.Collections.Frozen;
using System.Globalization;
using XmppRpc.Frames;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Discovery;

/// <summary>
/// What an endpoint says of itself by disco#info (XEP-0030): a feature for each contract the asker may see, and a form (XEP-0128) with the instance.
/// An asker that may see nothing gets an empty answer.
/// </summary>
internal static class PeerDescription
{
    private const int MaxContracts = 4096;

    public static XmppElement Write(PeerInfo info, string? node) => (info.Contracts.Count == 0 ? new DiscoInfo { Node = node } : new DiscoInfo
    {
        Node = node,
        Identities = [new("automation", "rpc")],
        Features = [XmppNames.DiscoInfo, XmppNames.Ping, FrameNames.Namespace, .. info.Contracts.Order(StringComparer.Ordinal).Select(contract => FrameNames.ContractFeature + contract)],
        Forms = [XmppForm.Of("result", FrameNames.Namespace, ("in", info.Instance), ("max", info.MaxStanzaBytes.ToString(CultureInfo.InvariantCulture)))],
    }).ToElement();

    /// <summary>Reads an answer; one without our form is of a peer that is no endpoint, or shows us nothing: it has no contracts.</summary>
    public static PeerInfo Read(XmppElement? query)
    {
        if (DiscoInfo.Read(query) is not { } info || info.Form(FrameNames.Namespace) is not { } form || form.Value("in") is not { } instance || !CallId.IsInstance(instance))
            return new PeerInfo(CallId.NewInstance(), FrozenSet<string>.Empty, int.MaxValue);
        var contracts = info.Features
            .Where(feature => feature.StartsWith(FrameNames.ContractFeature, StringComparison.Ordinal))
            .Select(feature => feature[FrameNames.ContractFeature.Length..])
            .Take(MaxContracts)
            .ToFrozenSet(StringComparer.Ordinal);
        return new PeerInfo(instance, contracts, int.TryParse(form.Value("max"), CultureInfo.InvariantCulture, out var max) ? max : int.MaxValue);
    }
}
