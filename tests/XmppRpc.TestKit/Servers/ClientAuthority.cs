using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.TestKit.Servers;

/// <summary>An authority of our own for client certificates, its certificate as a PEM file in a folder.</summary>
public sealed class ClientAuthority
{
    private readonly X509Certificate2 authority;

    /// <summary>Makes a new authority.</summary>
    public ClientAuthority(string folder)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test clients", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        authority = request.CreateSelfSigned(now.AddDays(-2), now.AddDays(30));
        AuthorityFile = Path.Combine(folder, "clients.pem");
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem() + "\n");
    }

    /// <summary>The PEM file that a server trusts.</summary>
    public string AuthorityFile { get; }

    /// <summary>A certificate with its exportable key and these JIDs as XMPP addresses (RFC 6120 §13.7.1.4).</summary>
    public X509Certificate2 Issue(IReadOnlyList<string> jids)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test client", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2", "client authentication")], critical: false));
        if (jids.Count > 0)
            request.CertificateExtensions.Add(XmppAddresses(jids));
        using var issued = request.Create(authority, now.AddDays(-1), now.AddDays(10), RandomNumberGenerator.GetBytes(8));
        using var owned = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(owned.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private static X509Extension XmppAddresses(IReadOnlyList<string> jids)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        var zero = new Asn1Tag(TagClass.ContextSpecific, 0);
        using (writer.PushSequence())
            foreach (var jid in jids)
                using (writer.PushSequence(zero))
                {
                    writer.WriteObjectIdentifier("1.3.6.1.5.5.7.8.5");
                    using (writer.PushSequence(zero))
                        writer.WriteCharacterString(UniversalTagNumber.UTF8String, jid);
                }

        return new("2.5.29.17", writer.Encode(), critical: false);
    }
}
