using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Xmpp.Tests.Network;

/// <summary>Certificates made for one test.</summary>
internal static class TestCertificates
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    /// <summary>A server certificate for those DNS names, signed by <paramref name="issuer"/> or by itself.</summary>
    public static X509Certificate2 Create(string[] names, X509Certificate2? issuer = null, bool expired = false, string subject = "CN=test", X509Extension? extension = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (names.Length > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
                alternatives.AddDnsName(name);
            request.CertificateExtensions.Add(alternatives.Build());
        }

        if (extension is not null)
            request.CertificateExtensions.Add(extension);
        var (from, to) = expired ? (Now.AddDays(-20), Now.AddDays(-10)) : (Now.AddDays(-1), Now.AddDays(10));
        using var issuerKey = issuer?.GetECDsaPrivateKey();
        // by its key alone, so that one that may not sign can be made to
        using var made = issuer is null ? request.CreateSelfSigned(from, to) : request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey!), from, to, RandomNumberGenerator.GetBytes(8));
        using var owned = made.HasPrivateKey ? made : made.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(owned.Export(X509ContentType.Pkcs12), null);
    }

    public static X509Certificate2 CreateAuthority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(Now.AddDays(-30), Now.AddDays(30));
    }

    /// <summary>subjectAltName with that SRVName (RFC 4985) and id-on-xmppAddr (RFC 6120 §13.7.1.4), and no other name.</summary>
    public static X509Extension OtherNames(string service, string xmppAddress)
    {
        var names = new AsnWriter(AsnEncodingRules.DER);
        using (names.PushSequence())
        {
            Write("1.3.6.1.5.5.7.8.7", UniversalTagNumber.IA5String, service);
            Write("1.3.6.1.5.5.7.8.5", UniversalTagNumber.UTF8String, xmppAddress);
        }

        return new(new Oid("2.5.29.17"), names.Encode(), critical: false);

        void Write(string type, UniversalTagNumber tag, string value)
        {
            var explicitTag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
            using (names.PushSequence(explicitTag))
            {
                names.WriteObjectIdentifier(type);
                using (names.PushSequence(explicitTag))
                    names.WriteCharacterString(tag, value);
            }
        }
    }

    /// <summary>A client certificate with these XMPP addresses and an exportable key.</summary>
    public static X509Certificate2 CreateClient(params string[] addresses)
    {
        var folder = Directory.CreateTempSubdirectory("xmpprpc-clients-");
        try
        {
            return new ClientAuthority(folder.FullName).Issue(addresses);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
