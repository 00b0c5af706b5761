using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>The life of one XML stream, from open to close; never reused. It has no loop of its own: whoever pulls moves it on.</summary>
internal sealed class XmppSession : IAsyncDisposable
{
    /// <summary>How long a peer that may no longer read is waited for.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Senders of passed-over elements that are named in the log; a bound, because anybody can be one.</summary>
    private const int MaxNamedSenders = 256;

    private readonly XmppTransport _transport;
    private readonly XmppConnectionOptions _options;
    private readonly ILogger _log;
    private readonly IqExchange _exchange;
    private readonly SemaphoreSlim _pulling = new(1);
    private readonly HashSet<string> _namedSenders = new(StringComparer.Ordinal);
    private long _skipped;
    private volatile ExceptionDispatchInfo? _lost;
    private int _over;

    private XmppSession(XmppTransport transport, XmppConnectionOptions options, ILogger log, Jid jid)
    {
        (_transport, _options, _log, Jid) = (transport, options, log, jid);
        _exchange = new(jid);
    }

    public Jid Jid { get; }

    /// <summary>Whether the XML stream ended in order.</summary>
    private bool IsOver => Volatile.Read(ref _over) != 0;

    public long SkippedStanzas => Interlocked.Read(ref _skipped);

    /// <summary>Connects and negotiates within <see cref="XmppConnectionOptions.ConnectTimeout"/>.</summary>
    public static async Task<XmppSession> OpenAsync(XmppConnectionOptions options, CancellationToken cancellationToken)
    {
        ILogger log = options.LoggerFactory?.CreateLogger("XmppRpc.Xmpp") ?? (ILogger)NullLogger.Instance;
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        XmppLog.Connecting(log, options.Jid, TcpConnector.Describe(options));
        XmppTransport? transport = null;
        try
        {
            var opened = await TcpConnector.OpenAsync(options, elsewhere: null, either.Token).ConfigureAwait(false);
            transport = new(opened.Stream, options.Limits, options.MaxSentStanzaBytes, options.MaxQueuedBytes);
            var jid = await new StreamNegotiator(transport, options, log, opened.IsDirectTls).NegotiateAsync(either.Token).ConfigureAwait(false);
            XmppLog.Connected(log, jid);
            return new(transport, options, log, jid);
        }
        catch (Exception e)
        {
            if (transport is not null)
            {
                if (e is XmppStreamException { SentByPeer: false } broken)
                    await SayLastAsync(token => StreamError.SendAsync(transport, broken.Condition, token), options.Time).ConfigureAwait(false);
                await transport.DisposeAsync().ConfigureAwait(false);
            }

            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested && timeout.IsCancellationRequested)
                throw new XmppConnectionException($"The XMPP server at {TcpConnector.Describe(options)} did not finish connecting {options.Jid.Bare} within {options.ConnectTimeout.TotalSeconds} s (ConnectTimeout).", e);
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>The next stanza that answers no open request, or null after an orderly end.</summary>
    public async ValueTask<Stanza?> ReceiveAsync(CancellationToken cancellationToken)
    {
        await _pulling.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await PullAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _pulling.Release();
        }
    }

    public ValueTask SendAsync(Stanza stanza, CancellationToken cancellationToken)
    {
        ThrowIfOver();
        return _transport.WriteAsync(stanza.Element, cancellationToken);
    }

    public async Task<Iq> RequestAsync(Iq request, CancellationToken cancellationToken)
    {
        var id = request.Id = RandomNumberGenerator.GetHexString(24, lowercase: true);
        var answer = _exchange.Open(id, request.To);
        try
        {
            await SendAsync(request, cancellationToken).ConfigureAwait(false);
            // the connection may have been over before this request was among the open ones
            ThrowIfOver();
            var iq = await answer.WaitAsync(_options.RequestTimeout, _options.Time, cancellationToken).ConfigureAwait(false);
            return iq.IsError ? throw IqExchange.Refusal(iq) : iq;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{request.To?.ToString() ?? "The XMPP server"} did not answer an iq within {_options.RequestTimeout.TotalSeconds} s (RequestTimeout). Answers are only seen while stanzas are being received.", e);
        }
        finally
        {
            _exchange.Close(id);
        }
    }

    /// <summary>Closes our side, waits for the peer's closing tag (RFC 6120 §4.4) and closes the byte stream. What comes meanwhile is read by whoever pulls, else dropped here.</summary>
    public Task CloseAsync(CancellationToken cancellationToken) => CloseAsync(_options.RequestTimeout, cancellationToken);

