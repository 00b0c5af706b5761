using System.Net.Security;
using System.Runtime.InteropServices;
using System.Security.Authentication;
using System.Security.Authentication.ExtendedProtection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using XmppRpc.TestKit;
using XmppRpc.Xmpp.Network;

namespace XmppRpc.Xmpp.Tests.Network;

public sealed class TlsChannelBindingTests
{
    [Theory]
    [InlineData("SHA1", "pkcs1", "SHA256")]
    [InlineData("SHA256", "pkcs1", "SHA256")]
    [InlineData("SHA384", "pkcs1", "SHA384")]
    [InlineData("SHA512", "pkcs1", "SHA512")]
    [InlineData("SHA256", "pss", "SHA256")]
    [InlineData("SHA384", "pss", "SHA384")]
    [InlineData("SHA512", "pss", "SHA512")]
    [InlineData("SHA256", "ecdsa", "SHA256")]
    [InlineData("SHA384", "ecdsa", "SHA384")]
    [InlineData("SHA512", "ecdsa", "SHA512")]
    public void End_point_is_hashed_by_the_hash_of_the_signature_and_at_least_SHA256(string signed, string scheme, string expected)
    {
        using var certificate = Create(new(signed), scheme);
        Assert.Equal(CryptographicOperations.HashData(new(expected), certificate.RawData), TlsChannelBinding.HashOf(certificate));
    }

    [Theory]
    [InlineData(SslProtocols.Tls12)]
    [InlineData(SslProtocols.Tls13)]
    public async Task End_point_is_the_one_of_the_platform(SslProtocols protocol)
    {
        await using var pair = await TlsPair.CreateAsync(protocol);
        Assert.Equal(pair.Platform(ChannelBindingKind.Endpoint), TlsChannelBinding.Instance.GetData("tls-server-end-point", pair.Client));
    }

    [Fact]
    public async Task Unique_is_the_same_at_both_ends_of_TLS_1_2()
    {
        await using var pair = await TlsPair.CreateAsync(SslProtocols.Tls12);
        var client = TlsChannelBinding.Instance.GetData("tls-unique", pair.Client);
        Assert.Equal(12, client!.Length);
        Assert.Equal(TlsChannelBinding.Instance.GetData("tls-unique", pair.Server), client);
    }

    [Fact]
    public async Task Unique_is_never_used_on_TLS_1_3_F21()
    {
        await using var pair = await TlsPair.CreateAsync(SslProtocols.Tls13);
        Assert.NotEmpty(pair.Platform(ChannelBindingKind.Unique));
        Assert.Null(TlsChannelBinding.Instance.GetData("tls-unique", pair.Client));
    }

    [Fact]
    public void Clear_text_binds_nothing() => Assert.All(TlsChannelBinding.Instance.Types, type => Assert.Null(TlsChannelBinding.Instance.GetData(type, Stream.Null)));

    private static X509Certificate2 Create(HashAlgorithmName hash, string scheme)
    {
        var now = TimeProvider.System.GetUtcNow();
        if (scheme == "ecdsa")
        {
            using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return new CertificateRequest("CN=test", curve, hash).CreateSelfSigned(now, now.AddDays(1));
        }

        using var rsa = RSA.Create(2048);
        var padding = scheme == "pss" ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1;
        // .NET signs nothing by SHA-1 itself
        var request = new CertificateRequest("CN=test", rsa, hash, padding);
        return hash == HashAlgorithmName.SHA1
            ? request.Create(new("CN=test"), new Sha1Generator(rsa), now, now.AddDays(1), [1])
            : request.CreateSelfSigned(now, now.AddDays(1));
    }

    private sealed class Sha1Generator(RSA rsa) : X509SignatureGenerator
    {
        // sha1WithRSAEncryption, NULL
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => Convert.FromHexString("300D06092A864886F70D0101050500");
        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => rsa.SignData(data, HashAlgorithmName.SHA1, RSASignaturePadding.Pkcs1);
        protected override PublicKey BuildPublicKey() => new(rsa);
    }

    private sealed class TlsPair(SslStream client, SslStream server) : IAsyncDisposable
    {
        public SslStream Client => client;
        public SslStream Server => server;

        public static async Task<TlsPair> CreateAsync(SslProtocols protocol)
        {
            using var certificate = TestCertificates.Create(["example.org"]);
            var (ours, theirs) = DuplexStream.CreatePair(64 * 1024);
            var pair = new TlsPair(new(ours), new(theirs));
            await Task.WhenAll(
                pair.Client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "example.org", EnabledSslProtocols = protocol, RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.Equals(shown) }),
                pair.Server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = protocol }));
            Assert.Equal(protocol, pair.Client.SslProtocol);
            return pair;
        }

        /// <summary>What .NET says, without its header and prefix.</summary>
        public byte[] Platform(ChannelBindingKind kind)
        {
            using var token = client.TransportContext.GetChannelBinding(kind)!;
            var bytes = new byte[token.Size];
            Marshal.Copy(token.DangerousGetHandle(), bytes, 0, bytes.Length);
            return bytes[(32 + (kind is ChannelBindingKind.Unique ? "tls-unique:" : "tls-server-end-point:").Length)..];
        }

        public async ValueTask DisposeAsync()
        {
            await client.DisposeAsync();
            await server.DisposeAsync();
        }
    }
}
