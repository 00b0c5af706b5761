using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.Xmpp.Tests.Network;

/// <summary>Certificates made for one test.</summary>
internal static class TestCertificates
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    /// <summary>A server certificate for those DNS names, signed by <paramref name="issuer"/> or by itself.</summary>
    public static X509Certificate2 Create(string[] names, X509Certificate2? issuer = null, bool expired = false, string subject = "CN=test")
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

        var (from, to) = expired ? (Now.AddDays(-20), Now.AddDays(-10)) : (Now.AddDays(-1), Now.AddDays(10));
        using var made = issuer is null ? request.CreateSelfSigned(from, to) : request.Create(issuer, from, to, RandomNumberGenerator.GetBytes(8));
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

    /// <summary>A client certificate with these XMPP addresses (RFC 6120 §13.7.1.4), signed by <paramref name="issuer"/> or by itself.</summary>
    public static X509Certificate2 CreateClient(string[] addresses, X509Certificate2? issuer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test client", key, HashAlgorithmName.SHA256);
        if (addresses.Length > 0)
            request.CertificateExtensions.Add(XmppAddresses(addresses));
        using var made = issuer is null ? request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(10)) : request.Create(issuer, Now.AddDays(-1), Now.AddDays(10), RandomNumberGenerator.GetBytes(8));
        using var owned = made.HasPrivateKey ? made : made.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(owned.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private static X509Extension XmppAddresses(string[] addresses)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        var zero = new Asn1Tag(TagClass.ContextSpecific, 0);
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, "client.example.org", new Asn1Tag(TagClass.ContextSpecific, 2));
            foreach (var address in addresses)
                using (writer.PushSequence(zero))
                {
                    writer.WriteObjectIdentifier("1.3.6.1.5.5.7.8.5");
                    using (writer.PushSequence(zero))
                        writer.WriteCharacterString(UniversalTagNumber.UTF8String, address);
                }
        }

        return new("2.5.29.17", writer.Encode(), critical: false);
    }
}
