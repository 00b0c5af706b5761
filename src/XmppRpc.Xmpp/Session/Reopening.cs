using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.StreamManagement;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>What came of opening a session again.</summary>
/// <param name="Next">The session, or null.</param>
/// <param name="Unacknowledged">What the one before left, if it was not resumed.</param>
/// <param name="UnacknowledgedBytes">What that took on the wire.</param>
/// <param name="Final">Why it was given up; null when it was stopped.</param>
internal sealed record Reopened(XmppSession? Next, IReadOnlyList<UnacknowledgedStanza> Unacknowledged, long UnacknowledgedBytes, XmppException? Final)
{
    public static Reopened Stopped { get; } = GivenUp(null);

    public static Reopened GivenUp(XmppException? final) => new(null, [], 0, final);
}

/// <summary>Opens the session after a lost one: how often, after which wait, where, and with what of the one before.</summary>
internal sealed class Reopening(XmppConnectionOptions options, ILogger log)
{
    private const int MaxLimitedAttempts = 3, MaxOtherHosts = 3;

    /// <summary>A session that lived this long starts the waits and counts anew.</summary>
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(60);

    private readonly Backoff _backoff = new(options.MinReconnectDelay, options.MaxReconnectDelay, Random.Shared.NextDouble);
    private readonly UserAgent _agent = new(options.UserAgentId ?? Guid.NewGuid());
    private SendWindow _window = new(options.MaxUnackedStanzas, options.MaxUnackedBytes);
    private int _limited;
    private int _otherHosts;
    private uint? _stumbledAt;

    /// <summary>Opens the first session, wherever the XMPP server sends us; any other failure is the caller's.</summary>
    public async Task<XmppSession> OpenAsync(CancellationToken cancellationToken)
    {
        for (var history = SessionHistory.None; ;)
            try
            {
                return await XmppSession.OpenAsync(options, log, history, _window, _agent, cancellationToken).ConfigureAwait(false);
            }
            catch (XmppStreamException e) when (ConnectTo.TryParse(e.OtherHost, out var place) && ++_otherHosts <= MaxOtherHosts)
            {
                history = history with { Elsewhere = place };
            }
    }

    /// <summary>Tries until there is a session, trying makes no sense any more, or it is stopped.</summary>
    public async Task<Reopened> AgainAsync(XmppSession before, XmppException reason, bool endedInOrder, CancellationToken stop)
    {
        if (before.Age >= StableAfter)
        {
            _backoff.Reset();
            (_limited, _otherHosts) = (0, 0);
            _window = new(options.MaxUnackedStanzas, options.MaxUnackedBytes);
        }
        var lost = before.IsResumed ? ReconnectPolicy.ForResumed(reason) : ReconnectPolicy.For(reason);
        // a stream closed in order ends its session (XEP-0198 §5)
        var resumable = !endedInOrder && !lost.DropsSession && !StumblesAgain(before, reason) && !(before.IsResumed && before.WentUnheard);
        if (lost.IsTooMuch)
            _window = _window.Halved();
        var preferred = resumable ? Place(before, before.State?.Location) : null;
        for (var verdict = lost; ;)
        {
            var asked = before.State?.Resumptions;
            if (verdict.Retry == Retry.Never || (verdict.Retry == Retry.Limited && ++_limited > MaxLimitedAttempts))
                return Reopened.GivenUp(reason);
            var moves = verdict.OtherHost is not null && ++_otherHosts <= MaxOtherHosts;
            try
            {
                if (!moves)
                    await Task.Delay(_backoff.Next(), options.Time, stop).ConfigureAwait(false);
                var history = new SessionHistory(before.Jid.Resource, resumable ? before.State : null, before.Exchange, moves ? Place(before, verdict.OtherHost) : preferred, before.Limits, before.ServerNode);
                // a place that was told is tried once; after that, where the account's domain says
                preferred = null;
                var next = await XmppSession.OpenAsync(options, log, history, _window, _agent, stop).ConfigureAwait(false);
                return next.IsResumed || before.State is not { } state ? new(next, [], 0, null) : new(next, Read(state.Unacked, lost.IsTooMuch), state.Unacked.Bytes, null);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return Reopened.Stopped;
            }
            catch (Exception e)
            {
                // also what the program's own OpenStream or password source throws
                reason = e as XmppException ?? new XmppConnectionException($"{before.Jid.Bare} could not connect: {e.Message}", e);
                XmppLog.NotReconnected(log, before.Jid, reason.Message);
                verdict = ReconnectPolicy.ForAttempt(reason);
                // the session that was asked for is at fault, so the next attempt, without it, is not more of the same
                if (before.State?.Resumptions != asked && ReconnectPolicy.EndsResumption(reason))
                    (resumable, verdict) = (false, new(Retry.Always));
            }
        }
    }

    private static ConnectTo? Place(XmppSession before, string? told) => ConnectTo.TryParse(told, out var place) ? place with { IsDirectTls = before.IsDirectTls } : null;

    /// <summary>The XMPP server sends unhandled stanzas again; one that our reader ended the stream for would do so each time.</summary>
    private bool StumblesAgain(XmppSession before, XmppException reason)
    {
        if (reason is not XmppStreamException { SentByPeer: false } || before.State is not { } state)
            return false;
        var again = _stumbledAt == state.Handled;
        _stumbledAt = state.Handled;
        return again;
    }

    private static IReadOnlyList<UnacknowledgedStanza> Read(UnackedQueue unacked, bool wasTooMuch)
    {
        var written = unacked.Copies().ToList();
        var largest = wasTooMuch && written.Count > 0 ? written.Max(stanza => stanza.Length) : -1;
        return [.. written.Select(stanza => new UnacknowledgedStanza(ReadOwn(stanza), stanza.Length == largest))];
    }

    private static Stanza ReadOwn(byte[] written)
    {
        var reader = new XmppReader(new() { MaxStanzaBytes = int.MaxValue, MaxElements = int.MaxValue, MaxDepth = int.MaxValue, MaxAttributes = int.MaxValue, MaxNameBytes = int.MaxValue, MaxTagBytes = int.MaxValue, MaxNamespaces = int.MaxValue });
        var input = new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes($"<stream:stream xmlns='{XmppNames.Client}' xmlns:stream='{XmppNames.Streams}'>"));
        reader.TryRead(ref input, out _);
        input = new(written);
        reader.TryRead(ref input, out var node);
        return Stanza.Wrap(node.Element!)!;
    }
}
