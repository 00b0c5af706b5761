using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.Xmpp.Network;

/// <summary>Which hash an RSASSA-PSS signature of a certificate uses: it stands in the parameters (RFC 4055 §3.1).</summary>
internal static class PssParameters
{
    /// <summary>The hash for tls-server-end-point (RFC 5929 §4.1); null for an unknown one.</summary>
    public static HashAlgorithmName? HashOf(X509Certificate2 certificate)
    {
        try
        {
            // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { OID, RSASSA-PSS-params }, … }
            var body = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
            body.ReadEncodedValue();
            var algorithm = body.ReadSequence();
            algorithm.ReadObjectIdentifier();
            var parameters = algorithm.ReadSequence();
            var hashTag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
            // the default is SHA-1
            if (!parameters.HasData || !parameters.PeekTag().HasSameClassAndValue(hashTag))
                return HashAlgorithmName.SHA256;
            return parameters.ReadSequence(hashTag).ReadSequence().ReadObjectIdentifier() switch
            {
                "1.3.14.3.2.26" or "2.16.840.1.101.3.4.2.1" => HashAlgorithmName.SHA256,
                "2.16.840.1.101.3.4.2.2" => HashAlgorithmName.SHA384,
                "2.16.840.1.101.3.4.2.3" => HashAlgorithmName.SHA512,
                _ => null,
            };
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
