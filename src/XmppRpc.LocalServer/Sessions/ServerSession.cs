using Microsoft.Extensions.Logging;
using XmppRpc.LocalServer.Routing;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>One client's connection from its first byte to its last. A read loop routes what it sends, a write loop sends it what was routed to it.</summary>
internal sealed class ServerSession : IOutbound, IAsyncDisposable
{
    /// <summary>Why a session ends; a null condition means that no stream error is due.</summary>
    private sealed record Ending(string? Condition, string Text);

    /// <summary>How many times the largest stanza one may take when it is written again.</summary>
    private const long MaxGrowth = 4;

    private readonly Stream _stream;
    private readonly ServerContext _server;
    private readonly XmppTransport _transport;
    private readonly SessionNegotiator _negotiator;
    private readonly OutboundQueue _outbound;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _endGate = new();
    private volatile Ending? _ending;
    private volatile bool _discards;
    private Task _cancelling = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;

    public ServerSession(Stream stream, ServerContext server)
    {
        (_stream, _server) = (stream, server);
        _transport = new(stream, server.Options.Limits);
        _negotiator = new(_transport, server);
        _outbound = new(server.Options.MaxQueuedBytes);
    }

    public void Send(XmppElement element)
    {
        if (_outbound.TryAdd(element) || _ending is not null)
            return;
        _discards = true;
        Close("resource-constraint", $"The client does not read: more than {_server.Options.MaxQueuedBytes} bytes wait for it.");
    }

    public void Close(string condition, string text) => End(new(condition, text));

    /// <summary>Serves the client until it or somebody else ends the session. Never throws.</summary>
    public async Task RunAsync()
    {
        BoundResource? resource = null;
        try
        {
            var negotiated = await NegotiateAsync().ConfigureAwait(false);
            resource = new(negotiated.Jid, this);
            _transport.PadsFlushes = true;
            _writing = WriteAsync();
            _server.Router.Bind(resource, negotiated.BindResult);
            LocalServerLog.Bound(_server.Log, resource.Jid);
            await ReadAsync(resource).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ending is not null)
        {
            // the reason is known already
        }
        catch (XmppStreamException e)
        {
            End(new(e.Condition, e.Message));
        }
        catch (XmppException e)
        {
            End(new(null, e.Message));
        }
        catch (Exception e)
        {
            LocalServerLog.Failed(_server.Log, e);
            End(new("internal-server-error", "The session failed; see the server's log."));
        }

        if (resource is not null)
            _server.Router.Unbind(resource);
        End(new(null, "closed by the client"));
        await SayLastAsync(_ending!).ConfigureAwait(false);
        if (resource is not null)
            LocalServerLog.Ended(_server.Log, resource.Jid, _ending!.Condition ?? "end of stream", _ending.Text);
    }

    /// <summary>Closes the byte stream, after <see cref="RunAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        await _cancelling.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task<Negotiated> NegotiateAsync()
    {
        using var timeout = new CancellationTokenSource(_server.Options.HandshakeTimeout, _server.Options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _closing.Token);
        try
        {
            return await _negotiator.NegotiateAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new XmppStreamException("connection-timeout", $"The negotiation took more than {_server.Options.HandshakeTimeout.TotalSeconds} s.");
        }
    }

    private async Task ReadAsync(BoundResource resource)
    {
        var input = new StreamInput(_transport);
        while (await input.TryReadElementAsync(_closing.Token).ConfigureAwait(false) is { } element)
        {
            if (element.Namespace != XmppNames.Client || Stanza.Wrap(element) is not { } stanza)
                throw new XmppStreamException("unsupported-stanza-type", "An element came that is no stanza.");
            // A namespace is written anew for each element in it: one stanza must not fill the queue of its addressee, who would be closed for it.
            if (OutboundQueue.Weigh(element) > MaxGrowth * _server.Options.Limits.MaxStanzaBytes)
                throw new XmppStreamException("policy-violation", $"The stanza would leave with more than {MaxGrowth} times the {_server.Options.Limits.MaxStanzaBytes} bytes that one may have.");
            _server.Router.Route(resource, stanza);
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await _outbound.WriteToAsync(_transport).ConfigureAwait(false);
        }
        catch (XmppException e)
        {
            End(new(null, e.Message));
        }
        catch (Exception e)
        {
            LocalServerLog.Failed(_server.Log, e);
            End(new("internal-server-error", "The session failed; see the server's log."));
        }
    }

    /// <summary>The first reason is the one that counts.</summary>
    private void End(Ending ending)
    {
        lock (_endGate)
        {
            if (_ending is not null)
                return;
            _ending = ending;
            // not cancelled in place: the router calls from inside its lock, and the read loop would go on in there
            _cancelling = _closing.CancelAsync();
        }
    }

    /// <summary>What was routed here before the end, the end, and then the peer's time to take it: a socket closed over unread bytes would destroy it on its way.</summary>
    private async Task SayLastAsync(Ending ending)
    {
        using var patience = new CancellationTokenSource(_server.Options.CloseTimeout, _server.Options.Time);
        try
        {
            _outbound.Complete(_discards);
            await _writing.WaitAsync(patience.Token).ConfigureAwait(false);
            await _negotiator.CloseStreamAsync(ending.Condition, ending.Text, patience.Token).ConfigureAwait(false);
            var rest = new byte[4096];
            while (await _stream.ReadAsync(rest, patience.Token).ConfigureAwait(false) > 0)
            {
                // below TLS and unread: only its end matters
            }
        }
        catch (Exception e) when (e is XmppException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            // it is over in any case
        }
    }
}
