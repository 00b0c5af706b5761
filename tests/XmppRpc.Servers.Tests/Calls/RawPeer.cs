using System.Text;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>An account that writes its stanzas by hand, as an implementation in another language or an attacker does.</summary>
internal sealed class RawPeer(XmppConnection connection) : IAsyncDisposable
{
    private const string Namespace = "urn:xmpprpc:1";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public Jid Jid => connection.Jid;

    public static async Task<RawPeer> ConnectAsync(XmppConnectionOptions options)
    {
        var connection = await XmppConnection.ConnectAsync(options with { Reconnect = false, Entity = null });
        await connection.SendAsync(new Presence());
        return new RawPeer(connection);
    }

    public ValueTask SendAsync(Stanza stanza) => connection.SendAsync(stanza);

    /// <summary>Sends lines of frames, in plain JSON.</summary>
    public ValueTask SendFramesAsync(Jid to, string text, string type = "headline") =>
        SendAsync(ToMessage(to, type, new XmppElement("rpc", Namespace).WithText(text)));

    public static Message ToMessage(Jid to, string type, XmppElement payload)
    {
        var message = new Message { To = to, Type = type, Id = Guid.NewGuid().ToString("N") };
        message.Element.Add(payload);
        return message;
    }

    /// <summary>The features and the form fields of an address.</summary>
    public async Task<(List<string> Features, string? Instance)> DiscoverAsync(Jid jid)
    {
        var request = new Iq("get", new XmppElement("query", XmppNames.DiscoInfo)) { To = jid, Id = Guid.NewGuid().ToString("N") };
        await SendAsync(request);
        var answer = (Iq)await NextAsync(stanza => stanza is Iq && stanza.Id == request.Id);
        Assert.Equal("result", answer.Type);
        var query = answer.Element.Child("query", XmppNames.DiscoInfo);
        var instance = query?.Child("x", XmppNames.DataForms)?.Children.FirstOrDefault(field => field.Attribute("var") == "in")?.Child("value", XmppNames.DataForms)?.Text;
        return (query?.Children.Where(child => child.Name == "feature").Select(child => child.Attribute("var")!).ToList() ?? [], instance);
    }

    /// <summary>The lines of the next message with frames, as plain JSON.</summary>
    public async Task<string[]> NextFramesAsync() => FramesOf(await NextAsync(stanza => stanza is Message && stanza.Element.Child("rpc", Namespace) is not null));

    /// <summary>The lines of a message with frames, as plain JSON.</summary>
    public static string[] FramesOf(Stanza message)
    {
        var text = Encoding.UTF8.GetString(message.Element.Child("rpc", Namespace)!.TextUtf8.Span);
        var swapped = text.AsSpan().IndexOf('`') is var tick and >= 0 && (text.IndexOf('"', StringComparison.Ordinal) is var quote && (quote < 0 || tick < quote));
        var plain = swapped ? text.Replace('"', '\u0001').Replace('`', '"').Replace('\u0001', '`') : text;
        return plain.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The next stanza of that kind; others are passed over.</summary>
    public async Task<Stanza> NextAsync(Func<Stanza, bool> condition)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (await connection.ReceiveAsync(patience.Token) is { } stanza)
            if (condition(stanza))
                return stanza;
        throw new InvalidOperationException("The XML stream ended before the stanza came.");
    }

    /// <summary>Everything that comes until our own ping to the XMPP server is answered, by way of the peer's own ping answer, so that what the peer sends is not behind it.</summary>
    public async Task<List<Stanza>> UntilAnsweredAsync(Jid peer)
    {
        var ping = new Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = peer, Id = Guid.NewGuid().ToString("N") };
        await SendAsync(ping);
        var seen = new List<Stanza>();
        await NextAsync(stanza =>
        {
            seen.Add(stanza);
            return stanza.Id == ping.Id;
        });
        return seen;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
