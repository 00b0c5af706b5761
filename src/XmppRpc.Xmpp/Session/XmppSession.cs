using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.StreamManagement;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>The life of one XML stream on one byte stream, from open to close; never reused. <see cref="RunAsync"/> is its only loop.</summary>
internal sealed class XmppSession : IAsyncDisposable
{
    /// <summary>How long a peer that may no longer read is waited for.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Whatever an XMPP server says of its limits, this much is tried: else one that says 1 could keep us from saying anything.</summary>
    private const int LeastStanzaBytes = 1024;

    private readonly XmppTransport _transport;
    private readonly XmppConnectionOptions _options;
    private readonly ILogger _log;
    private readonly NegotiatedSession _negotiated;
    private readonly ManagedSender? _sender;
    private readonly Liveness _liveness;
    private readonly string _pingId = RandomNumberGenerator.GetHexString(24, lowercase: true);
    private readonly long _startedAt;
    private readonly uint _acknowledgedBefore;
    private readonly CancellationTokenSource _ended = new();
    private InboundQueue? _inbound;
    private XmppElement? _errorDetail;
    private XmppConnectionException? _dead;
    private long _bytesTaken;
    private bool _sawBroken;
    private volatile bool _closing;
    private volatile bool _over;

    private XmppSession(XmppTransport transport, XmppConnectionOptions options, ILogger log, NegotiatedSession negotiated, bool isDirectTls, SendWindow window, SessionHistory before)
    {
        IsDirectTls = isDirectTls;
        (_transport, _options, _log, _negotiated) = (transport, options, log, negotiated);
        Exchange = negotiated.IsResumed && before.Exchange is { } exchange ? exchange : new(negotiated.Jid);
        _liveness = new(new(options.IdleTimeout, options.AnswerTimeout, WhiteSpaceInterval(options, negotiated), options.SlowestBytesPerSecond), transport.BytesRead, transport.BytesWritten);
        _startedAt = options.Time.GetTimestamp();
        _bytesTaken = transport.BytesRead;
        transport.PadsFlushes = true;
        _acknowledgedBefore = negotiated.State?.Unacked.Acknowledged ?? 0;
        transport.MaxElementBytes = options.MaxSentStanzaBytes;
        // XEP-0478: refused here, before the XMPP server ends the stream for it
        if (negotiated.Limits?.MaxStanzaBytes is { } most)
            transport.MaxElementBytes = Math.Max(most, LeastStanzaBytes);
        if (negotiated.State is not { } state)
            return;
        _sender = new(transport, state, window, transport.MaxElementBytes, options.Time);
        _sender.SendAgain();
    }

    public Jid Jid => _negotiated.Jid;

    /// <summary>Whether this goes on with the session of the stream before.</summary>
    public bool IsResumed => _negotiated.IsResumed;

    /// <summary>Whether it was given up because the XMPP server did not answer, and never acknowledged anything on this stream: what is resumed like that would be so again.</summary>
    public bool WentUnheard => _dead is not null && State is { Unacked: { Count: > 0 } unacked } && unacked.Acknowledged == _acknowledgedBefore;

    /// <summary>Whether TLS began with the first byte.</summary>
    public bool IsDirectTls { get; }

    /// <summary>Stream management, or null if the XMPP server has none.</summary>
    public ResumeState? State => _negotiated.State;

    /// <summary>What the XMPP server says it bears (XEP-0478), or null.</summary>
    public StreamLimits? Limits => _negotiated.Limits;

    public string? ServerNode => _negotiated.ServerNode;

    /// <summary>The requests that wait for their answer; they outlive the stream if the session is resumed.</summary>
    public IqExchange Exchange { get; }

    /// <summary>How long this stream has been open.</summary>
    public TimeSpan Age => _options.Time.GetElapsedTime(_startedAt);

