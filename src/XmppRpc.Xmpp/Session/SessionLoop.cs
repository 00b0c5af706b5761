using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Session;

/// <summary>
/// Keeps a connection: runs one session after the other, opens the next when one is lost, and tells in the inbound sequence what became of the one before.
/// Who sends waits while there is none.
/// </summary>
internal sealed class SessionLoop
{
    private readonly XmppConnectionOptions _options;
    private readonly ILogger _log;
    private readonly InboundQueue _inbound;
    private readonly SkippedElements _skipped;
    private readonly IqServices? _services;
    private readonly Reopening _reopening;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly Lock _gate = new();
    private readonly Task _run;
    private IqExchange _exchange;
    private XmppSession? _current;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private XmppException? _over;
    private volatile bool _closing;

    private SessionLoop(XmppConnectionOptions options, ILogger log, Reopening reopening, IqServices? services, XmppSession first)
    {
        (_options, _log, _reopening, _services, _current, _exchange, Jid) = (options, log, reopening, services, first, first.Exchange, first.Jid);
        _inbound = new(new(options.MaxReceivedStanzas, options.MaxReceivedBytes), new(Math.Max(options.MaxReceivedStanzas, options.MaxReceivedStanzasWhileAwaited), Math.Max(options.MaxReceivedBytes, options.MaxReceivedBytesWhileAwaited)), () => XmppLog.Stuck(_log, Jid));
        _skipped = new(log);
        _run = RunAsync(first);
    }

    /// <summary>Our address on the last session.</summary>
    public Jid Jid { get; private set; }

    public string? ServerNode => Volatile.Read(ref _current)?.ServerNode;

    /// <summary>What goes into each presence (XEP-0115), or null.</summary>
    public EntityCapabilities? Capabilities => _services?.Capabilities;

    public long SkippedCount => _skipped.Count;

    /// <summary>Opens the first session; its failure is the caller's.</summary>
    public static async Task<SessionLoop> StartAsync(XmppConnectionOptions options, ILogger log, CancellationToken cancellationToken)
    {
        // an entity that cannot be described is the caller's mistake, found before anything is opened
        var services = options.Entity is { } entity ? new IqServices(entity, options.Time) : null;
        var reopening = new Reopening(options, log);
        var first = await reopening.OpenAsync(cancellationToken).ConfigureAwait(false);
        XmppLog.Connected(log, first.Jid);
        return new(options, log, reopening, services, first);
    }

    public ValueTask<XmppEvent?> ReceiveAsync(CancellationToken cancellationToken) => _inbound.TakeAsync(cancellationToken);

