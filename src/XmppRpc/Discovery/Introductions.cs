using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Discovery;

/// <summary>
/// Whom this endpoint has sent directed presence (RFC 6121 §4.6): their XMPP server then tells each side of the other's end, within milliseconds
/// where no session hibernates. Asking a peer what it is goes through here too.
/// </summary>
internal sealed class Introductions(Func<Stanza, ValueTask> send, Func<Iq, CancellationToken, Task<Iq>> request, int maxPeers)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Jid> _introduced = [];
    private int _priority;

    /// <summary>The priority our presence says.</summary>
    public int Priority { get => Volatile.Read(ref _priority); set => Volatile.Write(ref _priority, value); }

    /// <summary>Sends directed presence, once while the peer lives.</summary>
    public async ValueTask AnnounceAsync(Jid peer)
    {
        lock (_lock)
        {
            if (_introduced.Count >= maxPeers || !_introduced.Add(peer))
                return;
        }
        await send(NewPresence(peer)).ConfigureAwait(false);
    }

    /// <summary>Available presence, to everybody concerned or to one peer.</summary>
    public Presence NewPresence(Jid? to = null)
    {
        var presence = new Presence { To = to };
        presence.Element.Add(new Xmpp.Xml.XmppElement("priority", XmppNames.Client).WithText(Priority.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return presence;
    }

    /// <summary>The peer is gone: the next contact starts with an introduction.</summary>
    public void Forget(Jid peer)
    {
        lock (_lock)
            _introduced.Remove(peer);
    }

    /// <summary>Our session is another: nobody has presence of it.</summary>
    public void ForgetAll()
    {
        lock (_lock)
            _introduced.Clear();
    }

    /// <summary>Asks an address what it is. Nobody there, or no way to it, throws <see cref="RpcException"/>: nothing has run.</summary>
    public async Task<Frames.PeerInfo> DiscoverAsync(Jid peer, CancellationToken cancellationToken)
    {
        try
        {
            var question = new Iq("get", new Xmpp.Xml.XmppElement("query", XmppNames.DiscoInfo)) { To = peer };
            var answer = await request(question, cancellationToken).ConfigureAwait(false);
            return PeerDescription.Read(answer.Payload);
        }
        catch (XmppStanzaException e)
        {
            Forget(peer);
            throw StanzaErrors.ToRpc(e.Error, peer);
        }
        catch (XmppConnectionException e)
        {
            Forget(peer);
            throw new RpcException(RpcStatus.Unavailable, $"The connection was lost before {peer} said what it serves.", e) { Remote = peer, Outcome = RpcOutcome.NotExecuted };
        }
        catch (TimeoutException)
        {
            Forget(peer);
            throw new RpcException(RpcStatus.Unavailable, $"{peer} did not say what it serves. It may be hanging, or its connection may be.") { Remote = peer, Outcome = RpcOutcome.NotExecuted };
        }
    }
}
