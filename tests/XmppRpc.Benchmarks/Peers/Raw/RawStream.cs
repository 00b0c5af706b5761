using System.Data.Common;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using XmppRpc.Xmpp;

namespace XmppRpc.Benchmarks.Peers.Raw;

/// <summary>A logged-in XML stream without any parsing: answers are looked for by their text.</summary>
internal sealed class RawStream : IAsyncDisposable
{
    private const string SaslNamespace = "urn:ietf:params:xml:ns:xmpp-sasl";

    // IPPROTO_TCP and TCP_QUICKACK of Linux's <netinet/tcp.h>: without it stock Prosody waits 40 ms for us, and the comparison would not be fair.
    private const int TcpLevel = 6, QuickAck = 12;
    private static readonly byte[] On = BitConverter.GetBytes(1);

    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private Stream _stream;
    private EndTagCounter _ends;

    private RawStream(Socket socket) => (_socket, _stream) = (socket, new NetworkStream(socket, ownsSocket: true));

    public static async Task<RawStream> ConnectAsync(string address, bool tls)
    {
        var values = new DbConnectionStringBuilder { ConnectionString = address };
        var jid = Jid.Parse((string)values["Jid"]);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        RawStream? raw = null;
        try
        {
            await socket.ConnectAsync(IPEndPoint.Parse((string)values["Host"]));
            raw = new(socket);
            using var certificate = X509CertificateLoader.LoadCertificateFromFile((string)values["TrustedCertificate"]);
            await raw.LogInAsync(jid, (string)values["Password"], tls ? certificate : null);
            return raw;
        }
        catch
        {
            if (raw is not null)
                await raw.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes);

    /// <summary>Waits until one or more stanzas have come to their end.</summary>
    public async ValueTask<int> ReadStanzasAsync()
    {
        while (true)
        {
            var read = await ReadAsync();
            if (_ends.Count(_buffer.AsSpan(0, read)) is > 0 and var count)
                return count;
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private async Task LogInAsync(Jid jid, string password, X509Certificate2? certificate)
    {
        if (certificate is not null)
        {
            await OpenAsync(jid);
            await AskAsync("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "<proceed");
            var encrypted = new SslStream(_stream, leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(certificate.RawDataMemory.Span));
            _stream = encrypted;
            await encrypted.AuthenticateAsClientAsync(jid.Domain);
        }
        var scram = new RawScram(await OpenAsync(jid), jid.Local!, password);
        var challenge = await AskAsync($"<auth xmlns='{SaslNamespace}' mechanism='{scram.Mechanism}'>{Base64(scram.First)}</auth>", "</challenge>");
        var final = scram.Answer(Encoding.UTF8.GetString(Convert.FromBase64String(challenge[(challenge.LastIndexOf("'>", StringComparison.Ordinal) is >= 0 and var at ? at + 2 : challenge.IndexOf('>', StringComparison.Ordinal) + 1)..challenge.LastIndexOf("</", StringComparison.Ordinal)])));
        await AskAsync($"<response xmlns='{SaslNamespace}'>{Base64(final)}</response>", "</success>");
        await OpenAsync(jid);
        await AskAsync($"<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>{jid.Resource}</resource></bind></iq>", "</iq>");
        await AskAsync("<presence/>", "<presence");
    }

    private Task<string> OpenAsync(Jid jid) => AskAsync(
        $"<?xml version='1.0'?><stream:stream to='{jid.Domain}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>", "</stream:features>");

    private async Task<string> AskAsync(string text, string end)
    {
        await WriteAsync(Encoding.UTF8.GetBytes(text));
        var answer = new StringBuilder();
        while (true)
        {
            answer.Append(Encoding.UTF8.GetString(_buffer, 0, await ReadAsync()));
            var soFar = answer.ToString();
            if (soFar.Contains(end, StringComparison.Ordinal))
                return soFar;
            if (soFar.Contains("<failure", StringComparison.Ordinal) || soFar.Contains("stream:error", StringComparison.Ordinal))
                throw new InvalidOperationException($"The XMPP server refused: {soFar}");
        }
    }

    private async ValueTask<int> ReadAsync()
    {
        if (OperatingSystem.IsLinux())
            _socket.SetRawSocketOption(TcpLevel, QuickAck, On);
        return await _stream.ReadAsync(_buffer) is > 0 and var read ? read : throw new EndOfStreamException("The XMPP server closed the stream.");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
