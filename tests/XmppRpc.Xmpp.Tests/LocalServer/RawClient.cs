using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using XmppRpc.LocalServer;
using XmppRpc.Xmpp.Tests.Sasl;

namespace XmppRpc.Xmpp.Tests.LocalServer;

/// <summary>A client that says exactly what a test tells it to, right or wrong.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    public const string Header = "<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    public const string Sasl = "urn:ietf:params:xml:ns:xmpp-sasl";
    private const string EndOfFeatures = "</stream:features>";

    private readonly CancellationTokenSource _deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private Stream _stream;
    private string _unread = "";

    private RawClient(Stream stream)
    {
        _stream = stream;
        // only to end a test that would hang
        _deadline.CancelAfter(TimeSpan.FromSeconds(60));
    }

    public static async Task<RawClient> ConnectAsync(LocalXmppServer server) => new(await server.OpenInMemoryAsync());

    public static RawClient Connect(Stream stream) => new(stream);

    /// <summary>A client that is through with TLS and has read the SASL features.</summary>
    public static async Task<RawClient> EncryptAsync(LocalXmppServer server)
    {
        var client = await ConnectAsync(server);
        await client.SendAsync(Header);
        await client.ReadToAsync(EndOfFeatures);
        await client.SendAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        await client.ReadToAsync("<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
        var tls = new SslStream(client._stream);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate!.GetCertHashString() == server.Certificate.GetCertHashString() }, client._deadline.Token);
        client._stream = tls;
        await client.SendAsync(Header);
        await client.ReadToAsync(EndOfFeatures);
        return client;
    }

    /// <summary>A client that has logged in and has read the features that offer binding.</summary>
    public static async Task<RawClient> LogInAsync(LocalXmppServer server, string user, string password)
    {
        var client = await EncryptAsync(server);
        await AuthenticateAsync(client, user, password);
        await client.SendAsync(Header);
        await client.ReadToAsync(EndOfFeatures);
        return client;
    }

    /// <summary>Logs in, up to the point where the client opens its stream anew.</summary>
    public static async Task AuthenticateAsync(RawClient client, string user, string password)
    {
        var scram = Scram.Client("SHA1", user, password, "abc");
        await client.SendAsync($"<auth xmlns='{Sasl}' mechanism='SCRAM-SHA-1'>{Convert.ToBase64String(scram.Start())}</auth>");
        var challenge = Inner(await client.ReadToAsync("</challenge>"));
        await client.SendAsync($"<response xmlns='{Sasl}'>{Convert.ToBase64String(scram.Respond(Convert.FromBase64String(challenge)))}</response>");
        scram.Complete(Convert.FromBase64String(Inner(await client.ReadToAsync("</success>"))));
    }

    /// <summary>A client with a resource.</summary>
    public static async Task<RawClient> BindAsync(LocalXmppServer server, string user, string password, string resource)
    {
        var client = await LogInAsync(server, user, password);
        await client.SendAsync($"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{resource}</resource></bind></iq>");
        await client.ReadToAsync("</iq>");
        return client;
    }

    /// <summary>A client with a resource and a managed stream (XEP-0198), and the id by which it is resumed.</summary>
    public static async Task<(RawClient Client, string Id)> ManageAsync(LocalXmppServer server, string user, string password, string resource)
    {
        var client = await BindAsync(server, user, password, resource);
        await client.SendAsync("<enable xmlns='urn:xmpp:sm:3' resume='true'/>");
        await client.ReadToAsync("<enabled xmlns='urn:xmpp:sm:3' id='");
        var id = (await client.ReadToAsync("'"))[..^1];
        await client.ReadToAsync("/>");
        return (client, id);
    }

    /// <summary>A component that has read the server's header, with the id of its stream.</summary>
    public static async Task<(RawClient Component, string StreamId)> OpenComponentAsync(LocalXmppServer server, string domain)
    {
        var component = new RawClient(await server.OpenComponentInMemoryAsync());
        await component.SendAsync($"<stream:stream to='{domain}' xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>");
        await component.ReadToAsync(" id='");
        var id = (await component.ReadToAsync("'"))[..^1];
        return (component, id);
    }

    public static string Handshake(string streamId, string secret) =>
        $"<handshake>{Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.SHA1, Encoding.UTF8.GetBytes(streamId + secret)))}</handshake>";

    /// <summary>A connected component.</summary>
    public static async Task<RawClient> ConnectComponentAsync(LocalXmppServer server, string domain, string secret)
    {
        var (component, id) = await OpenComponentAsync(server, domain);
        await component.SendAsync(Handshake(id, secret));
        await component.ReadToAsync("<handshake/>");
        return component;
    }

    public async Task SendAsync(string text)
    {
        await _stream.WriteAsync(Encoding.UTF8.GetBytes(text), _deadline.Token);
        await _stream.FlushAsync(_deadline.Token);
    }

    /// <summary>What came, up to and with that text.</summary>
    public async Task<string> ReadToAsync(string end)
    {
        var buffer = new byte[4096];
        int at;
        while ((at = _unread.IndexOf(end, StringComparison.Ordinal)) < 0)
        {
            var count = await _stream.ReadAsync(buffer, _deadline.Token);
            Assert.True(count > 0, $"The stream ended after '{_unread}' where '{end}' was to come.");
            _unread += Encoding.UTF8.GetString(buffer, 0, count);
        }

        var read = _unread[..(at + end.Length)];
        _unread = _unread[read.Length..];
        return read;
    }

    /// <summary>What came until the server closed the byte stream.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var buffer = new byte[4096];
        int count;
        while ((count = await _stream.ReadAsync(buffer, _deadline.Token)) > 0)
            _unread += Encoding.UTF8.GetString(buffer, 0, count);
        return _unread;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _deadline.Dispose();
    }

    private static string Inner(string element) => element[(element.IndexOf('>', StringComparison.Ordinal) + 1)..element.LastIndexOf('<')];
}
