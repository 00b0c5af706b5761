using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.Xmpp.Network;

/// <summary>The certificate to present in the TLS handshake. Files are read anew for each, so that a renewed certificate is used from the next connection on.</summary>
internal static class ClientCertificate
{
    /// <summary>The certificate with its intermediates, or null if none is configured. What cannot be had is an <see cref="XmppAuthenticationException"/> that may heal.</summary>
    public static SslStreamCertificateContext? Load(XmppConnectionOptions options)
    {
        if (options.ClientCertificate is { } given)
            return SslStreamCertificateContext.Create(given, null, offline: true);
        if (options.ClientCertificateFile is not { } path)
            return null;
        try
        {
            var chain = new X509Certificate2Collection();
            var leaf = IsPem(path) ? LoadPem(path, options, chain) : LoadPkcs12(path, options, chain);
            return SslStreamCertificateContext.Create(leaf, chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new XmppAuthenticationException("credentials-unavailable", $"The client certificate '{path}' (ClientCertificateFile) could not be loaded with its private key: {RemoteText.Show(e.Message)}", e);
        }
    }

    private static bool IsPem(string path)
    {
        using var file = File.OpenRead(path);
        // PKCS#12 is an ASN.1 sequence
        return file.ReadByte() != 0x30;
    }

    private static X509Certificate2 LoadPem(string path, XmppConnectionOptions options, X509Certificate2Collection chain)
    {
        using var leaf = options.ClientCertificatePassword is { } password
            ? X509Certificate2.CreateFromEncryptedPemFile(path, password, options.ClientCertificateKeyFile)
            : X509Certificate2.CreateFromPemFile(path, options.ClientCertificateKeyFile);
        chain.ImportFromPemFile(path);
        // Windows' TLS cannot use a key that is in memory only
        return X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
    }

    private static X509Certificate2 LoadPkcs12(string path, XmppConnectionOptions options, X509Certificate2Collection chain)
    {
        chain.AddRange(X509CertificateLoader.LoadPkcs12CollectionFromFile(path, options.ClientCertificatePassword));
        return chain.FirstOrDefault(c => c.HasPrivateKey) ?? throw new CryptographicException("it holds no certificate with a private key.");
    }
}
