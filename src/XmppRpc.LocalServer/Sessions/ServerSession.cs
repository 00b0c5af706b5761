using Microsoft.Extensions.Logging;
using XmppRpc.LocalServer.Routing;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>One connection from its first byte to its last, of whatever kind. A read loop routes what the peer sends, a write loop sends it what was routed to it.</summary>
internal abstract class ServerSession : IOutbound, IAsyncDisposable
{
    /// <summary>Why a session ends; a null condition means that no stream error is due.</summary>
    private sealed record Ending(string? Condition, string Text, XmppElement? Detail = null, bool IsLoss = false);

    /// <summary>How many times the largest stanza one may take when it is written again.</summary>
    private const long MaxGrowth = 4;

    private readonly Stream _stream;
    private readonly XmppReaderLimits _limits;
    private readonly OutboundQueue _outbound;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _endGate = new();
    private volatile Ending? _ending;
    private volatile bool _discards;
    private Task _cancelling = Task.CompletedTask;
    private Task _writing = Task.CompletedTask;

    protected ServerSession(Stream stream, ServerContext server, string contentNamespace, XmppReaderLimits limits)
    {
        (_stream, Server, _limits) = (stream, server, limits);
        Transport = new(stream, limits);
        Input = new(Transport, limits);
        Output = new(Transport, contentNamespace, server.Options.Domain);
        _outbound = new(server.Options.MaxQueuedBytes);
    }

    protected ServerContext Server { get; }

    protected XmppTransport Transport { get; }

    protected StreamInput Input { get; }

    protected StreamOutput Output { get; }

    /// <summary>Who it is; null before that is proved.</summary>
    protected abstract Jid? Jid { get; }

    public void Send(XmppElement element)
    {
        if (_outbound.TryAdd(element) || _ending is not null)
            return;
        _discards = true;
        Close("resource-constraint", $"The client does not read: more than {Server.Options.MaxQueuedBytes} bytes wait for it.");
    }

    public void Close(string condition, string text, XmppElement? detail = null) => End(new(condition, text, detail));

    /// <summary>Cuts the byte stream, as a broken network does.</summary>
    public void Cut()
    {
        End(new(null, "cut", IsLoss: true));
        _stream.Dispose();
    }

    /// <summary>Serves the peer until it or somebody else ends the session. Never throws.</summary>
    public async Task RunAsync()
    {
        try
        {
            await NegotiateInTimeAsync().ConfigureAwait(false);
            Transport.PadsFlushes = true;
            _writing = WriteAsync();
            Begin();
            LocalServerLog.Bound(Server.Log, Jid!);
            while (await Input.TryReadElementAsync(_closing.Token).ConfigureAwait(false) is { } element)
            {
                // A namespace is written anew for each element in it: one stanza must not fill the queue of its addressee, who would be closed for it.
                if (OutboundQueue.Weigh(element) > MaxGrowth * _limits.MaxStanzaBytes)
                    throw new XmppStreamException("policy-violation", $"The stanza would leave with more than {MaxGrowth} times the {_limits.MaxStanzaBytes} bytes that one may have.");
                Take(element);
            }
        }
        catch (OperationCanceledException) when (_ending is not null)
        {
            // the reason is known already
        }
        catch (StreamErrorException e)
        {
            End(new(e.Condition, e.Message, e.Detail));
        }
        catch (XmppStreamException e)
        {
            End(new(e.Condition, e.Message));
        }
        catch (XmppException e)
        {
            End(new(null, e.Message, IsLoss: true));
        }
        catch (Exception e)
        {
            LocalServerLog.Failed(Server.Log, e);
            End(new("internal-server-error", "The session failed; see the server's log."));
        }

        End(new(null, "closed by the client"));
        Leave(_ending!.IsLoss);
        await SayLastAsync(_ending).ConfigureAwait(false);
        if (Jid is { } jid)
            LocalServerLog.Ended(Server.Log, jid, _ending.Condition ?? "end of stream", _ending.Text);
    }

    /// <summary>Closes the byte stream, after <see cref="RunAsync"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        await _cancelling.ConfigureAwait(false);
        _closing.Dispose();
    }

    /// <summary>From the first byte to <see cref="Jid"/>, in lock-step.</summary>
    protected abstract Task NegotiateAsync(CancellationToken cancellationToken);

    /// <summary>Makes the peer known to the router.</summary>
    protected abstract void Begin();

    /// <summary>Takes what the peer sent.</summary>
    protected abstract void Take(XmppElement element);

    /// <summary>Takes the peer from the router, if it was made known; <paramref name="isLost"/> if nobody ended the session: its byte stream broke.</summary>
    protected abstract void Leave(bool isLost);

    private async Task NegotiateInTimeAsync()
    {
        using var timeout = new CancellationTokenSource(Server.Options.HandshakeTimeout, Server.Options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _closing.Token);
        try
        {
            await NegotiateAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new XmppStreamException("connection-timeout", $"The negotiation took more than {Server.Options.HandshakeTimeout.TotalSeconds} s.");
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await _outbound.WriteToAsync(Transport).ConfigureAwait(false);
        }
        catch (XmppException e)
        {
            End(new(null, e.Message, IsLoss: true));
        }
        catch (Exception e)
        {
            LocalServerLog.Failed(Server.Log, e);
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
        using var patience = new CancellationTokenSource(Server.Options.CloseTimeout, Server.Options.Time);
        try
        {
            _outbound.Complete(_discards);
            await _writing.WaitAsync(patience.Token).ConfigureAwait(false);
            await Output.CloseAsync(ending.Condition, ending.Text, ending.Detail, patience.Token).ConfigureAwait(false);
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
