using System.Security.Cryptography;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Routing;

/// <summary>XEP-0198 for the clients of one server, as Prosody's mod_smacks does it: enables, counts, acknowledges, hibernates, resumes. Shares the router's lock.</summary>
internal sealed class StreamManagement
{
    private readonly Dictionary<string, BoundResource> _resumable = new(StringComparer.Ordinal);
    private readonly Router _router;
    private readonly LocalXmppServerOptions _options;
    private readonly EndedStreams _ended;
    private int _hibernating;

    public StreamManagement(Router router, LocalXmppServerOptions options)
    {
        (_router, _options, _ended) = (router, options, new(options.MaxRememberedStreams));
        router.Ending += Forget;
    }

    /// <summary>Begins to count; false if that was done before, or the resource is bound no more.</summary>
    public bool TryEnable(BoundResource resource, bool wantsResume, TimeSpan? wantedTimeout)
    {
        lock (_router.Gate)
        {
            if (resource.Stream is not null || resource.Outbound is not { } outbound)
                return false;
            var timeout = wantedTimeout is { } wanted && wanted > TimeSpan.Zero && wanted < _options.ResumeTimeout ? wanted : _options.ResumeTimeout;
            var id = wantsResume && timeout > TimeSpan.Zero ? RandomNumberGenerator.GetHexString(32, lowercase: true) : null;
            // XEP-0198 §4: what is sent before this is not counted
            outbound.Send(StreamManagementNonzas.Enabled(id, timeout));
            resource.Stream = new(_options.MaxUnacknowledgedStanzas, _options.Time, id, timeout);
            if (id is not null)
                _resumable.Add(id, resource);
            return true;
        }
    }

    /// <summary>Counts and routes a stanza. Does nothing if the client's stream goes on elsewhere: that stanza was not taken, and comes again there.</summary>
    public void Take(BoundResource resource, IOutbound via, Stanza stanza)
    {
        lock (_router.Gate)
        {
            if (!ReferenceEquals(resource.Outbound, via))
                return;
            resource.Stream?.CountHandled();
            _router.Route(resource, stanza);
        }
    }

    /// <summary>Answers <c>r</c>; false if stream management is not enabled.</summary>
    public bool TryAnswer(BoundResource resource)
    {
        lock (_router.Gate)
        {
            if (resource.Stream is null)
                return false;
            resource.Outbound?.Send(resource.Stream.Answer());
            return true;
        }
    }

    /// <summary>Takes the client's count; false if stream management is not enabled. A count that cannot be ends the stream.</summary>
    public bool TryAcknowledge(BoundResource resource, IOutbound via, uint handled)
    {
        lock (_router.Gate)
        {
            if (resource.Stream is not { } stream || !ReferenceEquals(resource.Outbound, via))
                return resource.Stream is not null;
            var sent = stream.Window.Sent;
            if (stream.Acknowledge(handled) is var outcome and not AckOutcome.Taken)
                Refuse(via, outcome, handled, sent);
            else if (stream.TryAsk() is { } question)
                via.Send(question);
            return true;
        }
    }

    /// <summary>
    /// Lets the account's stream go on at <paramref name="outbound"/>, which gets <c>resumed</c> and all that was not acknowledged. Null if it cannot:
    /// then <paramref name="failed"/> is the answer, and null if the new stream was closed.
    /// </summary>
    public BoundResource? TryResume(Jid account, string previousId, uint handled, IOutbound outbound, out XmppElement? failed)
    {
        failed = null;
        lock (_router.Gate)
        {
            if (!_resumable.TryGetValue(previousId, out var resource) || resource.Jid.Bare != account || resource.Stream is not { } stream)
            {
                failed = StreamManagementNonzas.Failed("item-not-found", _ended.Find(previousId, account));
                return null;
            }

            var (outcome, sent) = (stream.Acknowledge(handled), stream.Window.Sent);
            if (outcome != AckOutcome.Taken || !stream.Window.IsComplete)
            {
                // F-03; as with Prosody the stream that was to be resumed ends as well
                if (outcome != AckOutcome.Taken)
                    Refuse(outbound, outcome, handled, sent);
                else
                    outbound.Close("resource-constraint", "Too many unacked stanzas remaining, session can't be resumed");
                var former = resource.Outbound;
                _router.Unbind(resource);
                former?.Close("conflict", "Replaced by new connection");
                return null;
            }

            Move(resource, stream, outbound);
            return resource;
        }
    }

    /// <summary>The client's socket is gone. A lost one lets a resumable stream hibernate; anything else is its end.</summary>
    public void Leave(BoundResource resource, IOutbound via, bool isLost)
    {
        lock (_router.Gate)
        {
            if (!ReferenceEquals(resource.Outbound, via))
                return;
            if (!isLost || resource.Stream is not { Id: not null } stream || _hibernating >= _options.MaxConnections)
            {
                _router.Unbind(resource);
                return;
            }

            resource.Outbound = null;
            _hibernating++;
            stream.Hibernate(hibernation => Expire(resource, stream, hibernation));
        }
    }

    /// <summary>No stream can be resumed any more, none is remembered, and what waits for those that hibernate is lost: as after a crash (F-01).</summary>
    public void Forget()
    {
        lock (_router.Gate)
        {
            foreach (var resource in _resumable.Values.ToArray())
            {
                resource.Stream!.MakeUnresumable();
                if (!resource.Stream.IsHibernating)
                    continue;
                resource.Stream.Window.TakeAll();
                _router.Unbind(resource);
            }

            _resumable.Clear();
            _ended.Clear();
        }
    }

    /// <summary>Ends all that hibernate: the server stops.</summary>
    public void EndHibernating()
    {
        lock (_router.Gate)
            foreach (var resource in _resumable.Values.Where(r => r.Stream!.IsHibernating).ToArray())
                _router.Unbind(resource);
    }

    private void Move(BoundResource resource, ManagedStream stream, IOutbound outbound)
    {
        if (stream.IsHibernating)
            _hibernating--;
        // XEP-0198 §5: the server has not noticed the loss; this client has
        resource.Outbound?.Close("conflict", "Replaced by new connection");
        stream.Wake();
        resource.Outbound = outbound;
        outbound.Send(StreamManagementNonzas.Resumed(stream.Id!, stream.Handled));
        foreach (var sent in stream.Window.Kept)
            outbound.Send(Delay.Stamp(sent, resource.Jid.Bare));
        if (stream.TryAsk() is { } question)
            outbound.Send(question);
    }

    private void Expire(BoundResource resource, ManagedStream stream, int hibernation)
    {
        lock (_router.Gate)
        {
            // this timer may have waited for the lock while the client came back
            if (!stream.IsHibernating || stream.Hibernation != hibernation)
                return;
            _ended.Add(stream.Id!, resource.Jid.Bare, stream.Handled);
            _router.Unbind(resource);
        }
    }

    private void Forget(BoundResource resource)
    {
        if (resource.Stream is not { } stream)
            return;
        if (stream.IsHibernating)
            _hibernating--;
        if (stream.Id is { } id)
            _resumable.Remove(id);
    }

    private static void Refuse(IOutbound outbound, AckOutcome outcome, uint handled, uint sent)
    {
        if (outcome == AckOutcome.TooHigh)
            outbound.Close("undefined-condition", "Client acknowledged more stanzas than sent by server", StreamManagementNonzas.HandledCountTooHigh(handled, sent));
        else
            outbound.Close("undefined-condition", "Client acknowledged less stanzas than already acknowledged");
    }
}
