using Microsoft.Extensions.Logging;
using XmppRpc.Client;
using XmppRpc.Discovery;
using XmppRpc.Frames;
using XmppRpc.Server;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc;

/// <summary>
/// Leads what is received to its room: stanza by stanza, frame by frame, on the one receiving loop. It awaits nothing and runs no user code: what one
/// stanza has started is handed over as one piece of work.
/// </summary>
internal sealed class StanzaRouter(
    Jid jid, RpcEndpointOptions options, FrameBatcher batcher, ServedContracts contracts, ActiveCalls active, Links links, Targets targets, SelfDescription self, Introductions introductions, ILogger log)
{
    private readonly FrameReader _reader = new();
    private readonly UnheldStreams _unheld = new(batcher, options.MaxQueuedBytes);

    /// <summary>Lines that were no frames.</summary>
    public long IgnoredLines => _reader.BadLines;

    // RFC 6120 §8.3: an error is looked at before anything else, its payload never (it may be an echo of ours).
    public void Route(Stanza stanza)
    {
        if (SenderOf(stanza, jid) is not { } from)
            return;
        switch (stanza)
        {
            case Message { IsError: true } bounce:
                PeerGone(from, $"{from} does not take messages ({PlainText.Of(StanzaError.Read(bounce)?.Condition)})");
                break;
            case { IsError: true } or Message { Type: "groupchat" }:
                break;
            case Message message:
                if (message.Element.Child(FrameNames.Element, FrameNames.Namespace) is { } rpc)
                    Receive(from, rpc.TextUtf8.Span);
                break;
            case Presence { Type: "unavailable" } when from != jid:
                PeerGone(from, $"{from} has gone offline");
                break;
            case Presence { Type: null } when from != jid:
                links.Returned(from);
                break;
            case Iq { IsRequest: true } request:
                self.Answer(from, request);
                break;
        }
    }

    /// <summary>Who sent a stanza: our own account if it does not say (RFC 6120 §8.1.2.1), but nobody if what it says is no valid JID.</summary>
    internal static Jid? SenderOf(Stanza stanza, Jid self) => stanza.Element.Attribute("from") is null ? self.Bare : stanza.From;

    private void Receive(Jid from, ReadOnlySpan<byte> text)
    {
        var bad = _reader.BadLines;
        var frames = new List<Frame>();
        _reader.Read(text, frames);
        if (_reader.BadLines > bad)
            log.BadLines(_reader.BadLines - bad, PlainText.Of(from.ToString())!);
        var work = new HandOver(batcher, options.Connection.Time, options.MaxHold);
        foreach (var frame in frames)
            Route(from, frame, work);
        work.Start();
    }

    private void Route(Jid from, Frame frame, HandOver work)
    {
        switch (frame)
        {
            case CallFrame or CancelFrame or CreditFrame { IsUpload: false } or ResumeFrame { IsUpload: false } or ItemFrame { IsUpload: true } or EndFrame { IsUpload: true }:
                active.Receive(from, (CallBoundFrame)frame, work);
                break;
            case CallBoundFrame bound:
                var link = links.Find(bound.Id.Scope, from);
                if (link is null || !PendingCalls.Receive(link, bound, work))
                    _unheld.Take(from, bound);
                if (link is not null && bound is FaultFrame { Code: FrameNames.WrongInstance })
                    links.Retire(link);
                break;
            case LowFrame low:
                active.Low(from, low);
                break;
            case WhoFrame who:
                self.Answer(from, who);
                break;
            case HereFrame here when targets.WasAsked(from, here):
                _ = self.TellAsync(from, () => targets.HereAsync(from, here));
                break;
            case UnknownFrame { Must: true, Id: { } id } when contracts.IsVisibleTo(from):
                batcher.Append(from, new FaultFrame(id, RpcStatus.Unimplemented, "A frame of this kind is not known here.") { Code = FrameNames.Unsupported, Ran = false });
                break;
        }
    }

    /// <summary>The peer's process seems gone, which does not yet mean that it is.</summary>
    public void PeerGone(Jid peer, string reason)
    {
        log.PeerGone(PlainText.Of(peer.ToString())!);
        introductions.Forget(peer);
        links.Doubt(peer, reason);
        active.CallerGone(peer);
    }
}
