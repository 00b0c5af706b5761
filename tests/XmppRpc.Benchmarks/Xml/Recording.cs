using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using XmppRpc.TestKit;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Benchmarks.Xml;

/// <summary>
/// Records what XMPP servers send to a client, from the stream header behind SASL on (nothing of the password is in it), as files of the test tree:
/// a session with presence, iq, disco and chat, and the stanzas of calls by size.
/// </summary>
internal static class Recording
{
    private static readonly (string Name, int Least, int Most)[] Sizes = [("rpc-200", 180, 400), ("rpc-2k", 1_600, 2_600), ("rpc-7k5", 6_800, 8_600)];

    public static string Folder => RepositoryRoot.Combine("tests/XmppRpc.Xmpp.Tests/Xml/Transcripts");

    public static async Task RecordAsync()
    {
        foreach (var kind in new[] { ServerKind.Prosody, ServerKind.Ejabberd })
        {
            await using var server = await XmppServer.StartAsync(kind);
            var name = kind.ToString().ToLowerInvariant();
            await WriteAsync($"{name}-session", await SessionAsync(server));
            var calls = await CallsAsync(server);
            foreach (var (size, least, most) in Sizes)
                await WriteAsync($"{name}-{size}", Choose(calls, least, most));
        }
    }

    private static async Task WriteAsync(string name, byte[] bytes)
    {
        await File.WriteAllBytesAsync(Path.Combine(Folder, name + ".xml"), bytes);
        Console.WriteLine($"{name}: {bytes.Length} bytes");
    }

    private static async Task<byte[]> SessionAsync(XmppServer server)
    {
        RecordingStream? recorded = null;
        await using var alice = await XmppConnection.ConnectAsync(Recorded(server, "alice", "desk", stream => recorded = stream));
        await using var bob = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(server.ConnectionString("bob", "phone", directTls: true)));
        var reading = Task.Run(async () =>
        {
            while (await alice.ReceiveAsync() is not null)
            {
            }
        });
        await alice.SendAsync(new Presence());
        foreach (var query in new[] { XmppNames.DiscoInfo, XmppNames.DiscoItems, "jabber:iq:roster" })
            await alice.RequestAsync(new Iq("get", new XmppElement("query", query)) { To = query == "jabber:iq:roster" ? null : Jid.Parse("localhost") });
        var presence = new Presence { To = alice.Jid };
        presence.Element.Add(new XmppElement("show", XmppNames.Client).WithText("away")).Add(new XmppElement("status", XmppNames.Client).WithText("Grüße aus „München“ & <Umgebung>"))
            .Add(new XmppElement("c", "http://jabber.org/protocol/caps").Set("hash", "sha-1").Set("node", "https://example.org/client").Set("ver", "QgayPKawpkPSDYmwT/WM94uAlu0="));
        await bob.SendAsync(new Presence());
        await bob.SendAsync(presence);
        for (var i = 0; i < 12; i++)
        {
            var chat = new Message { To = alice.Jid, Type = "chat", Id = $"chat{i}" };
            chat.Element.Add(new XmppElement("body", XmppNames.Client).WithText(i % 3 == 0 ? "It's \"quoted\" & <marked> up 😀" : $"Line {i} of a talk between people.\nWith a second line, and words enough to be like a chat."));
            chat.Element.Add(new XmppElement("active", "http://jabber.org/protocol/chatstates")).Add(new XmppElement("request", "urn:xmpp:receipts"));
            await bob.SendAsync(chat);
        }
        await bob.SendAsync(new Presence { Type = "unavailable" });
        await bob.CloseAsync();
        await alice.RequestAsync(new Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = Jid.Parse("localhost") });
        await alice.CloseAsync();
        await reading;
        return BehindSasl(recorded!.Recorded);
    }

    private static async Task<byte[]> CallsAsync(XmppServer server)
    {
        RecordingStream? recorded = null;
        var calleeOptions = Recorded(server, "bob", "main", stream => recorded = stream);
        await using (var callee = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = calleeOptions }))
        await using (var caller = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = XmppConnectionOptions.Parse(server.ConnectionString("alice", "desk", directTls: true)), MaxBatchBytes = 16 * 1024 }))
        {
            callee.Serve<IEcho>(new Echo());
            var echo = caller.Get<IEcho>("bob@localhost/main");
            foreach (var inFlight in new[] { 1, 1, 1, 1, 14, 14, 14, 14, 16, 16, 16, 16, 400, 400, 400 })
                await Task.WhenAll(Enumerable.Range(0, inFlight).Select(i => echo.EchoAsync($"Reading {i} of the machine: 21.5 °C, \"ok\"")));
        }
        return BehindSasl(recorded!.Recorded);
    }

    // Header and RPC messages of that size, as they came, up to eight.
    private static byte[] Choose(byte[] stream, int least, int most)
    {
        var chosen = new MemoryStream();
        var reader = new XmppReader();
        var rest = new ReadOnlySequence<byte>(stream);
        for (var (before, count) = (0L, 0); count < 8 && reader.TryRead(ref rest, out var node); before = stream.Length - rest.Length)
        {
            var length = stream.Length - rest.Length - before;
            if (node.Kind != XmppNodeKind.StreamStart && (node.Element?.Child("rpc", "urn:xmpprpc:1") is null || length < least || length > most))
                continue;
            chosen.Write(stream, (int)before, (int)length);
            count++;
        }
        return chosen.ToArray();
    }

    private static byte[] BehindSasl(byte[] recorded)
    {
        var header = recorded.AsSpan().LastIndexOf("<?xml"u8);
        return recorded[(header >= 0 ? header : recorded.AsSpan().LastIndexOf("<stream:stream"u8))..];
    }

    private static XmppConnectionOptions Recorded(XmppServer server, string user, string resource, Action<RecordingStream> opened) =>
        XmppConnectionOptions.Parse(server.ConnectionString(user, resource, directTls: true)) with
        {
            Tls = XmppTlsMode.None,
            OpenStream = async cancellationToken =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, server.DirectTlsPort, cancellationToken);
                var tls = new SslStream(new NetworkStream(socket, ownsSocket: true));
                // The XMPP server is our own child; what matters is inside.
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = XmppServer.Domain, RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null }, cancellationToken);
                var stream = new RecordingStream(tls);
                opened(stream);
                return stream;
            },
        };
}
