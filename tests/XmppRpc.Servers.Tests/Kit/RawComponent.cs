using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace XmppRpc.Servers.Tests.Kit;

/// <summary>A component by hand (XEP-0114).</summary>
internal sealed class RawComponent : IAsyncDisposable
{
    private readonly TcpClient _client = new();
    private string _unread = "";

    /// <summary>A connection that has shaken hands, whether the server took it or not: <see cref="ReadToAsync"/> tells.</summary>
    public static async Task<RawComponent> OpenAsync(int port, string domain, string secret, CancellationToken cancellationToken)
    {
        var component = new RawComponent();
        await component._client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        await component.SendAsync($"<stream:stream to='{domain}' xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams'>", cancellationToken);
        await component.ReadToAsync("<stream:stream", cancellationToken);
        var header = (await component.ReadToAsync(">", cancellationToken)).Replace('"', '\'');
        var id = header.Split(" id='")[1].Split('\'')[0];
        var token = CryptographicOperations.HashData(HashAlgorithmName.SHA1, Encoding.UTF8.GetBytes(id + secret));
        await component.SendAsync($"<handshake>{Convert.ToHexStringLower(token)}</handshake>", cancellationToken);
        return component;
    }

    public Task SendAsync(string text, CancellationToken cancellationToken) => _client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).AsTask();

    /// <summary>What came, up to and with that text.</summary>
    public async Task<string> ReadToAsync(string end, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        int at;
        while ((at = _unread.IndexOf(end, StringComparison.Ordinal)) < 0)
        {
            var count = await _client.GetStream().ReadAsync(buffer, cancellationToken);
            Assert.True(count > 0, $"The stream ended after '{_unread}' where '{end}' was to come.");
            _unread += Encoding.UTF8.GetString(buffer, 0, count);
        }

        var read = _unread[..(at + end.Length)];
        _unread = _unread[read.Length..];
        return read;
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return default;
    }
}
