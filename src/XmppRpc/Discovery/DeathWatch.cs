using System.Runtime.InteropServices;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Discovery;

/// <summary>What is done when a peer has answered, or somebody for it.</summary>
/// <param name="AliveAsync">It lives.</param>
/// <param name="Gone">Nobody is there, for that reason.</param>
/// <param name="Refused">A hop did not let the question through.</param>
internal sealed record DeathWatchAnswers(Func<Jid, Task> AliveAsync, Action<Jid, string> Gone, Action<Jid, StanzaError> Refused);

/// <summary>
/// Asks peers that are silent although something is open with them whether they live (XEP-0199): a component's end is told to nobody, a hibernating session's late.
/// A bounce means that nobody is there; no answer means nothing, so it is asked again. Safe for concurrent use.
/// </summary>
internal sealed class DeathWatch(Func<Iq, CancellationToken, Task<Iq>> request, DeathWatchAnswers answers, TimeProvider time, TimeSpan again)
{
    /// <summary>Questions under way: of all, about callers, about the peers of one account, and about one peer.</summary>
    private const int MaxAsked = 256, MaxOfCallers = MaxAsked / 2, MaxOfAccount = MaxAsked / 4, MaxOfPeer = 3;

    private readonly Lock _lock = new();
    private readonly Dictionary<Jid, Asked> _asked = new();
    private readonly Dictionary<Jid, int> _ofAccount = new();
    private int _all;
    private int _ofCallers;
    private int _turn;

    /// <summary>Asks those that are silent: callees before callers, and, where there are more than can be asked, others each time.</summary>
    public void Ask(IReadOnlyList<Jid> callees, IReadOnlyList<Jid> callers)
    {
        var turn = _turn;
        _turn += MaxOfAccount;
        foreach (var isCaller in (bool[])[false, true])
        {
            var peers = isCaller ? callers : callees;
            for (var i = 0; i < peers.Count; i++)
                if (peers[(int)((uint)(turn + i) % peers.Count)] is var peer && TryBegin(peer, isCaller))
                    _ = AskAsync(peer, isCaller);
        }
    }

    private bool TryBegin(Jid peer, bool isCaller)
    {
        lock (_lock)
        {
            var asked = _asked.GetValueOrDefault(peer);
            if (_all >= MaxAsked || (isCaller && _ofCallers >= MaxOfCallers) || _ofAccount.GetValueOrDefault(peer.Bare) >= MaxOfAccount
                || asked.UnderWay >= MaxOfPeer || (asked.UnderWay > 0 && time.GetElapsedTime(asked.At) < again))
                return false;
            _asked[peer] = new Asked(asked.UnderWay + 1, time.GetTimestamp());
            Count(peer, isCaller, 1);
            return true;
        }
    }

    private void End(Jid peer, bool isCaller)
    {
        lock (_lock)
        {
            var asked = _asked[peer];
            if (asked.UnderWay == 1)
                _asked.Remove(peer);
            else
                _asked[peer] = asked with { UnderWay = asked.UnderWay - 1 };
            Count(peer, isCaller, -1);
        }
    }

    private void Count(Jid peer, bool isCaller, int change)
    {
        _all += change;
        _ofCallers += isCaller ? change : 0;
        ref var ofAccount = ref CollectionsMarshal.GetValueRefOrAddDefault(_ofAccount, peer.Bare, out _);
        ofAccount += change;
        if (ofAccount == 0)
            _ofAccount.Remove(peer.Bare);
    }

    private async Task AskAsync(Jid peer, bool isCaller)
    {
        await Task.Yield();
        try
        {
            if (await StateAsync(peer).ConfigureAwait(false) == PeerState.Alive)
                await answers.AliveAsync(peer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is XmppException or TimeoutException or ObjectDisposedException)
        {
            // Our own connection is gone, or the peer does not answer in time: the next silence asks again.
        }
        finally
        {
            End(peer, isCaller);
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
                answers.Gone(peer, $"{peer} is not there ({e.Error.Condition})");
            else if (state == PeerState.Refused)
                answers.Refused(peer, e.Error);
            return state;
        }
    }

    private readonly record struct Asked(int UnderWay, long At);
}