    /// <summary>Connects and negotiates within <see cref="XmppConnectionOptions.ConnectTimeout"/>, resuming what was <paramref name="before"/> if that can be.</summary>
    public static async Task<XmppSession> OpenAsync(XmppConnectionOptions options, ILogger log, SessionHistory before, SendWindow window, UserAgent agent, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        XmppLog.Connecting(log, options.Jid, TcpConnector.Describe(options));
        XmppTransport? transport = null;
        try
        {
            var (wire, isDirectTls) = await OpenWireAsync(options, before.Elsewhere, either.Token).ConfigureAwait(false);
            transport = new(wire, int.MaxValue, options.MaxQueuedBytes);
            if (transport.IsEncrypted)
                XmppLog.Encrypted(log, options.Jid.Bare, transport.Protocol);
            var dialogue = new StreamDialogue(transport, options, log, isDirectTls);
            var negotiated = options.IsComponent
                ? await new ComponentHandshake(dialogue, options, log).NegotiateAsync(either.Token).ConfigureAwait(false)
                : await new StreamNegotiator(dialogue, options, log, agent).NegotiateAsync(before, either.Token).ConfigureAwait(false);
            return new(transport, options, log, negotiated, isDirectTls, window, before);
        }
        catch (Exception e)
        {
            if (transport is not null)
            {
                if (e is XmppStreamException { SentByPeer: false } broken)
                    await SayLastAsync(token => StreamError.SendAsync(transport, broken.Condition, null, token), options.Time, cancellationToken).ConfigureAwait(false);
                await transport.DisposeAsync().ConfigureAwait(false);
            }

            if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested && timeout.IsCancellationRequested)
                throw new XmppConnectionException($"The XMPP server at {TcpConnector.Describe(options)} did not finish connecting {options.Jid.Bare} within {options.ConnectTimeout.TotalSeconds} s (ConnectTimeout).", e);
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Reads until the stream ends and hands over what comes; null when it ended in order, by whichever side.</summary>
    public async Task<XmppException?> RunAsync(InboundQueue inbound, SkippedElements skipped, IqServices? services)
    {
        _inbound = inbound;
        await using var watch = _options.Time.CreateTimer(static session => ((XmppSession)session!).Watch(), this, _liveness.Interval, _liveness.Interval).ConfigureAwait(false);
        try
        {
            foreach (var (element, bytes) in _negotiated.Early)
                if (Stanza.Wrap(element) is { } early)
                {
                    await WaitForRoomAsync(inbound).ConfigureAwait(false);
                    Deliver(early, bytes, inbound, services);
                }
            while (true)
            {
                await WaitForRoomAsync(inbound).ConfigureAwait(false);
                var node = await _transport.ReadAsync().ConfigureAwait(false);
                if (node is null && _transport.IsStreamEnded || node is { Kind: XmppNodeKind.StreamEnd })
                    break;
                Take(node, inbound, skipped, services);
            }
            await SayLastAsync(SayGoodbyeAsync, _options.Time, _ended.Token).ConfigureAwait(false);
            return null;
        }
        catch (XmppException) when (_closing)
        {
            // the end is what was asked for
            return null;
        }
        catch (XmppException e)
        {
            var reason = _dead ?? e;
            if (reason is XmppStreamException { SentByPeer: false } broken)
                await SayLastAsync(token => StreamError.SendAsync(_transport, broken.Condition, _errorDetail, token), _options.Time, _ended.Token).ConfigureAwait(false);
            else if (reason is XmppStreamException)
                await SayLastAsync(_transport.WriteStreamEndAsync, _options.Time, _ended.Token).ConfigureAwait(false);
            return reason;
        }
        finally
        {
            await DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Sends a stanza; false: the stream is over, and nothing was done.</summary>
    public ValueTask<bool> SendAsync(Stanza stanza, CancellationToken cancellationToken)
    {
        if (_sender is not null)
            return _sender.SendAsync(stanza.Element, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (_over || !_transport.TryAppend(stanza.Element, _transport.MaxElementBytes))
            return new(false);
        var sent = _transport.FlushAsync(cancellationToken);
        return sent.IsCompletedSuccessfully ? new(true) : AwaitAsync(sent);

        static async ValueTask<bool> AwaitAsync(ValueTask sent)
        {
            await sent.ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Closes our side; <see cref="RunAsync"/> ends when the peer has closed its own (RFC 6120 §4.4). Cancelled, it just stops waiting for the closing tag to leave.</summary>
    public async Task BeginCloseAsync(CancellationToken cancellationToken)
    {
        _closing = true;
        try
        {
            await SayGoodbyeAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is XmppException or ArgumentException or OperationCanceledException)
        {
            // it is over, which is all that was asked for
        }
    }

    /// <summary>Drops the byte stream; nothing is said.</summary>
    public async ValueTask DisposeAsync()
    {
        _over = true;
        _sender?.Dispose();
        await _ended.CancelAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    // the last word is on what was handled: without it the XMPP server takes stanzas for lost, and bounces them (XEP-0198 §4, F-04)
    private ValueTask SayGoodbyeAsync(CancellationToken cancellationToken) =>
        _transport.WriteStreamEndAsync(State is { } state ? SmNonzas.Answer(state.Handled) : null, cancellationToken);

    private static async Task<(XmppWire Wire, bool IsDirectTls)> OpenWireAsync(XmppConnectionOptions options, ConnectTo? elsewhere, CancellationToken cancellationToken)
    {
        if (options.WebSocket is not null)
            return (await WebSocketConnector.OpenAsync(options, cancellationToken).ConfigureAwait(false), false);
        var opened = await TcpConnector.OpenAsync(options, elsewhere, cancellationToken).ConfigureAwait(false);
        return (new ByteStreamWire(opened.Stream, options.Limits), opened.IsDirectTls);
    }

    /// <summary>Throws when the stream ends meanwhile: what is left of it is not read any more, and must not hold up the next one.</summary>
    private ValueTask WaitForRoomAsync(InboundQueue inbound)
    {
        var room = inbound.WhenRoom();
        return room.IsCompleted ? ValueTask.CompletedTask : WaitAsync();

        async ValueTask WaitAsync()
        {
            try
            {
                await room.WaitAsync(_ended.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                throw _dead ?? _transport.Broken ?? new($"The connection of {Jid} was closed here.");
            }
        }
    }

    private void Take(XmppNode? node, InboundQueue inbound, SkippedElements skipped, IqServices? services)
    {
        switch (node)
        {
            case { Kind: XmppNodeKind.Element, Element: { } element }:
                if (Stanza.Wrap(element) is { } stanza)
                    HandOver(stanza, inbound, services);
                else
                    TakeNonza(element);
                break;
            case { Kind: XmppNodeKind.Skipped } passed:
                // handled too: else it would come again with each resumption (T-06)
                if (passed.Element is not { } start || Stanza.Wrap(start) is not null)
                    State?.CountHandled();
                skipped.Note(passed, Jid);
                _bytesTaken = _transport.BytesRead;
                break;
            case null:
                throw new XmppConnectionException($"The XMPP server for {Jid.Domain} closed the connection of {Jid} without closing the XML stream.");
            default:
                throw new XmppStreamException("invalid-xml", $"The XMPP server for {Jid.Domain} opened a second XML stream inside the first.");
        }
    }

    // often enough for an XMPP server that says how long it waits (XEP-0478)
    private static TimeSpan WhiteSpaceInterval(XmppConnectionOptions options, NegotiatedSession negotiated) =>
        negotiated.Limits?.IdleTime / 2 is { } half && half < options.WhiteSpaceInterval ? half : options.WhiteSpaceInterval;

    private void HandOver(Stanza stanza, InboundQueue inbound, IqServices? services)
    {
        // what is dropped is not handled
        if (!inbound.IsOverflowed)
            State?.CountHandled();
        var (before, now) = (_bytesTaken, _transport.BytesRead);
        _bytesTaken = now;
        Deliver(stanza, (int)(now - before), inbound, services);
    }

    /// <summary>To the request it answers, to the services it asks, else to the program.</summary>
    private void Deliver(Stanza stanza, int bytes, InboundQueue inbound, IqServices? services)
    {
        // a component's own ping comes back to it as the request
        if (stanza is Iq iq && (iq.Id == _pingId || (!iq.IsRequest && Exchange.TryComplete(iq))))
            return;
        if (stanza is Iq request && services?.Answer(request) is { } answer)
            Answer(answer);
        else
            inbound.Add(stanza, bytes);
    }

    /// <summary>An answer that finds no room, or is larger than the XMPP server bears, is not given: whoever asks must not fill our queues.</summary>
    private void Answer(Iq answer)
    {
        if (!IqServices.MayEcho(answer.Id))
            return;
        try
        {
            if (_sender is not null)
                _sender.TryAnswer(answer.Element);
            else if (_transport.QueuedBytes < _options.MaxQueuedBytes / SendWindow.AnswerShare && _transport.TryAppend(answer.Element, _transport.MaxElementBytes))
                _transport.Leave();
        }
        catch (ArgumentException)
        {
            XmppLog.NotAnswered(_log, Jid, RemoteText.Show(answer.Element.Attribute("to")));
        }
    }

    private void TakeNonza(XmppElement element)
    {
        if (StreamError.Read(element, $"The XMPP server for {Jid.Domain}", mayRedirect: _options.WebSocket is null) is { } error)
            throw error;
        if (element.Namespace != XmppNames.StreamManagement || State is not { } state)
            return;
        if (element.Name == "r")
            _sender!.AnswerSoon();
        else if (element.Name == "a" && SmNonzas.Handled(element) is { } handled && !_sender!.TryAcknowledge(handled))
        {
            _errorDetail = SmNonzas.HandledCountTooHigh(handled, state.Unacked.Sent);
            throw new XmppStreamException("undefined-condition", $"The XMPP server for {Jid.Domain} says that it handled {handled} stanzas, more than were sent.") { ApplicationCondition = _errorDetail.Name };
        }
    }

    /// <summary>On the thread of a timer, where an exception would end the process.</summary>
    private void Watch()
    {
        try
        {
            Look();
        }
        catch (Exception e)
        {
            GiveUp(new($"The connection of {Jid} was given up by an error of its own: {e.Message}", e));
        }
    }

    private void Look()
    {
        // a write has failed, and the last words of the XMPP server had their time
        if (_transport.IsBroken && _sawBroken)
            _ = DropAsync();
        _sawBroken = _transport.IsBroken;
        if (_sawBroken)
            return;
        var facts = new LivenessFacts(_transport.BytesRead, _transport.BytesWritten, IsAnswerOwed: State?.Unacked.Count > 0, IsHeldUp: _sender is null && _transport.QueuedBytes > 0, IsReaderHeldUp: _inbound!.HasHeldUp(), _sender?.LargestUnacked ?? 0, State?.Unacked.Bytes ?? 0, State?.Unacked.Acknowledged ?? 0);
        switch (_liveness.Tick(Age, facts))
        {
            case LivenessStep.WhiteSpace when _transport.QueuedBytes > 0:
                // something waits to leave already
                break;
            case LivenessStep.WhiteSpace when _transport.TakesWhiteSpace:
                _transport.PostWhiteSpace();
                break;
            case LivenessStep.WhiteSpace or LivenessStep.Probe when _sender is not null:
                _sender.Ask();
                break;
            case LivenessStep.WhiteSpace or LivenessStep.Probe:
                // any answer is a sign of life, also a refusal; nobody waits for it
                _transport.Post(new Iq("get", new XmppElement("ping", XmppNames.Ping)) { Id = _pingId, To = Jid.Parse(Jid.Domain), From = _options.IsComponent ? Jid : null }.Element);
                break;
            case LivenessStep.Dead:
                GiveUp(new($"The XMPP server for {Jid.Domain} has been silent although it was asked (AnswerTimeout {_options.AnswerTimeout.TotalSeconds} s), so the connection of {Jid} counts as lost."));
                break;
        }
    }

    private void GiveUp(XmppConnectionException reason)
    {
        _dead = reason;
        _ = DropAsync();
    }

    private async Task DropAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private static async ValueTask SayLastAsync(Func<CancellationToken, ValueTask> say, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(LastWords, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await say(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is XmppException or OperationCanceledException or ArgumentException)
        {
            // it is over in any case
        }
    }
}