    /// <summary>As <see cref="CloseAsync(CancellationToken)"/>, with a peer that does not answer waited for a few seconds at most.</summary>
    public async ValueTask DisposeAsync() =>
        await CloseAsync(_options.RequestTimeout < LastWords ? _options.RequestTimeout : LastWords, CancellationToken.None).ConfigureAwait(false);

    private async Task CloseAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            if (!IsOver)
                await _transport.WriteStreamEndAsync(either.Token).ConfigureAwait(false);
            while (await ReceiveAsync(either.Token).ConfigureAwait(false) is not null)
            {
                // what is still on its way was sent before the peer saw our closing tag
            }
        }
        catch (XmppException)
        {
            // the XML stream is over, which is all that was asked for
        }
        catch (OperationCanceledException)
        {
            // without the caller's token, the peer had its time
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            await EndAsync().ConfigureAwait(false);
        }
    }

    private void ThrowIfOver()
    {
        _lost?.Throw();
        if (IsOver)
            throw Closed();
    }

    private async ValueTask<Stanza?> PullAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            _lost?.Throw();
            if (IsOver)
                return null;
            try
            {
                var node = await _transport.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (await TakeAsync(node).ConfigureAwait(false) is { } stanza)
                    return stanza;
            }
            catch (XmppException) when (IsOver)
            {
                // closed here while the read was under way: the end is in order
            }
            catch (XmppException e)
            {
                await LoseAsync(e).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Deals with one node; returns it if it is a stanza for the caller.</summary>
    private async ValueTask<Stanza?> TakeAsync(XmppNode? node)
    {
        switch (node)
        {
            case { Kind: XmppNodeKind.Element, Element: { } element }:
                if (StreamError.Read(element, $"The XMPP server for {Jid.Domain}") is { } error)
                    throw error;
                var stanza = Stanza.Wrap(element);
                return stanza is Iq iq && _exchange.TryComplete(iq) ? null : stanza;
            case { Kind: XmppNodeKind.Skipped } skipped:
                CountSkipped(skipped);
                return null;
            case { Kind: XmppNodeKind.StreamEnd }:
                await SayLastAsync(_transport.WriteStreamEndAsync, _options.Time).ConfigureAwait(false);
                await EndAsync().ConfigureAwait(false);
                return null;
            case null when _transport.IsStreamEnded:
                await EndAsync().ConfigureAwait(false);
                return null;
            case null:
                throw new XmppConnectionException($"The XMPP server for {Jid.Domain} closed the connection of {Jid} without closing the XML stream.");
            default:
                throw new XmppStreamException("invalid-xml", $"The XMPP server for {Jid.Domain} opened a second XML stream inside the first.");
        }
    }

    private void CountSkipped(XmppNode skipped)
    {
        Interlocked.Increment(ref _skipped);
        var from = skipped.Element?.Attribute("from");
        var sender = Jid.TryParse(from, out var jid) ? jid.Bare.ToString() : from ?? "an unnamed sender";
        if (_namedSenders.Count < MaxNamedSenders && _namedSenders.Add(sender))
            XmppLog.Skipped(_log, Jid, RemoteText.Show(sender), RemoteText.Show(skipped.Reason));
    }

    /// <summary>Everybody who waits, and everybody who comes later, gets this one exception. The puller is who finds it: what the server said last is still to be read when a write fails.</summary>
    private async Task LoseAsync(XmppException reason)
    {
        _lost = ExceptionDispatchInfo.Capture(reason);
        XmppLog.Lost(_log, Jid, reason.Message);
        _exchange.FailAll(reason);
        if (reason is XmppStreamException { SentByPeer: false } broken)
            await SayLastAsync(token => StreamError.SendAsync(_transport, broken.Condition, token), _options.Time).ConfigureAwait(false);
        else if (reason is XmppStreamException)
            await SayLastAsync(_transport.WriteStreamEndAsync, _options.Time).ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private static async ValueTask SayLastAsync(Func<CancellationToken, ValueTask> say, TimeProvider time)
    {
        using var timeout = new CancellationTokenSource(LastWords, time);
        try
        {
            await say(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is XmppException or OperationCanceledException)
        {
            // it is over in any case
        }
    }

    private async Task EndAsync()
    {
        if (_lost is null && Interlocked.Exchange(ref _over, 1) == 0)
        {
            XmppLog.Disconnected(_log, Jid);
            _exchange.FailAll(Closed());
        }

        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private XmppConnectionException Closed() => new($"The connection of {Jid} was closed.");
}
