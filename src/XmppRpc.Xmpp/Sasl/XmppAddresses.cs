using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>The JIDs in a certificate: id-on-xmppAddr in the subject alternative name (RFC 6120 §13.7.1.4).</summary>
internal static class XmppAddresses
{
    private const string IdOnXmppAddr = "1.3.6.1.5.5.7.8.5";

    /// <summary>As they are written there; none if the extension is missing or malformed.</summary>
    public static IReadOnlyList<string> In(X509Certificate2 certificate)
    {
        var found = new List<string>();
        try
        {
            foreach (var extension in certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>())
            {
                // GeneralNames; otherName is [0] { type-id, [0] value }
                var otherName = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
                for (var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence(); names.HasData;)
                    if (!names.PeekTag().HasSameClassAndValue(otherName))
                        names.ReadEncodedValue();
                    else if (names.ReadSequence(otherName) is var name && name.ReadObjectIdentifier() == IdOnXmppAddr)
                        found.Add(name.ReadSequence(otherName).ReadCharacterString(UniversalTagNumber.UTF8String));
            }
        }
        catch (AsnContentException)
        {
            return [];
        }

        return found;
    }
}
