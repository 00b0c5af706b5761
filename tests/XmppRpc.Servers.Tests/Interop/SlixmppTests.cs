using System.Data.Common;
using System.Globalization;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Interop;

/// <summary>slixmpp, a library in Python, as client of every XMPP server and as peer of our client. It manages its stream (XEP-0198).</summary>
public sealed class SlixmppTests(XmppServerFixture servers)
{
    /// <summary>The system's Python: Debian's python3-slixmpp is installed for no other.</summary>
    private const string Python = "/usr/bin/python3";

    private const int Count = 1000;

    public static TheoryData<ServerKind> Kinds => [ServerKind.Prosody, ServerKind.Ejabberd, ServerKind.Local];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_thousand_messages_arrive_in_order_in_both_directions_and_both_answer_pings(ServerKind kind)
    {
        await ServerPackages.EnsureSlixmppInstalledAsync();
        var server = await servers.StartAsync(kind);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        // only to end a test that would hang
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        await using var bob = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(server.ConnectionString("bob", Guid.NewGuid().ToString("N"))), deadline.Token);
        // what a library leaves unacknowledged at its end goes to the next resource of its account
        var name = "foreign" + Guid.NewGuid().ToString("N");
        await server.AddAccountAsync(name, "secret");
        var account = new DbConnectionStringBuilder { ConnectionString = server.ConnectionString(name, "desk") };
        var script = ForeignProgram.RunAsync(Python, [
            Path.Combine(AppContext.BaseDirectory, "Interop", "slixmpp_chat.py"), (string)account["Jid"], (string)account["Password"], "127.0.0.1",
            server.Port.ToString(CultureInfo.InvariantCulture), server.CertificateFile, bob.Jid.ToString(), Count.ToString(CultureInfo.InvariantCulture), ForeignProgram.Sample], deadline.Token);

        var heard = new List<string>();
        var talking = Task.CompletedTask;
        while (!script.IsCompleted)
        {
            var receiving = bob.ReceiveAsync(deadline.Token).AsTask();
            if (await Task.WhenAny(receiving, script) == script)
                break;
            if (await receiving is not Message { From: { } peer, Body: { } body })
                continue;
            heard.Add(body);
            if (heard.Count == Count)
                talking = TalkAsync(bob, peer, deadline.Token);
        }

        var said = await script;
        await talking;
        Assert.Contains($"heard: {Count} wrong: [] encrypted: True managed: True", said, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{i} {ForeignProgram.Sample}"), heard, StringComparer.Ordinal);
    }

    private static async Task TalkAsync(XmppConnection bob, Jid peer, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Count; i++)
            await bob.SendAsync(Chat(peer, $"{i} {ForeignProgram.Sample}"), cancellationToken);
        await bob.RequestAsync(new Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = peer }, cancellationToken);
        await bob.SendAsync(Chat(peer, "done"), cancellationToken);
    }

    private static Message Chat(Jid peer, string text)
    {
        var message = new Message { To = peer, Type = "chat" };
        message.Element.Add(new XmppElement("body", XmppNames.Client).WithText(text)).Add(new XmppElement("no-store", "urn:xmpp:hints"));
        return message;
    }
}
