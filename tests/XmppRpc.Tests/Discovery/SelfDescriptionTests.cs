using System.Collections.Frozen;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.Discovery;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Tests.Discovery;

public sealed class SelfDescriptionTests : IAsyncDisposable
{
    private static readonly Jid Friend = Jid.Parse("shop@example.org/1");
    private static readonly Jid Stranger = Jid.Parse("mallory@elsewhere.net/1");
    private readonly CallerSide _side = new();
    private readonly List<Stanza> _sent = [];
    private readonly TaskCompletionSource _road = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _blocked;

    public ValueTask DisposeAsync() => _side.DisposeAsync();

    [Fact]
    public void Friend_gets_presence_once_and_then_the_contracts()
    {
        var self = NewSelf();
        self.Answer(Friend, Disco(Friend));
        self.Answer(Friend, Disco(Friend));
        Assert.Collection(_sent,
            stanza => Assert.Equal(Friend, Assert.IsType<Presence>(stanza).To),
            stanza => Assert.Equal(["acme.orders:1"], PeerDescription.Read(((Iq)stanza).Payload).Contracts),
            stanza => Assert.IsType<Iq>(stanza));
    }

    [Fact]
    public void Stranger_gets_an_empty_answer_and_no_presence_and_silence_to_who()
    {
        var self = NewSelf();
        self.Answer(Stranger, Disco(Stranger));
        self.Answer(Stranger, new WhoFrame("acme.orders:1"));
        var answer = Assert.IsType<Iq>(Assert.Single(_sent));
        Assert.Equal("result", answer.Type);
        Assert.Empty(answer.Payload!.Children);
        Assert.Equal(0, _side.Batcher.QueuedBytes);
    }

    [Fact]
    public async Task Question_waits_until_it_is_known_what_the_asker_may_call()
    {
        var visible = FrozenSet<string>.Empty;
        var answered = new TaskCompletionSource<Stanza>(TaskCreationOptions.RunContinuationsAsynchronously);
        var self = new SelfDescription(stanza =>
        {
            if (stanza is Iq)
                answered.SetResult(stanza);
            return ValueTask.CompletedTask;
        }, NewIntroductions(100), _side.Batcher, new SelfKnowledge("x7Kd0w", 65_536, _ => visible, () => 0) { DecidedAsync = _ => _road.Task }, 100, NullLogger.Instance);
        self.Answer(Friend, Disco(Friend));
        Assert.False(answered.Task.IsCompleted);
        visible = FrozenSet.Create(StringComparer.Ordinal, "acme.orders:1");
        _road.SetResult();
        Assert.Equal(["acme.orders:1"], PeerDescription.Read(((Iq)await answered.Task.WaitAsync(TimeSpan.FromSeconds(30))).Payload).Contracts);
    }

    [Theory]
    [InlineData("set", "urn:xmpp:ping", "ping", "error")]
    [InlineData("get", "jabber:iq:version", "query", "error")]
    public void Request_is_answered_or_refused(string type, string ns, string name, string answer)
    {
        NewSelf().Answer(Stranger, new Iq(type, new XmppElement(name, ns)) { From = Stranger, Id = "q1" });
        var reply = Assert.IsType<Iq>(Assert.Single(_sent));
        Assert.Equal((answer, "q1", Stranger), (reply.Type, reply.Id, reply.To));
    }

    [Fact]
    public async Task Questions_above_the_limit_are_not_answered()
    {
        var self = NewSelf(maxAnswers: 2);
        _blocked = true;
        for (var i = 0; i < 5; i++)
            self.Answer(Stranger, Disco(Stranger));
        Assert.Equal(2, _sent.Count);
        _blocked = false;
        _road.SetResult();
        // The continuations of the two are on the pool; a third has room once one of them has ended.
        while (_sent.Count == 2)
        {
            self.Answer(Stranger, Disco(Stranger));
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Introductions_above_the_limit_are_not_sent_until_one_is_forgotten()
    {
        var introductions = NewIntroductions(maxPeers: 1);
        await introductions.AnnounceAsync(Friend);
        await introductions.AnnounceAsync(Stranger);
        Assert.Equal(Friend, Assert.Single(_sent).To);
        introductions.Forget(Friend);
        await introductions.AnnounceAsync(Stranger);
        Assert.Equal(Stranger, _sent[^1].To);
    }

    private SelfDescription NewSelf(int maxAnswers = 100) =>
        new(SendAsync, NewIntroductions(100), _side.Batcher, new SelfKnowledge("x7Kd0w", 65_536, VisibleTo, () => 3), maxAnswers, NullLogger.Instance);

    private Introductions NewIntroductions(int maxPeers) => new(SendAsync, (_, _) => throw new NotSupportedException(), maxPeers);

    private static FrozenSet<string> VisibleTo(Jid jid) => jid == Friend ? FrozenSet.Create(StringComparer.Ordinal, "acme.orders:1") : FrozenSet<string>.Empty;

    private static Iq Disco(Jid from) => new("get", new XmppElement("query", XmppNames.DiscoInfo)) { From = from, Id = "d1" };

    private ValueTask SendAsync(Stanza stanza)
    {
        _sent.Add(stanza);
        return _blocked ? new ValueTask(_road.Task) : ValueTask.CompletedTask;
    }
}