    public ValueTask SendAsync(Stanza stanza, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _current) is not { } session)
            return new(SendOnNextAsync(null, stanza, cancellationToken));
        var sent = session.SendAsync(stanza, cancellationToken);
        if (!sent.IsCompletedSuccessfully)
            return new(AwaitAsync(session, sent, stanza, cancellationToken));
        return sent.Result ? ValueTask.CompletedTask : new(SendOnNextAsync(session, stanza, cancellationToken));
    }

    public async Task<Iq> RequestAsync(Iq request, CancellationToken cancellationToken)
    {
        _inbound.BeginAwait();
        try
        {
            return await AskAsync(request, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _inbound.EndAwait();
        }
    }

    /// <summary>Closes in order within that time, else without order.</summary>
    public async Task CloseAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        _closing = true;
        _inbound.BeginClose();
        await _stop.CancelAsync().ConfigureAwait(false);
        using var timeout = new CancellationTokenSource(patience, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            if (Volatile.Read(ref _current) is { } session)
                await session.BeginCloseAsync(either.Token).ConfigureAwait(false);
            await _run.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // without the caller's token, the peer had its time
            await _abandon.CancelAsync().ConfigureAwait(false);
            await _run.ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Never fails: how it ended is what receivers and senders are told.</summary>
    private async Task RunAsync(XmppSession first)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        XmppException? reason;
        try
        {
            reason = await KeepAsync(first).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            reason = new XmppConnectionException($"The connection of {Jid} ended by an error of its own: {e.Message}", e);
        }
        End(reason);
    }

    /// <summary>Session after session; null when it ended as it should, else why there is no next one.</summary>
    private async Task<XmppException?> KeepAsync(XmppSession session)
    {
        while (true)
        {
            var reason = await RunSessionAsync(session).ConfigureAwait(false);
            if (_closing)
                return null;
            if (!_options.Reconnect)
                return reason;
            var endedInOrder = reason is null;
            reason ??= new XmppConnectionException($"The XMPP server for {session.Jid.Domain} closed the XML stream.");
            XmppLog.Lost(_log, session.Jid, reason.Message);
            Publish(null);
            _inbound.Tell(new SessionLost(reason));
            var again = await ReopenAsync(session, reason, endedInOrder).ConfigureAwait(false);
            if (again.Next is null)
                return again.Final;
            if (!again.Next.IsResumed)
                session.Exchange.FailAll(new XmppConnectionException($"The connection of {session.Jid} was lost, and its session could not be resumed; it is not known whether the request was carried out."));
            session = again.Next;
            (Jid, _exchange) = (session.Jid, session.Exchange);
            XmppLog.Reconnected(_log, session.Jid, session.IsResumed ? "resumed" : "new session");
            _inbound.Tell(new SessionStarted(session.Jid, session.IsResumed, again.Unacknowledged, again.UnacknowledgedBytes));
            Publish(session);
        }
    }

    private async Task<XmppException?> RunSessionAsync(XmppSession session)
    {
        await using var abandoned = _abandon.Token.UnsafeRegister(static session => _ = ((XmppSession)session!).DisposeAsync().AsTask(), session).ConfigureAwait(false);
        // closed while it was being opened
        if (_closing)
            await session.BeginCloseAsync(_abandon.Token).ConfigureAwait(false);
        return await session.RunAsync(_inbound, _skipped, _services).ConfigureAwait(false);
    }

    /// <summary>Ends at once when it is stopped, also while something of the program's own, which may not heed that, is waited for.</summary>
    private async Task<Reopened> ReopenAsync(XmppSession before, XmppException reason, bool endedInOrder)
    {
        Task<Reopened>? reopening = null;
        try
        {
            await _inbound.WhenRoomForChanges().WaitAsync(_stop.Token).ConfigureAwait(false);
            reopening = _reopening.AgainAsync(before, reason, endedInOrder, _stop.Token);
            return await reopening.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            if (reopening is not null)
                _ = DropLateAsync(reopening);
            return Reopened.Stopped;
        }
    }

    private static async Task DropLateAsync(Task<Reopened> reopening)
    {
        await ((Task)reopening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (reopening is { IsCompletedSuccessfully: true, Result.Next: { } late })
            await late.DisposeAsync().ConfigureAwait(false);
    }

    private void End(XmppException? reason)
    {
        if (reason is null)
            XmppLog.Disconnected(_log, Jid);
        else
            XmppLog.GaveUp(_log, Jid, reason.Message);
        lock (_gate)
            _over = reason ?? Closed();
        Publish(null);
        _exchange.FailAll(_over);
        _inbound.Complete(reason);
    }

    private async Task<Iq> AskAsync(Iq request, CancellationToken cancellationToken)
    {
        var id = request.Id = RandomNumberGenerator.GetHexString(24, lowercase: true);
        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        for (XmppSession? session = null; ;)
        {
            try
            {
                session = await NextAsync(session, either.Token).ConfigureAwait(false);
                var answer = session.Exchange.Open(id, request.To);
                try
                {
                    if (!await session.SendAsync(request, either.Token).ConfigureAwait(false))
                        continue;
                    var iq = await answer.WaitAsync(either.Token).ConfigureAwait(false);
                    return iq.IsError ? throw IqExchange.Refusal(iq) : iq;
                }
                finally
                {
                    session.Exchange.Close(id);
                }
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"{request.To?.ToString() ?? "The XMPP server"} did not answer an iq within {_options.RequestTimeout.TotalSeconds} s (RequestTimeout).", e);
            }
        }
    }

    private void Publish(XmppSession? session)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            Volatile.Write(ref _current, session);
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.TrySetResult();
    }

    /// <summary>The session that came after <paramref name="before"/>, or the current one if that is null; waits for it.</summary>
    private async ValueTask<XmppSession> NextAsync(XmppSession? before, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                if (_over is not null)
                    throw _over;
                if (_current is { } session && session != before)
                    return session;
                changed = _changed.Task;
            }
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task SendOnNextAsync(XmppSession? session, Stanza stanza, CancellationToken cancellationToken)
    {
        _inbound.BeginAwait();
        try
        {
            do
                session = await NextAsync(session, cancellationToken).ConfigureAwait(false);
            while (!await session.SendAsync(stanza, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _inbound.EndAwait();
        }
    }

    private async Task AwaitAsync(XmppSession session, ValueTask<bool> sent, Stanza stanza, CancellationToken cancellationToken)
    {
        _inbound.BeginAwait();
        try
        {
            if (await sent.ConfigureAwait(false))
                return;
        }
        finally
        {
            _inbound.EndAwait();
        }
        await SendOnNextAsync(session, stanza, cancellationToken).ConfigureAwait(false);
    }

    private XmppConnectionException Closed() => new($"The connection of {Jid} was closed.");
}
