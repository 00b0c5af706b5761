using Microsoft.Extensions.Logging;
using XmppRpc.Client;
using XmppRpc.Discovery;
using XmppRpc.Frames;
using XmppRpc.Server;
using XmppRpc.Timing;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc;

/// <summary>
/// Leads what is received to its room: stanza by stanza, frame by frame, on the one receiving loop. It awaits nothing and runs no user code: what one
/// stanza has started is handed over as one piece of work.
/// </summary>
internal sealed class StanzaRouter(
    Jid jid, RpcEndpointOptions options, FrameBatcher batcher, ServedContracts contracts, CallerLimits limits, RosterGroups roster, ActiveCalls active, Links links, Targets targets, SelfDescription self, Introductions introductions, DeadlineWheel wheel, ILogger log)
{
    private readonly FrameReader _reader = new();
    private readonly PartAssembler _parts = new(new PartLimits(options.MaxFrameBytes, options.MaxHalfBuiltBytesPerPeer, options.MaxHalfBuiltBytes, options.PartTimeout), wheel, (from, first) => MayKeep(from, first, active, links));
    private readonly RarePerPeer _gone = new(wheel), _refused = new(wheel);
    private readonly UnheldStreams _unheld = new(batcher, options.MaxQueuedBytes, limits.MayAnswer);

    /// <summary>Lines that were no frames.</summary>
    public long IgnoredLines => _reader.BadLines;

    /// <summary>Frames in parts that never became whole.</summary>
    public long BrokenFrames => _parts.Broken;

    // RFC 6120 §8.3: an error is looked at before anything else, its payload never (it may be an echo of ours).
    public void Route(Stanza stanza)
    {
        if (SenderOf(stanza, jid) is not { } from)
            return;
        switch (stanza)
        {
            case Message { IsError: true } bounce:
                Bounced(from, StanzaError.Read(bounce));
                break;
            case { IsError: true } or Message { Type: "groupchat" }:
                break;
            case Message message:
                if (message.Element.Child(FrameNames.Element, FrameNames.Namespace) is { } rpc)
                    Receive(from, rpc.TextUtf8);
                break;
            case Presence { Type: "unavailable" } when from != jid:
                PeerGone(from, $"{from} has gone offline");
                break;
            case Presence { Type: null } when from != jid:
                links.Returned(from);
                break;
            case Iq { IsRequest: true } push when roster.Take(push):
                self.Acknowledge(from, push);
                break;
            case Iq { IsRequest: true } request:
                self.Answer(from, request);
                break;
        }
    }

    /// <summary>Who sent a stanza: our own account if it does not say (RFC 6120 §8.1.2.1), but nobody if what it says is no valid JID.</summary>
    internal static Jid? SenderOf(Stanza stanza, Jid self) => stanza.Element.Attribute("from") is null ? self.Bare : stanza.From;

    private void Receive(Jid from, ReadOnlyMemory<byte> text)
    {
        // What is noted of this stanza's frames is noted by this reading of the clock.
        _ = wheel.Now;
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
            case PartFrame part:
                Receive(from, part.Id, _parts.Take(from, part), work);
                break;
            case CallFrame or CancelFrame or CreditFrame { IsUpload: false } or ResumeFrame { IsUpload: false } or ItemFrame { IsUpload: true } or EndFrame { IsUpload: true }:
                if (frame is CancelFrame cancel)
                    _parts.Forget(from, cancel.Id);
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
            case WhoFrame who when limits.MayAnswer(from):
                self.Answer(from, who);
                break;
            case HereFrame here when targets.WasAsked(from, here):
                _ = self.TellAsync(from, () => targets.HereAsync(from, here));
                break;
            case UnknownFrame { Must: true, Id: { } id } when contracts.IsVisibleTo(from) && limits.MayAnswer(from):
                batcher.Append(from, new FaultFrame(id, RpcStatus.Unimplemented, "A frame of this kind is not known here.") { Code = FrameNames.Unsupported, Ran = false });
                break;
        }
    }

    /// <summary>Decides about the first part of a frame: a call is refused at once if it would be when it is whole, anything else must belong to an open call.</summary>
    private static bool MayKeep(Jid from, PartFrame first, ActiveCalls active, Links links) =>
        first.Path is not null ? active.LetsIn(from, first) : links.Find(first.Id.Scope, from)?.Find(first.Id.Number) is not null || active.IsOpen(from, first.Id);

    private void Receive(Jid from, CallId id, in PartResult result, HandOver work)
    {
        if (result.Refusal is { } code)
        {
            var message = code == FrameNames.TooLarge
                ? $"The frame is larger than RpcEndpointOptions.MaxFrameBytes of the receiver ({options.MaxFrameBytes}) allows."
                : "The receiver has no room for one more frame in parts.";
            var fault = new FaultFrame(id, RpcStatus.ResourceExhausted, message) { Code = code, Ran = result.Path is null };
            // Of a call its sender is told; of an answer, who waits for it here.
            if (result.Path is null)
                Route(from, fault, work);
            else if (batcher.QueuedBytes <= 2 * options.MaxQueuedBytes)
                batcher.Append(from, fault);
            return;
        }
        if (result.Line.IsEmpty)
            return;
        // By what the first part has shown the others were kept, so the frame must be that.
        var frame = _reader.ReadLine(result.Line);
        if (frame is CallBoundFrame bound and not PartFrame && bound.Id == id && (frame as CallFrame)?.Path == result.Path)
            Route(from, frame, work);
        else
            _parts.CountBroken();
    }

    /// <summary>A message of ours came back from there.</summary>
    private void Bounced(Jid from, StanzaError? error)
    {
        error ??= new StanzaError("cancel", "undefined-condition");
        var state = StanzaErrors.OfMessage(error);
        if (state is PeerState.InDoubt or PeerState.Forbidden)
            PeerGone(from, $"{from} does not take messages ({error.Condition})", state == PeerState.Forbidden ? RpcStatus.PermissionDenied : RpcStatus.Unavailable);
        else if (state == PeerState.Refused)
            Refused(from, error);
    }

    /// <summary>Something of ours was refused, for a reason that says nothing of whether the peer lives: calls end by their deadlines.</summary>
    public void Refused(Jid peer, StanzaError error)
    {
        if (_refused.MayTell(peer))
            log.StanzaRefused(PlainText.Of(peer.ToString())!, error.Type, error.Condition);
    }

    /// <summary>The peer's process seems gone, which does not yet mean that it is.</summary>
    public void PeerGone(Jid peer, string reason, RpcStatus status = RpcStatus.Unavailable)
    {
        if (_gone.MayTell(peer))
            log.PeerGone(PlainText.Of(peer.ToString())!);
        introductions.Forget(peer);
        _parts.Forget(peer);
        links.Doubt(peer, reason, status);
        active.CallerGone(peer);
    }
}
