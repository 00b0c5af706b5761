using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.Client;
using XmppRpc.Contracts;
using XmppRpc.Discovery;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Server;
using XmppRpc.Timing;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc;

/// <summary>
/// One program's place in the network: it serves contracts and calls those of others, over one connection to its XMPP server. Safe for concurrent use.
/// A lost connection ends the endpoint: every open call fails, and <see cref="Completion"/> says why.
/// </summary>
public sealed class RpcEndpoint : IAsyncDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(30);

    private readonly RpcEndpointOptions _options;
    private readonly XmppConnection _connection;
    private readonly ILogger _log;
    private readonly DeadlineWheel _wheel;
    private readonly PayloadPool _payloads = new();
    private readonly FrameReader _reader = new();
    private readonly FrameBatcher _batcher;
    private readonly Introductions _introductions;
    private readonly ServedContracts _contracts;
    private readonly ActiveCalls _active;
    private readonly PendingCalls _pending;
    private readonly Links _links;
    private readonly Targets _targets;
    private readonly ITimer _sweep;
    private readonly string _instance = CallId.NewInstance();
    private long _stanzaId;
    private int _disposed;

    private RpcEndpoint(RpcEndpointOptions options, XmppConnection connection)
    {
        var time = options.Connection.Time;
        (_options, _connection) = (options, connection);
        _log = (options.Connection.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("XmppRpc");
        _wheel = new DeadlineWheel(time);
        _batcher = new FrameBatcher(SendFramesAsync, new BatchLimits(options.MaxBatchBytes, options.MaxBatchFrames, options.MaxHold), time);
        _introductions = new Introductions(connection) { Priority = -1 };
        var authorization = new Authorization(connection.Jid);
        _contracts = new ServedContracts(authorization);
        _active = new ActiveCalls(_contracts, authorization, _batcher, _wheel, options, _instance, _payloads, _log);
        _pending = new PendingCalls(_batcher, _wheel, options);
        _links = new Links(_batcher, _wheel, time);
        _targets = new Targets(_links, _batcher, new PeerFinder(_introductions.DiscoverAsync, _introductions.AnnounceAsync), time);
        _sweep = time.CreateTimer(static endpoint => ((RpcEndpoint)endpoint!).Sweep(), this, SweepEvery, SweepEvery);
        Completion = ReceiveAllAsync();
    }

    /// <summary>The full JID under which others call this endpoint.</summary>
    public Jid Jid => _connection.Jid;

    /// <summary>Completes when the endpoint has closed; fails with <see cref="XmppException"/> when it lost its connection.</summary>
    public Task Completion { get; }

    /// <summary>Answers calls that an implementation of this endpoint has deferred.</summary>
    public IRpcReplier Replier => _active.Deferred;

    /// <summary>Calls made here that are open.</summary>
    public int PendingCalls => _pending.Count;

    /// <summary>Received lines that were no frames, and were ignored.</summary>
    public long IgnoredLines => _reader.BadLines;

    /// <summary>Received stanzas that were passed over because they were above a cap of <see cref="XmppConnectionOptions.Limits"/> or ill-formed inside.</summary>
    public long SkippedStanzas => _connection.SkippedStanzas;

    /// <summary>Connects with a connection string, see <see cref="XmppConnectionOptions.Parse"/>. Fails as <see cref="XmppConnection.ConnectAsync"/> does.</summary>
    public static Task<RpcEndpoint> ConnectAsync(string connectionString, CancellationToken cancellationToken = default) =>
        ConnectAsync(new RpcEndpointOptions { Connection = XmppConnectionOptions.Parse(connectionString) }, cancellationToken);

    /// <summary>Connects an account to the XMPP server of its domain.</summary>
    public static Task<RpcEndpoint> ConnectAsync(string jid, string password, CancellationToken cancellationToken = default) =>
        ConnectAsync(new RpcEndpointOptions { Connection = new XmppConnectionOptions { Jid = Jid.Parse(jid), Password = password } }, cancellationToken);

    /// <summary>Connects.</summary>
    public static async Task<RpcEndpoint> ConnectAsync(RpcEndpointOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var connection = await XmppConnection.ConnectAsync(options.Connection, cancellationToken).ConfigureAwait(false);
        var endpoint = new RpcEndpoint(options, connection);
        try
        {
            await connection.SendAsync(endpoint._introductions.NewPresence(), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await endpoint.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        endpoint._log.Connected(connection.Jid.ToString(), endpoint._instance);
        return endpoint;
    }

    /// <summary>A proxy of the contract at that target. Nothing is sent before the first call.</summary>
    /// <exception cref="RpcContractException">The contract's JSON context lacks types.</exception>
    public T Get<T>(RpcTarget target) where T : class, IRpcContract<T>
    {
        ArgumentNullException.ThrowIfNull(target);
        T.Contract.Validate();
        return T.CreateProxy(new Invoker(_pending, _targets, _payloads, target.Address, _options.DefaultTimeout, new RpcCallOptions()));
    }

    /// <summary>Serves the contract with that implementation, whose methods are called concurrently, until the returned registration is disposed. The implementation is not disposed.</summary>
    /// <exception cref="RpcContractException">The contract's JSON context lacks types.</exception>
    /// <exception cref="InvalidOperationException">A method of the contract is served already.</exception>
    public IAsyncDisposable Serve<T>(T service) where T : class, IRpcContract<T>
    {
        ArgumentNullException.ThrowIfNull(service);
        var contract = T.Contract;
        contract.Validate();
        _contracts.Add(contract, T.CreateDispatcher(service));
        _log.Serving(contract.Name, contract.Version);
        // RFC 6121 §8.5.2: with a negative priority, messages to the bare JID, so every "who", would not come.
        if (_introductions.Priority < 0)
        {
            _introductions.Priority = 0;
            _ = AnswerAsync(Jid, () => _connection.SendAsync(_introductions.NewPresence()));
        }
        return new Registration(() => _contracts.Remove(contract));
    }

    /// <summary>Takes no further calls, waits for those that run (<see cref="RpcEndpointOptions.DrainTimeout"/>), then closes the connection. Open calls of this endpoint fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            await CloseAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task CloseAsync()
    {
        try
        {
            if (!Completion.IsCompleted)
                await DrainAsync().WaitAsync(_options.DrainTimeout, _options.Connection.Time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _log.NotDrained(_active.Load);
        }
        _active.CancelAll();
        EndCalls(new ObjectDisposedException(nameof(RpcEndpoint), "The endpoint was disposed."));
        await _batcher.DisposeAsync().ConfigureAwait(false);
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        _wheel.Dispose();
    }

    private async Task DrainAsync()
    {
        await _active.DrainAsync().ConfigureAwait(false);
        // The last replies still wait for the writer.
        await _batcher.FlushAsync().ConfigureAwait(false);
    }

    private void EndCalls(Exception reason)
    {
        _targets.Close(reason);
        _links.FailAll(reason);
    }

    private async Task ReceiveAllAsync()
    {
        await Task.Yield();
        Exception? reason = null;
        try
        {
            while (await _connection.ReceiveAsync().ConfigureAwait(false) is { } stanza)
                Route(stanza);
        }
        catch (Exception e)
        {
            reason = e;
            _log.ConnectionLost(e, Jid.ToString());
            throw;
        }
        finally
        {
            if (reason is null)
                _log.Closed(Jid.ToString());
            reason ??= new XmppConnectionException("The connection was closed.");
            _batcher.Close(reason);
            EndCalls(reason);
            _active.CancelAll();
        }
    }

    /// <summary>Who sent a stanza: our own account if it does not say (RFC 6120 §8.1.2.1), but nobody if what it says is no valid JID.</summary>
    internal static Jid? SenderOf(Stanza stanza, Jid self) => stanza.Element.Attribute("from") is null ? self.Bare : stanza.From;

    // RFC 6120 §8.3: an error is looked at before anything else, its payload never (it may be an echo of ours).
    private void Route(Stanza stanza)
    {
        if (SenderOf(stanza, Jid) is not { } from)
            return;
        switch (stanza)
        {
            case { IsError: true } or Message { Type: "groupchat" }:
                break;
            case Message message:
                if (message.Element.Child(FrameNames.Element, FrameNames.Namespace) is { } rpc)
                    Receive(from, rpc.TextUtf8.Span);
                break;
            case Presence { Type: "unavailable" } when from != Jid:
                PeerGone(from);
                break;
            case Iq { IsRequest: true } request:
                _ = AnswerAsync(from, () => AnswerAsync(request, from));
                break;
        }
    }

    private void Receive(Jid from, ReadOnlySpan<byte> text)
    {
        var bad = _reader.BadLines;
        var frames = new List<Frame>();
        _reader.Read(text, frames);
        if (_reader.BadLines > bad)
            _log.BadLines(_reader.BadLines - bad, PlainText.Of(from.ToString())!);
        var work = new HandOver(_batcher, _options.Connection.Time, _options.MaxHold);
        foreach (var frame in frames)
            Route(from, frame, work);
        work.Start();
    }

    private void Route(Jid from, Frame frame, HandOver work)
    {
        switch (frame)
        {
            case CallFrame or CancelFrame or CreditFrame:
                _active.Receive(from, (CallBoundFrame)frame, work);
                break;
            case CallBoundFrame bound:
                if (_links.Find(bound.Id.Scope, from) is { } link)
                    Client.PendingCalls.Receive(link, bound, work);
                break;
            case LowFrame low:
                _active.Low(from, low);
                break;
            case WhoFrame who when _contracts.VisibleTo(from).Contains(who.Contract, StringComparer.Ordinal):
                _ = AnswerAsync(from, () => HereAsync(from, who.Contract));
                break;
            case HereFrame here:
                _ = AnswerAsync(from, () => _targets.HereAsync(from, here));
                break;
            case UnknownFrame { Must: true, Id: { } id } when _contracts.IsVisibleTo(from):
                _batcher.Append(from, new FaultFrame(id, RpcStatus.Unimplemented, "A frame of this kind is not known here.") { Code = FrameNames.Unsupported, Ran = false });
                break;
        }
    }

    private async ValueTask HereAsync(Jid from, string contract)
    {
        await _introductions.AnnounceAsync(from).ConfigureAwait(false);
        _batcher.Append(from, new HereFrame(contract, _instance, _active.Load, _options.MaxStanzaBytes));
    }

    private async ValueTask AnswerAsync(Iq request, Jid from)
    {
        var isDisco = request is { Type: "get", Payload: { } payload } && payload.Is("query", XmppNames.DiscoInfo);
        if (isDisco && _contracts.IsVisibleTo(from))
            await _introductions.AnnounceAsync(from).ConfigureAwait(false);
        await _connection.SendAsync(request switch
        {
            _ when isDisco => request.CreateResult(DiscoInfo.Write(new PeerInfo(_instance, _contracts.VisibleTo(from).ToFrozenSet(StringComparer.Ordinal), _options.MaxStanzaBytes), request.Payload!.Attribute("node"))),
            { Type: "get", Payload: { } p } when p.Is("ping", XmppNames.Ping) => request.CreateResult(),
            _ => request.CreateError(new StanzaError("cancel", "service-unavailable")),
        }).ConfigureAwait(false);
    }

    // What is answered outside the order of frames: a failure means that the connection is gone, which the receiving loop tells.
    private async Task AnswerAsync(Jid peer, Func<ValueTask> answer)
    {
        try
        {
            await answer().ConfigureAwait(false);
        }
        catch (Exception e) when (e is XmppException or ArgumentException)
        {
            _log.AnswerFailed(e, PlainText.Of(peer.ToString())!);
        }
    }

    private void PeerGone(Jid peer)
    {
        _log.PeerGone(PlainText.Of(peer.ToString())!);
        _introductions.Forget(peer);
        _links.Remove(peer, $"{peer} has gone offline");
        _active.CallerGone(peer);
    }

    private ValueTask SendFramesAsync(Jid peer, ReadOnlyMemory<byte> text)
    {
        var message = new Message { To = peer, Type = "headline", Id = (++_stanzaId).ToString("x", CultureInfo.InvariantCulture) };
        message.Element.Add(new XmppElement(FrameNames.Element, FrameNames.Namespace) { TextUtf8 = text });
        return _connection.SendAsync(message);
    }

    private void Sweep()
    {
        _links.Sweep(_options.LinkRetention / 2);
        _active.Sweep(_options.LinkRetention);
    }

    private sealed class Registration(Action remove) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            remove();
            return ValueTask.CompletedTask;
        }
    }
}
