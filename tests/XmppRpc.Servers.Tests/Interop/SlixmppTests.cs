using System.Diagnostics;
using System.Globalization;
using XmppRpc.LocalServer;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Interop;

/// <summary>slixmpp, a library that shares no code with this project, as client of the local server and as peer of our client.</summary>
public sealed class SlixmppTests
{
    /// <summary>The system's Python: Debian's python3-slixmpp is installed for no other.</summary>
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task Slixmpp_logs_in_to_the_local_server_and_chats_with_our_client()
    {
        var token = TestContext.Current.CancellationToken;
        await ServerPackages.EnsureSlixmppInstalledAsync();
        await using var server = await LocalXmppServer.StartAsync(cancellationToken: token);
        server.AddAccount("slix", "secret");
        await using var bot = await XmppConnection.ConnectAsync(XmppConnectionOptions.Parse(server.AddAccount("bot", "secret")), token);
        var certificate = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + ".pem");
        server.SaveCertificate(certificate);
        try
        {
            using var slixmpp = Start(Path.Combine(AppContext.BaseDirectory, "Interop", "slixmpp_chat.py"),
                "slix@localhost/desk", "secret", "127.0.0.1", server.Port.ToString(CultureInfo.InvariantCulture), certificate, bot.Jid.ToString());
            var output = ReadAsync(slixmpp, token);
            var answering = AnswerAsync(bot, token);
            // a script that fails never lets the bot hear it
            Assert.True(await Task.WhenAny(output, answering) == answering, output.IsCompleted ? await output : "");
            Assert.Equal("hello from slixmpp", await answering);
            Assert.Contains($"{bot.Jid} hello <&> \u00FC True", await output, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(certificate);
        }
    }

    private static async Task<string> AnswerAsync(XmppConnection bot, CancellationToken cancellationToken)
    {
        while (true)
            if (await bot.ReceiveAsync(cancellationToken) is Message message)
            {
                var answer = new Message { To = message.From, Type = "chat" };
                answer.Element.Add(new XmppElement("body", XmppNames.Client).WithText("hello <&> \u00FC"));
                await bot.SendAsync(answer, cancellationToken);
                return message.Element.Child("body", XmppNames.Client)!.Text;
            }
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Python, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["PYTHONIOENCODING"] = "utf-8" } })!;

    /// <summary>All that the process says until it ends; it is killed when the test is cancelled.</summary>
    private static async Task<string> ReadAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return await output + await errors;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
