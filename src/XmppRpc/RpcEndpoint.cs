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
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc;

/// <summary>
/// One program's place in the network: it serves contracts and calls those of others, over one connection to its XMPP server. Safe for concurrent use.
/// A lost connection is opened again. Where its session is resumed (XEP-0198) nothing is lost; else what is open is sent again,
/// under the same ids: to the same process, which runs no call twice. Calls to a process that is gone end, with their outcome unknown.
/// When the connection is given up, <see cref="Completion"/> says why.
/// </summary>
public sealed class RpcEndpoint : IAsyncDisposable
{
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(30), WatchEvery = TimeSpan.FromSeconds(1);

    /// <summary>How ejabberd names itself (XEP-0115 §6.3).</summary>
    private const string Ejabberd = "http://www.process-one.net/en/ejabberd/";

    /// <summary>Calls that are sent again to a peer that was silent, at a time.</summary>
    private const int MaxBytesAgain = 256 * 1024;

    private static readonly TimeSpan RosterPatience = TimeSpan.FromSeconds(5);

    private readonly RpcEndpointOptions _options;
    private readonly XmppConnection _connection;
    private readonly ILogger _log;
    private readonly DeadlineWheel _wheel;
    private readonly PayloadPool _payloads = new();
    private readonly FrameBatcher _batcher;
    private readonly Introductions _introductions;
    private readonly SelfDescription _self;
    private readonly RosterGroups _roster;
    private readonly CallerLimits _limits;
    private readonly ServedContracts _contracts;
    private readonly ActiveCalls _active;
    private readonly PendingCalls _pending;
    private readonly Links _links;
    private readonly Targets _targets;
    private readonly StanzaRouter _router;
    private readonly DeathWatch _deathWatch;
    private readonly ITimer _sweep;
    private readonly ITimer _watch;
    private readonly string _instance = CallId.NewInstance();
    private long _stanzaId;
    private int _disposed;

