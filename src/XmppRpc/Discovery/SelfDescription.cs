using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using XmppRpc.Frames;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Discovery;

/// <summary>What this endpoint knows of itself when somebody asks: also which contracts (<c>name:major</c>) the asker may call, none for a stranger, and how many calls run.</summary>
internal sealed record SelfKnowledge(string Instance, int MaxStanzaBytes, Func<Jid, FrozenSet<string>> VisibleTo, Func<int> Load)
{
    /// <summary>Completes when it is known what the asker may call, or will not be soon.</summary>
    public Func<Jid, Task> DecidedAsync { get; init; } = _ => Task.CompletedTask;
}

/// <summary>
/// Answers those who ask what we are: disco#info (XEP-0030) and <c>who</c>. A stranger gets an empty disco answer, no presence, and
/// silence to <c>who</c>. Outside the order of frames, one task an answer.
/// </summary>
internal sealed class SelfDescription(Func<Stanza, ValueTask> send, Introductions introductions, FrameBatcher batcher, SelfKnowledge self, int maxAnswers, ILogger log)
{
    private int _underWay;

    public void Answer(Jid from, Iq request) => Start(from, () => AnswerAsync(from, request));

    /// <summary>Answers a request that was taken and has no result.</summary>
    public void Acknowledge(Jid from, Iq request) => Start(from, () => send(request.CreateResult()));

    public void Answer(Jid from, WhoFrame who)
    {
        if (self.VisibleTo(from).Contains(who.Contract))
            Start(from, () => HereAsync(from, who.Contract));
    }

    /// <summary>Runs what sends something; that it cannot be sent means that the connection is gone, which the receiving loop tells.</summary>
    public async Task TellAsync(Jid peer, Func<ValueTask> send)
    {
        try
        {
            await send().ConfigureAwait(false);
        }
        catch (Exception e) when (e is XmppException or ArgumentException)
        {
            log.AnswerFailed(e, PlainText.Of(peer.ToString())!);
        }
    }

    // When the XMPP server takes our answers slowly, what others ask must not pile up here.
    private void Start(Jid from, Func<ValueTask> answer)
    {
        if (Interlocked.Increment(ref _underWay) <= maxAnswers)
            _ = AnswerAsync(from, answer);
        else
            Interlocked.Decrement(ref _underWay);
    }

    private async Task AnswerAsync(Jid from, Func<ValueTask> answer)
    {
        await TellAsync(from, answer).ConfigureAwait(false);
        Interlocked.Decrement(ref _underWay);
    }

    // The rest of what others may ask is the connection's business.
    private ValueTask AnswerAsync(Jid from, Iq request) =>
        request.Type == "get" && request.Payload is { } query && query.Is("query", XmppNames.DiscoInfo)
            ? DescribeAsync(from, request, query.Attribute("node"))
            : send(request.CreateError(new StanzaError("cancel", "service-unavailable")));

    private async ValueTask DescribeAsync(Jid from, Iq request, string? node)
    {
        await self.DecidedAsync(from).ConfigureAwait(false);
        var visible = self.VisibleTo(from);
        if (visible.Count > 0)
            await introductions.AnnounceAsync(from).ConfigureAwait(false);
        await send(request.CreateResult(PeerDescription.Write(new PeerInfo(self.Instance, visible, self.MaxStanzaBytes), node))).ConfigureAwait(false);
    }

    private async ValueTask HereAsync(Jid from, string contract)
    {
        await introductions.AnnounceAsync(from).ConfigureAwait(false);
        batcher.Append(from, new HereFrame(contract, self.Instance, self.Load(), self.MaxStanzaBytes));
    }
}
