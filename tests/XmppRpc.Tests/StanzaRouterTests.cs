using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.Contracts;
using XmppRpc.Discovery;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;
using static XmppRpc.Tests.Fakes.CalleeSide;

namespace XmppRpc.Tests;

/// <summary>What the router lets make us talk.</summary>
public sealed class StanzaRouterTests : IAsyncDisposable
{
    private readonly CalleeSide _callee;
    private readonly CallerSide _caller = new();
    private readonly List<Stanza> _answers = [];
    private readonly RecordedLog _log = new();
    private readonly StanzaRouter _router;

    public StanzaRouterTests()
    {
        var options = CallerSide.NewOptions() with { MaxRefusalsPerSecondPerDomain = 3 };
        _callee = new CalleeSide(_ => options, ContractOf(new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary) { AllowAnyone = true }));
        var introductions = new Introductions(AnswerAsync, (_, _) => throw new NotSupportedException(), 100);
        var self = new SelfDescription(AnswerAsync, introductions, _callee.Batcher, new SelfKnowledge(Instance, 65_536, _callee.Contracts.VisibleTo, () => 0), 100, NullLogger.Instance);
        _router = new StanzaRouter(Self, options, _callee.Batcher, _callee.Contracts, _callee.Limits, _callee.Roster, _callee.Calls, _caller.Links, _caller.Targets, self, introductions, _callee.Wheel, _log);
    }

    public async ValueTask DisposeAsync()
    {
        await _callee.DisposeAsync();
        await _caller.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"who":"acme.orders:1"}""")]
    [InlineData("""{"later":"x7Kd0wZk3mPq8LtVw1cR.1","must":1}""")]
    [InlineData("""{"call":"x7Kd0wZk3mPq8LtVw1cR.1","m":"acme.orders/nothing","v":1}""")]
    public async Task Flood_gets_few_answers_and_is_counted(string line)
    {
        for (var i = 0; i < 50; i++)
            _router.Route(Message($"mallory{i}@evil.net/x", line, line));
        for (var i = 0; i < 3; i++)
            await _callee.Sent.NextFrameAsync();
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        Assert.Equal(97, _callee.Limits.Dropped);
        _router.Route(Message("shop@example.org/1", line));
        await _callee.Sent.NextFrameAsync();
    }

    [Fact]
    public void Change_of_the_roster_is_acknowledged_and_one_of_anybody_else_refused()
    {
        _router.Route(Push(null));
        _router.Route(Push(Self.Bare.ToString()));
        _router.Route(Push("mallory@evil.net/x"));
        Assert.Equal([("result", Self.Bare), ("result", Self.Bare), ("error", Jid.Parse("mallory@evil.net/x"))], _answers.Select(answer => (answer.Type!, answer.To ?? Self.Bare)));
    }

    [Theory]
    [InlineData("cancel", "service-unavailable", true, 0)]
    [InlineData("wait", "resource-constraint", false, 0)]
    [InlineData("modify", "policy-violation", false, 1)]
    public async Task Bounce_puts_its_peer_in_doubt_or_is_said_once_and_changes_nothing(string type, string condition, bool inDoubt, int warnings)
    {
        var link = _caller.Connect();
        _caller.Discover = (_, _) => new TaskCompletionSource<PeerInfo>().Task;
        var call = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        for (var i = 0; i < 5; i++)
            _router.Route(Bounce(CallerSide.Peer, type, condition));
        Assert.Equal(inDoubt, link.IsInDoubt);
        Assert.False(call.IsCompleted);
        Assert.Equal(warnings, _log.Lines.Count(line => line.Level == LogLevel.Warning));
        Assert.InRange(_log.Lines.Count, 0, 1);
        _callee.Time.Advance(TimeSpan.FromMinutes(1));
        _router.Route(Bounce(CallerSide.Peer, type, condition));
        Assert.Equal(2 * warnings, _log.Lines.Count(line => line.Level == LogLevel.Warning));
    }

    [Theory]
    [InlineData("forbidden")]
    [InlineData("not-allowed")]
    public async Task Peer_that_lets_nothing_of_us_through_ends_its_calls_after_the_grace_and_nobody_elses(string condition)
    {
        var link = _caller.Connect();
        _caller.Discover = (_, _) => new TaskCompletionSource<PeerInfo>().Task;
        var call = _caller.Call();
        await _caller.Sent.NextFrameAsync<CallFrame>();
        _router.Route(Bounce(CallerSide.Peer.Bare, "auth", condition));
        _router.Route(Bounce(Jid.Parse("mallory@evil.net/x"), "auth", condition));
        Assert.False(link.IsInDoubt);
        _router.Route(Bounce(CallerSide.Peer, "auth", condition));
        Assert.False(call.IsCompleted);
        _caller.Time.Advance(_caller.Options.PeerGrace + TimeSpan.FromSeconds(1));
        var error = await CallerSide.FailsAsync<RpcException>(call);
        Assert.Equal((RpcStatus.PermissionDenied, RpcOutcome.Unknown), (error.Status, error.Outcome));
        Assert.Null(_caller.Links.Current(CallerSide.Peer));
    }

    private static Message Bounce(Jid from, string type, string condition)
    {
        var bounce = new Message { From = from, Type = "error" };
        bounce.Element.Add(new StanzaError(type, condition).ToElement());
        return bounce;
    }

    private static Message Message(string from, params string[] lines)
    {
        var message = new Message { From = Jid.Parse(from), Type = "headline" };
        message.Element.Add(new XmppElement(FrameNames.Element, FrameNames.Namespace) { TextUtf8 = Encoding.UTF8.GetBytes(string.Join('\n', lines)) });
        return message;
    }

    private static Iq Push(string? from)
    {
        var push = new Iq("set", new XmppElement("query", XmppNames.Roster).Add(new XmppElement("item", XmppNames.Roster).Set("jid", "ann@example.org"))) { Id = "p" };
        push.Element.Set("from", from);
        return push;
    }

    private ValueTask AnswerAsync(Stanza stanza)
    {
        if (stanza is Iq)
            _answers.Add(stanza);
        return ValueTask.CompletedTask;
    }
}