    private RpcEndpoint(RpcEndpointOptions options, XmppConnection connection)
    {
        var time = options.Connection.Time;
        (_options, _connection) = (options, connection);
        _log = (options.Connection.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("XmppRpc");
        _wheel = new DeadlineWheel(time);
        _batcher = new FrameBatcher(SendFramesAsync, new BatchLimits(options.MaxBatchBytes, options.MaxBatchFrames, options.MaxHold)
        {
            OfPeer = peer => BatchBytes(options, connection.Jid, peer, connection.ServerNode),
            MaxStanzaBytes = options.MaxStanzaBytes,
            MaxPartBytes = options.MaxPartBytes,
            MaxEscapedBytes = options.MaxEscapedBytes,
            MaxFrameBytes = options.MaxFrameBytes,
        }, time);
        _introductions = new Introductions(SendAsync, connection.RequestAsync, options.MaxIntroductions) { Priority = -1 };
        _roster = new RosterGroups(connection.Jid, connection.GetRosterAsync, time, options.MaxRosterContacts, _log);
        var authorization = new Authorization(connection.Jid, _roster, options.Policies, _log);
        _limits = new CallerLimits(options, authorization, _log);
        _contracts = new ServedContracts(authorization);
        _active = new ActiveCalls(_contracts, authorization, _limits, _batcher, _wheel, options, _instance, _payloads, _log);
        _self = new SelfDescription(SendAsync, _introductions, _batcher, new SelfKnowledge(_instance, options.MaxStanzaBytes, _contracts.VisibleTo, () => _active.Load) { DecidedAsync = DecidedAsync }, options.MaxAnswers, _log);
        _pending = new PendingCalls(_batcher, _wheel, options, _log);
        _links = new Links(_batcher, _wheel, options);
        _targets = new Targets(_links, _batcher, new PeerFinder(_introductions.DiscoverAsync, _introductions.AnnounceAsync), time, options.FindTimeout);
        _links.Verify = _targets.Verify;
        _active.InvokerTo = InvokerTo;
        _deathWatch = new DeathWatch(connection.RequestAsync, new DeathWatchAnswers(OnAliveAsync, (peer, reason) => _router!.PeerGone(peer, reason), (peer, error) => _router!.Refused(peer, error)), time, options.PeerSilence);
        _router = new StanzaRouter(Jid, options, _batcher, _contracts, _limits, _roster, _active, _links, _targets, _self, _introductions, _wheel, _log);
        _sweep = time.CreateTimer(static endpoint => ((RpcEndpoint)endpoint!).Sweep(), this, SweepEvery, SweepEvery);
        _watch = time.CreateTimer(static endpoint => ((RpcEndpoint)endpoint!).Watch(), this, WatchEvery, WatchEvery);
        Completion = ReceiveAllAsync();
    }

    /// <summary>The full JID under which others call this endpoint.</summary>
    public Jid Jid => _connection.Jid;

    /// <summary>Completes when the endpoint has closed; fails with <see cref="XmppException"/> when its connection was given up.</summary>
    public Task Completion { get; }

    /// <summary>Answers calls that an implementation of this endpoint has deferred.</summary>
    public IRpcReplier Replier => _active.Deferred;

    /// <summary>Calls made here that are open.</summary>
    public int PendingCalls => _pending.Count;

    /// <summary>Received lines that were no frames, and were ignored.</summary>
    public long IgnoredLines => _router.IgnoredLines;

    /// <summary>Received frames in parts that never became whole: a part was missing, out of order, late or too much.</summary>
    public long BrokenFrames => _router.BrokenFrames;

    /// <summary>Refusals, and answers to who asked whether we are here, that were not sent because their callers had got enough of them (<see cref="RpcEndpointOptions.MaxRefusalsPerSecondPerCaller"/>, <see cref="RpcEndpointOptions.MaxRefusalsPerSecondPerDomain"/>).</summary>
    public long DroppedRefusals => _limits.Dropped;

    /// <summary>Received stanzas that were passed over because they were above a cap of <see cref="XmppConnectionOptions.Limits"/> or ill-formed inside.</summary>
    public long SkippedStanzas => _connection.SkippedStanzas;

    /// <summary>Stanzas with frames that were sent, for measuring how many frames share one.</summary>
    internal long SentFrameStanzas => Interlocked.Read(ref _stanzaId);

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
        // Who may see what we serve is decided here, so disco#info is ours, and the roster, whose groups may decide it.
        var entity = options.Connection.Entity ?? new();
        var connection = await XmppConnection.ConnectAsync(options.Connection with { Entity = entity with { HandledNamespaces = entity.HandledNamespaces.Append(XmppNames.DiscoInfo).Append(XmppNames.Roster).ToFrozenSet(StringComparer.Ordinal) } }, cancellationToken).ConfigureAwait(false);
        var endpoint = new RpcEndpoint(options, connection);
        try
        {
            await endpoint.AnnounceAsync(cancellationToken).ConfigureAwait(false);
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
        return T.CreateProxy(InvokerTo(target.Address));
    }

    /// <summary>Serves the contract with that implementation, whose methods are called concurrently, until the returned registration is disposed. The implementation is not disposed.</summary>
    /// <exception cref="RpcContractException">The contract's JSON context lacks types; or who may call cannot be decided: a policy that <see cref="RpcEndpointOptions.Policies"/> does not have, a domain that is none,
    /// a component that is to serve a contract that does not say who may call, or asks for groups of a roster. The message lists all.</exception>
    /// <exception cref="InvalidOperationException">A method of the contract is served already.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint was disposed.</exception>
    public IAsyncDisposable Serve<T>(T service) where T : class, IRpcContract<T>
    {
        ArgumentNullException.ThrowIfNull(service);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        var contract = T.Contract;
        contract.Validate();
        _contracts.Add(contract, T.CreateDispatcher(service), Authorization.SaidBy(service.GetType()));
        _log.Serving(contract.Name, contract.Version);
        // RFC 6121 §8.5.2: with a negative priority, messages to the bare JID, so every "who", would not come.
        if (_introductions.Priority < 0)
        {
            _introductions.Priority = 0;
            _ = _self.TellAsync(Jid, () => AnnounceAsync(CancellationToken.None));
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
        if (!Completion.IsCompleted)
            await DrainAsync().ConfigureAwait(false);
        var reason = new ObjectDisposedException(nameof(RpcEndpoint), "The endpoint was disposed.");
        EndCalls(reason);
        _roster.Dispose();
        _batcher.Close(reason);
        // Before the batcher is awaited: a stanza that cannot leave is given up with the connection.
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _batcher.DisposeAsync().ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        await _watch.DisposeAsync().ConfigureAwait(false);
        _wheel.Dispose();
    }

    private async Task DrainAsync()
    {
        var time = _options.Connection.Time;
        try
        {
            await _active.DrainAsync().WaitAsync(_options.DrainTimeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _log.NotDrained(_active.Load);
        }
        _active.CloseAll();
        _links.SayLow();
        try
        {
            // The last replies and faults still wait for the writer.
            await _batcher.FlushAsync().WaitAsync(_options.DrainTimeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _log.NotFlushed();
        }
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
            while (await _connection.ReceiveEventAsync().ConfigureAwait(false) is { } received)
                if (received is Stanza stanza)
                    _router.Route(stanza);
                else if (received is SessionStarted { IsResumed: false })
                    StartOver();
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
            _roster.Dispose();
            _active.CloseAll();
        }
    }

    /// <summary>A new session: whoever knew us has been told that we were gone, and what was under way is lost.</summary>
    private void StartOver()
    {
        _log.StartedOver(Jid.ToString());
        _introductions.ForgetAll();
        _batcher.StartOver();
        _roster.StartOver();
        _links.DoubtAll($"The connection of {Jid} was lost");
        _active.SendAgain();
        _ = _self.TellAsync(Jid, IntroduceAgainAsync);
    }

    private async ValueTask IntroduceAgainAsync()
    {
        await AnnounceAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var caller in _active.Busy())
            await _introductions.AnnounceAsync(caller).ConfigureAwait(false);
    }

    /// <summary>Presence for everybody concerned. A component has nobody to send it for it.</summary>
    private ValueTask AnnounceAsync(CancellationToken cancellationToken) =>
        _options.Connection.IsComponent ? ValueTask.CompletedTask : _connection.SendAsync(_introductions.NewPresence(), cancellationToken);

    private Invoker InvokerTo(Jid target) => new(_pending, _targets, _payloads, target, _options.DefaultTimeout, new RpcCallOptions(), ClientChain.Of(_options.ClientInterceptors));

    /// <summary>Most text of a stanza that frames share to a peer, by the software that the own XMPP server names.</summary>
    internal static int BatchBytes(RpcEndpointOptions options, Jid self, Jid peer, string? serverNode) =>
        string.Equals(peer.Domain, self.Domain, StringComparison.Ordinal) && string.Equals(serverNode, Ejabberd, StringComparison.Ordinal) ? options.MaxBatchBytesOnEjabberd : options.MaxBatchBytes;

    private ValueTask SendFramesAsync(Jid peer, ReadOnlyMemory<byte> text)
    {
        var message = new Message { To = peer, Type = "headline", Id = Interlocked.Increment(ref _stanzaId).ToString("x", CultureInfo.InvariantCulture) };
        message.Element.Add(new XmppElement(FrameNames.Element, FrameNames.Namespace) { TextUtf8 = text });
        return SendAsync(message);
    }

    // Who asks in the moment between our start and the roster's coming would else learn that nothing is served.
    private async Task DecidedAsync(Jid caller)
    {
        if (_contracts.Of(caller) == Access.NotYet)
            await _roster.LoadedAsync().WaitAsync(RosterPatience, _options.Connection.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private ValueTask SendAsync(Stanza stanza) => _connection.SendAsync(stanza);

    private Task OnAliveAsync(Jid peer)
    {
        _active.Heard(peer);
        return _links.Answered(peer, MaxBytesAgain) ? _targets.RecheckAsync(peer) : Task.CompletedTask;
    }

    private void Watch()
    {
        _deathWatch.Ask(_links.Silent(_options.PeerSilence), _active.Silent(_options.PeerSilence));
        _links.SendQuietAgain(MaxBytesAgain);
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
