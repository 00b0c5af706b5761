using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using XmppRpc.TestKit.Servers;

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
