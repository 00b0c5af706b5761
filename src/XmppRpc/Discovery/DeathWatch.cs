using System.Collections.Concurrent;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Discovery;

/// <summary>
/// Asks peers that are silent although something is open with them whether they live (XEP-0199): a component's end is told to nobody, a hibernating session's late.
/// A bounce means that nobody is there; no answer means nothing.
/// </summary>
internal sealed class DeathWatch(Func<Iq, CancellationToken, Task<Iq>> request, Func<Jid, Task> alive, Action<Jid, string> gone, Action<Jid, StanzaError> refused)
{
    private const int MaxAsked = 256;
    private readonly ConcurrentDictionary<Jid, Task> _asked = new();

    public void Ask(IEnumerable<Jid> peers)
    {
        foreach (var peer in peers)
            if (_asked.Count < MaxAsked)
                _ = _asked.GetOrAdd(peer, AskAsync);
    }

    private async Task AskAsync(Jid peer)
    {
        await Task.Yield();
        try
        {
            if (await StateAsync(peer).ConfigureAwait(false) == PeerState.Alive)
                await alive(peer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is XmppException or TimeoutException or ObjectDisposedException)
        {
            // Our own connection is gone, or the peer does not answer in time: the next silence asks again.
        }
        finally
        {
            _asked.TryRemove(peer, out _);
        }
    }

    private async Task<PeerState> StateAsync(Jid peer)
    {
        try
        {
            await request(new Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = peer }, CancellationToken.None).ConfigureAwait(false);
            return PeerState.Alive;
        }
        catch (XmppStanzaException e)
        {
            var state = StanzaErrors.OfPing(e.Error);
            if (state == PeerState.InDoubt)
                gone(peer, $"{peer} is not there ({e.Error.Condition})");
            else if (state is PeerState.Forbidden or PeerState.Refused)
                refused(peer, e.Error);
            return state;
        }
    }
}
