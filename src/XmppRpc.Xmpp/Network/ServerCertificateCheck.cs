using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.Xmpp.Network;

/// <summary>
/// Decides whether the server's certificate is for the JID's domain, never for the host that was dialled (RFC 6120 §13.7.2, RFC 7590, RFC 9525), and says what to do when it is not.
/// Of a WebSocket, the host of its address is expected instead: who configured that said whom to trust, and it is what certificates of web servers are for (RFC 2818, RFC 7395 §6).
/// Used for one handshake. Revocation is not checked: a list that cannot be reached must not be an outage. Nothing is fetched
/// that a certificate points to, because whoever sent it is still a stranger. Names count as dNSName, and iPAddress for a domain that is one; SRVName and id-on-xmppAddr do not.
/// </summary>
internal sealed class ServerCertificateCheck
{
    private readonly XmppConnectionOptions _options;
    private readonly string _domain;
    private readonly string _whose;
    private readonly string? _fingerprint;
    private readonly X509Certificate2Collection? _trusted;

    public ServerCertificateCheck(XmppConnectionOptions options)
    {
        _options = options;
        _whose = options.WebSocket is null ? "the JID's domain" : "the host of WebSocket,";
        var name = options.WebSocket?.IdnHost ?? options.Jid.Domain;
        // DNS names in certificates and in SNI are in ASCII form
        _domain = AsciiDomain.From(name) ?? throw new XmppTlsException($"No certificate can be for {_whose} {RemoteText.Show(name)}: it is no name of a host.");
        _fingerprint = options.CertificateFingerprint is { } text ? XmppConnectionOptions.NormalizeFingerprint(text) : null;
        // read even where the fingerprint decides: a path that leads nowhere is a mistake, found today rather than on the day the fingerprint goes
        _trusted = options.TrustedCertificate is { } path ? Load(path) : null;
    }

    /// <summary>Why the certificate was refused; null while it was not.</summary>
    public string? Problem { get; private set; }

    /// <summary>What to begin the handshake with.</summary>
    public SslClientAuthenticationOptions CreateOptions(bool direct)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = _domain,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => (Problem = FindProblem(certificate as X509Certificate2, chain, errors)) is null,
            // a renegotiation of TLS 1.2 could put another certificate in the place of the one that was checked
            AllowRenegotiation = false,
            CertificateChainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true },
        };
        if (_trusted is not null)
        {
            options.CertificateChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            options.CertificateChainPolicy.CustomTrustStore.AddRange(_trusted);
        }

        // XEP-0178
        options.ClientCertificateContext = ClientCertificate.Load(_options);
        // a resumed TLS session says by whom it was begun to the server only, and would outlive a renewed certificate
        options.AllowTlsResume = options.ClientCertificateContext is null;
        // XEP-0368 §2
        if (direct)
            options.ApplicationProtocols = [new SslApplicationProtocol("xmpp-client")];
        return options;
    }

    private string? FindProblem(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
            return $"The XMPP server for {_domain} sent no certificate.";
        if (_fingerprint is not null)
        {
            var actual = certificate.GetCertHashString(HashAlgorithmName.SHA256);
            return string.Equals(actual, _fingerprint, StringComparison.OrdinalIgnoreCase)
                ? null
                : $"The XMPP server's certificate has the SHA-256 fingerprint {actual}, not the expected {_fingerprint}. If the certificate was renewed on purpose, update CertificateFingerprint.";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return DescribeChain(certificate, chain);
        // RFC 9525 §2: names in subjectAltName only, never the common name
        return certificate.MatchesHostname(_domain, allowWildcards: true, allowCommonName: false)
            ? null
            : $"The XMPP server's certificate is for {NamesIn(certificate)}, not for {_whose} {_domain}. Give the server a certificate with that name, correct {(_options.WebSocket is null ? "the Jid" : "WebSocket")}, or pin this certificate with CertificateFingerprint.";
    }

    private string DescribeChain(X509Certificate2 certificate, X509Chain? chain)
    {
        var status = chain?.ChainStatus.Select(s => s.Status).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one) ?? X509ChainStatusFlags.NoError;
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return string.Create(CultureInfo.InvariantCulture, $"The XMPP server's certificate for {_domain}, or one that it rests on, is not valid now: it is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u}. Renew it, or check this machine's clock.");
        return $"The XMPP server's certificate for {_domain}, issued by {RemoteText.Show(certificate.Issuer)}, is not trusted ({status}). "
            + (status.HasFlag(X509ChainStatusFlags.PartialChain) && _trusted is null ? "If its authority is a known one, the server does not send the certificates in between, as it must. " : "")
            + (_trusted is null ? "Set TrustedCertificate to a PEM file with its issuer or itself, or pin it with CertificateFingerprint." : "The file in TrustedCertificate holds neither its issuer nor itself.");
    }

    private static string NamesIn(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString()))).ToList();
        return names.Count == 0 ? "no DNS name at all" : RemoteText.Show(string.Join(", ", names));
    }

    private static X509Certificate2Collection Load(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new XmppTlsException($"The file '{path}' in TrustedCertificate could not be read as PEM certificates: {e.Message}", e);
        }

        return certificates.Count > 0 ? certificates : throw new XmppTlsException($"The file '{path}' in TrustedCertificate holds no PEM certificate.");
    }
}
