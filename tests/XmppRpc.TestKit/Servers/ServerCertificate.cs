using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.TestKit.Servers;

/// <summary>A self-signed certificate for <c>localhost</c> with its sub-domains and for <see cref="XmppServer.NamedDomain"/>, as PEM files in a folder.</summary>
internal sealed class ServerCertificate
{
    public ServerCertificate(string folder)
    {
        CertificateFile = Path.Combine(folder, "cert.pem");
        KeyFile = Path.Combine(folder, "key.pem");
        CertificateAndKeyFile = Path.Combine(folder, "cert-and-key.pem");

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={XmppServer.Domain}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(XmppServer.Domain);
        names.AddDnsName("*." + XmppServer.Domain);
        names.AddDnsName(XmppServer.NamedDomain);
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1", "server authentication")], critical: false));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));

        var certificatePem = certificate.ExportCertificatePem() + "\n";
        var keyPem = key.ExportPkcs8PrivateKeyPem() + "\n";
        File.WriteAllText(CertificateFile, certificatePem);
        File.WriteAllText(KeyFile, keyPem);
        File.WriteAllText(CertificateAndKeyFile, certificatePem + keyPem);
    }

    public string CertificateFile { get; }
    public string KeyFile { get; }
    public string CertificateAndKeyFile { get; }
}
