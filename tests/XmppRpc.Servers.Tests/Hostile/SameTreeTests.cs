using System.Globalization;
using System.Text;
using XmppRpc.Servers.Tests.Calls;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Hostile;

/// <summary>
/// What is written here and goes through an XMPP server is read here as the same tree, but for <c>from</c>, <c>xml:lang</c>, line breaks in attributes and carriage returns.
/// So our writer, the server's parser, its writer and our reader agree. <c>XMPPRPC_RELAYED</c> says how many stanzas for each server, 2,000 unless given.
/// </summary>
public sealed class SameTreeTests(XmppServerFixture servers)
{
    private const int Window = 100;
    private static readonly int Stanzas = int.TryParse(Environment.GetEnvironmentVariable("XMPPRPC_RELAYED"), NumberStyles.None, CultureInfo.InvariantCulture, out var stanzas) ? stanzas : 2_000;

    private static readonly string[] Names = ["a", "body", "x-1._", "\u00E4\u00F6", "rpc", "error", "stream"];
    private static readonly string[] Namespaces = ["urn:a", "urn:b", "jabber:client", "urn:xmpprpc:1", "a&b'c\"d", "\u20AC", "jabber:x:data", "http://etherx.jabber.org/streams"];
    private static readonly string[] Pieces = ["x", "<", ">", "&", "'", "\"", "]]>", "\n", "\t", " ", "\u00E4", "\u20AC", "\U0001D11E", "\uFEFF", "\uFFFD", "&amp;", "&#65;", "<![CDATA[", "{\"a\":1}", "`", "\u0085", "\u2028", "\r"];

    [Theory]
    [InlineData(ServerKind.Prosody)]
    [InlineData(ServerKind.Ejabberd)]
    [InlineData(ServerKind.Local)]
    public async Task What_was_written_arrives_as_the_same_tree(ServerKind kind)
    {
        await using var sender = await RawPeer.ConnectAsync(await servers.ConnectionAsync(kind, "alice", "same-tree"));
        await using var receiver = await RawPeer.ConnectAsync(await servers.ConnectionAsync(kind, "bob", "same-tree"));
        var random = new Random(17);
        for (var first = 0; first < Stanzas; first += Window)
        {
            var sent = Enumerable.Range(first, Math.Min(Window, Stanzas - first)).Select(number => Message(random, receiver.Jid, number)).ToList();
            foreach (var message in sent)
                await sender.SendAsync(message);
            foreach (var message in sent)
            {
                var received = await receiver.NextAsync(stanza => stanza is Message && stanza.From == sender.Jid);
                Assert.Equal(message.Id, received.Id);
                var (before, after) = (Show(message.Element.Child("top", "urn:top")!), Show(received.Element.Child("top", "urn:top")!));
                var differs = before.Zip(after).FirstOrDefault(pair => pair.First != pair.Second);
                Assert.True(before.SequenceEqual(after), $"stanza {message.Id}:\n{differs.First}\n{differs.Second}");
            }
        }
    }

    private static Message Message(Random random, Jid to, int number)
    {
        var message = new Message { To = to, Type = "headline", Id = string.Create(CultureInfo.InvariantCulture, $"s{number}") };
        var elements = 0;
        message.Element.Add(Element(random, "top", "urn:top", 0, ref elements));
        return message;
    }

    private static XmppElement Element(Random random, string name, string ns, int depth, ref int elements)
    {
        elements++;
        var element = new XmppElement(name, ns).WithText(Text(random));
        for (var i = random.Next(4); i > 0; i--)
            element.Set(Names[random.Next(Names.Length)], Text(random));
        while (depth < 6 && elements < 40 && random.Next(3) > 0)
            element.Add(Element(random, Names[random.Next(Names.Length)], Namespaces[random.Next(Namespaces.Length)], depth + 1, ref elements));
        return element;
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => Pieces[random.Next(Pieces.Length)]));

    // A line for each element. Servers write line breaks as they are: XML 1.0 §2.11 and §3.3.3 then make others of them.
    private static List<string> Show(XmppElement root)
    {
        var lines = new List<string>();
        var open = new Stack<XmppElement>([root]);
        while (open.TryPop(out var element))
        {
            var shown = new StringBuilder();
            shown.Append(CultureInfo.InvariantCulture, $"({{{element.Namespace}}}{element.Name} {element.Children.Count}");
            foreach (var attribute in element.Attributes.OrderBy(attribute => attribute.Name, StringComparer.Ordinal))
                if (attribute.Namespace != XmppNames.Xml)
                    shown.Append(CultureInfo.InvariantCulture, $" {{{attribute.Namespace}}}{attribute.Name}=[{attribute.Value.Replace("\r\n", " ", StringComparison.Ordinal).Replace('\r', ' ').Replace('\n', ' ').Replace('\t', ' ')}]");
            lines.Add(shown.Append(CultureInfo.InvariantCulture, $" \"{element.Text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n')}\")").ToString());
            foreach (var child in element.Children.Reverse())
                open.Push(child);
        }
        return lines;
    }
}
