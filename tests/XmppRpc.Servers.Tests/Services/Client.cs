using System.Threading.Channels;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Services;

/// <summary>A connected account that receives all the time and answers nothing by itself; what it received is awaited in order, results of the archive apart.</summary>
internal sealed class Client : IAsyncDisposable
{
    private readonly Channel<Stanza> _received = Channel.CreateUnbounded<Stanza>();
    private readonly Task _receiving;
    private volatile ArchiveQuery? _archive;

    private Client(XmppConnection connection)
    {
        Connection = connection;
        _receiving = ReceiveAllAsync();
    }

    public XmppConnection Connection { get; }

    /// <summary>A new account, connected and available.</summary>
    public static async Task<Client> ConnectAsync(XmppServer server, string user, CancellationToken cancellationToken)
    {
        await server.AddAccountAsync(user, "pw-" + user);
        var options = XmppConnectionOptions.Parse(server.ConnectionString(user, "desk")) with { Entity = null };
        var client = new Client(await XmppConnection.ConnectAsync(options, cancellationToken));
        await client.Connection.SendAsync(new Presence(), cancellationToken);
        await client.NextAsync<Presence>(cancellationToken);
        return client;
    }

    public async Task SayAsync(Client to, string body, CancellationToken cancellationToken)
    {
        var message = new Message { To = to.Connection.Jid.Bare, Type = "chat", Id = body };
        message.Element.Add(new XmppElement("body", XmppNames.Client).WithText(body));
        await Connection.SendAsync(message, cancellationToken);
    }

    public async Task<T> NextAsync<T>(CancellationToken cancellationToken) where T : Stanza
    {
        await foreach (var stanza in _received.Reader.ReadAllAsync(cancellationToken))
            if (stanza is T expected)
                return expected;
        throw new InvalidOperationException("The connection ended.");
    }

    public async Task<List<ArchivedMessage>> CatchUpAsync(ArchiveQuery query, CancellationToken cancellationToken)
    {
        _archive = query;
        var messages = new List<ArchivedMessage>();
        await foreach (var message in Connection.CatchUpAsync(query, cancellationToken: cancellationToken))
            messages.Add(message);
        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _receiving;
    }

    private async Task ReceiveAllAsync()
    {
        try
        {
            while (await Connection.ReceiveAsync() is { } stanza)
                if (stanza is not Message message || _archive?.TryTake(message) != true)
                    _received.Writer.TryWrite(stanza);
            _received.Writer.Complete();
        }
        catch (XmppException e)
        {
            _received.Writer.Complete(e);
        }
    }
}
