using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>The hash of what a server lists, by which SCRAM tells that nobody changed the list on its way (XEP-0474 §5.1).</summary>
internal static class OfferHash
{
    /// <summary>Whether the value of <c>h</c> fits what was received: as since version 0.4 of the XEP, or as in 0.3, which servers still speak.</summary>
    public static bool Fits(string h, SaslOffer offer, ScramHash hash) =>
        h == Of(offer, hash, '\x1E', '\x1F') || IsUnambiguous(offer) && h == Of(offer, hash, ',', '|');

    private static string Of(SaslOffer offer, ScramHash hash, char between, char beforeBindings)
    {
        var text = Join(offer.Mechanisms, between);
        if (offer.ChannelBindings is { } types)
            text += beforeBindings + Join(types, between);
        return Convert.ToBase64String(CryptographicOperations.HashData(hash.Name, Encoding.UTF8.GetBytes(text)));
    }

    // i;octet
    private static string Join(IEnumerable<string> names, char between) => string.Join(between, names.Order(StringComparer.Ordinal));

    // the delimiters of 0.3 could stand in a made-up name that hides others
    private static bool IsUnambiguous(SaslOffer offer) => offer.Mechanisms.Concat(offer.ChannelBindings ?? []).All(name => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
}
