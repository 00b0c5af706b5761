using System.Collections.Concurrent;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Discovery;

/// <summary>
/// Asks peers that are silent although something is open with them whether they live (XEP-0199): a component's end is told to nobody, a hibernating session's late.
/// A bounce means that nobody is there; no answer means nothing.
/// </summary>
internal sealed class DeathWatch(Func<Iq, CancellationToken, Task<Iq>> request, Func<Jid, Task> alive, Action<Jid, string> gone)
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
            await request(new Iq("get", new XmppElement("ping", XmppNames.Ping)) { To = peer }, CancellationToken.None).ConfigureAwait(false);
            await alive(peer).ConfigureAwait(false);
        }
        catch (XmppStanzaException e)
        {
            gone(peer, $"{peer} is not there ({e.Error.Condition})");
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
}
