using System.Net.Security;
using System.Security.Authentication;
using System.Security.Authentication.ExtendedProtection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.Xmpp.Network;

/// <summary>The channel bindings of RFC 5929 that .NET's TLS can tell. There is no tls-exporter: .NET shows no exported key material (F-21).</summary>
internal sealed class TlsChannelBinding : IChannelBindingProvider
{
    private const string EndPoint = "tls-server-end-point", Unique = "tls-unique";

    private TlsChannelBinding()
    {
    }

    public static TlsChannelBinding Instance { get; } = new();

    // the certificate first: tls-unique is only as good as the extended master secret (RFC 7627), and nobody tells whether that is in use
    public IReadOnlyList<string> Types { get; } = [EndPoint, Unique];

    public byte[]? GetData(string type, Stream stream) => stream is not SslStream tls ? null : type switch
    {
        EndPoint => tls.RemoteCertificate is X509Certificate2 certificate ? HashOf(certificate) : null,
        // .NET gives some bytes on TLS 1.3 too, where tls-unique is not defined
        Unique when tls.SslProtocol == SslProtocols.Tls12 => UniqueOf(tls),
        _ => null,
    };

    /// <summary>RFC 5929 §4.1: by the hash of the certificate's signature, MD5 and SHA-1 replaced by SHA-256; null where the signature has no hash of its own (Ed25519) or an unknown one.</summary>
    internal static byte[]? HashOf(X509Certificate2 certificate) => HashOfSignature(certificate) is { } hash ? certificate.GetCertHash(hash) : null;

    private static HashAlgorithmName? HashOfSignature(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        // RSA with MD5, SHA-1, SHA-256, SHA-384, SHA-512
        "1.2.840.113549.1.1.4" or "1.2.840.113549.1.1.5" or "1.2.840.113549.1.1.11" => HashAlgorithmName.SHA256,
        "1.2.840.113549.1.1.12" => HashAlgorithmName.SHA384,
        "1.2.840.113549.1.1.13" => HashAlgorithmName.SHA512,
        "1.2.840.113549.1.1.10" => PssParameters.HashOf(certificate),
        // ECDSA with SHA-1, SHA-256, SHA-384, SHA-512
        "1.2.840.10045.4.1" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
        "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
        "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static byte[]? UniqueOf(SslStream tls)
    {
        const string Prefix = "tls-unique:";
        const int SecChannelBindingsBytes = 32;
        using var token = tls.TransportContext.GetChannelBinding(ChannelBindingKind.Unique);
        if (token is null || token.IsInvalid || token.Size <= SecChannelBindingsBytes + Prefix.Length)
            return null;
        var bytes = new byte[token.Size];
        System.Runtime.InteropServices.Marshal.Copy(token.DangerousGetHandle(), bytes, 0, bytes.Length);
        return bytes[(SecChannelBindingsBytes + Prefix.Length)..];
    }
}
