using System.Data.Common;
using System.Globalization;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Interop;

/// <summary>libstrophe, a library in C, as peer of our client behind each XMPP server. It manages its stream (XEP-0198) where that is offered.</summary>
public sealed class StropheTests(XmppServerFixture servers)
{
    private static readonly string[] Texts =
    [
        "hello",
        ForeignProgram.Sample,
        "lines\nmore\r\nof\rthem\tand tabs",
        " space around ",
        "{\"json\":\"\\u0000 \\r\\n\",\"n\":[1,2.5e-3,null]}",
        string.Concat(Enumerable.Repeat("\u00FC\"'<", 8_000)),
        new('x', 150_000),
        "last",
    ];

    public static TheoryData<ServerKind> Kinds => [ServerKind.Prosody, ServerKind.Ejabberd, ServerKind.Local];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Messages_of_all_kinds_arrive_as_they_were_sent_in_both_directions(ServerKind kind)
    {
        await ServerPackages.EnsureStropheInstalledAsync();
        var server = await servers.StartAsync(kind);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        // only to end a test that would hang
        deadline.CancelAfter(TimeSpan.FromSeconds(90));
        var folder = Directory.CreateTempSubdirectory("xmpprpc-strophe-").FullName;
        try
        {
            await using var bob = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(server.ConnectionString("bob", Guid.NewGuid().ToString("N"))), deadline.Token);
            var program = Path.Combine(folder, "strophe_chat");
            await ForeignProgram.RunAsync("gcc", ["-Wall", "-Wextra", "-Werror", "-o", program, Path.Combine(AppContext.BaseDirectory, "Interop", "strophe_chat.c"), "-lstrophe"], deadline.Token);
            for (var i = 0; i < Texts.Length; i++)
                await File.WriteAllTextAsync(Path.Combine(folder, $"out-{i}"), Texts[i], deadline.Token);

            // what a library leaves unacknowledged at its end goes to the next resource of its account
            var name = "foreign" + Guid.NewGuid().ToString("N");
            await server.AddAccountAsync(name, "secret");
            var account = new DbConnectionStringBuilder { ConnectionString = server.ConnectionString(name, "desk") };
            var running = ForeignProgram.RunAsync(program, [
                (string)account["Jid"], (string)account["Password"], "127.0.0.1", server.Port.ToString(CultureInfo.InvariantCulture), server.CertificateFile,
                bob.Jid.ToString(), folder, Texts.Length.ToString(CultureInfo.InvariantCulture)], deadline.Token);
            var talking = TalkAsync(bob, deadline.Token);
            // a program that fails never lets the other side end
            await await Task.WhenAny(running, talking);
            // libstrophe writes a carriage return as it is, and so it is read as a line feed (XML 1.0 §2.11)
            Assert.Equal(Texts.Select(Normalize), await talking, StringComparer.Ordinal);
            await running;
            for (var i = 0; i < Texts.Length; i++)
                // we write it as a reference; the real servers write the character itself again
                Assert.Equal(kind == ServerKind.Local ? Texts[i] : Normalize(Texts[i]), await File.ReadAllTextAsync(Path.Combine(folder, $"in-{i}"), deadline.Token));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Takes as many texts as there are, then sends them.</summary>
    private static async Task<List<string>> TalkAsync(XmppConnection bob, CancellationToken cancellationToken)
    {
        var heard = new List<string>();
        Jid? peer = null;
        while (heard.Count < Texts.Length)
            if (await bob.ReceiveAsync(cancellationToken) is Message { From: { } from } message)
            {
                peer = from;
                heard.Add(message.Element.Child("body", XmppNames.Client)!.Text);
            }

        foreach (var text in Texts)
        {
            var message = new Message { To = peer, Type = "chat" };
            message.Element.Add(new XmppElement("body", XmppNames.Client).WithText(text));
            await bob.SendAsync(message, cancellationToken);
        }

        return heard;
    }

    private static string Normalize(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
}
