using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.Client;
using XmppRpc.Discovery;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;
using static XmppRpc.Tests.Fakes.CalleeSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests;

/// <summary>An endpoint's router between a caller's and a callee's room, which share a batcher: what comes in parts is decided here.</summary>
public sealed class StanzaRouterPartsTests : IAsyncDisposable
{
    private static readonly Jid Stranger = Jid.Parse("mallory@evil.net/x");
    private static readonly Jid Peer = CallerSide.Peer;
    private readonly CalleeSide _callee = new();
    private readonly CallerSide _caller;
    private readonly StanzaRouter _router;

    public StanzaRouterPartsTests()
    {
        var options = CallerSide.NewOptions(_callee.Time) with { MaxFrameBytes = 200_000, MaxHalfBuiltBytesPerPeer = 300_000 };
        _caller = new CallerSide(options);
        var introductions = new Introductions(_ => ValueTask.CompletedTask, (_, _) => throw new NotSupportedException(), 100);
        var self = new SelfDescription(_ => ValueTask.CompletedTask, introductions, _callee.Batcher, new SelfKnowledge(Instance, 65_536, _callee.Contracts.VisibleTo, () => 0), 100, NullLogger.Instance);
        _router = new StanzaRouter(Self, options, _callee.Batcher, _callee.Contracts, _callee.Limits, _callee.Roster, _callee.Calls, _caller.Links, _caller.Targets, self, introductions, _callee.Wheel, NullLogger.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _callee.DisposeAsync();
        await _caller.DisposeAsync();
    }

    [Fact]
    public async Task Call_in_parts_runs_once_it_is_whole_and_its_reply_goes_in_parts()
    {
        var text = new string('ü', 60_000);
        _callee.On = (arguments, responder, _) => responder.ReplyAsync(Task.FromResult(text), Json.TypeInfo<string>());
        var parts = Parts(NewCall(1, arguments: $"{{\"x\":\"{text}\"}}"), 40_000);
        foreach (var part in parts[..^1])
            Receive(part, Caller);
        Assert.Equal(0, _callee.Calls.Load);
        Receive(parts[^1], Caller);
        var line = new List<byte>();
        for (var (next, of) = (0, 1); next < of; next++)
        {
            var part = await _callee.Sent.NextFrameAsync<PartFrame>();
            Assert.Equal(next, part.Number);
            line.AddRange(part.Slice.Span);
            of = part.Of;
        }
        Assert.Equal($"\"{text}\"", Text(Assert.IsType<ReplyFrame>(new FrameReader().ReadLine(line.ToArray())).Result));
        Assert.Equal(0, _router.BrokenFrames);
    }

    [Theory]
    [InlineData("place", "mallory@evil.net/x", RpcStatus.PermissionDenied, null)]
    [InlineData("nothing", "shop@example.org/1", RpcStatus.Unimplemented, FrameNames.UnknownMethod)]
    public async Task Call_that_is_not_let_in_is_refused_by_its_first_part_and_once(string method, string from, RpcStatus status, string? code)
    {
        foreach (var part in Parts(NewCall(1, method, $"{{\"x\":\"{new string('x', 100_000)}\"}}"), 10_000))
            Receive(part, Jid.Parse(from));
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((status, code, false), (fault.Status, fault.Code, fault.Ran));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        Assert.Equal(0, _router.BrokenFrames);
    }

    [Fact]
    public async Task Call_in_parts_for_another_instance_is_refused_by_its_first_part()
    {
        foreach (var part in Parts(NewCall(1, link: "aaaaaaZk3mPq8LtVw1cR"), 20))
            Receive(part, Caller);
        Assert.Equal(FrameNames.WrongInstance, (await _callee.Sent.NextFrameAsync<FaultFrame>()).Code);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Call_in_parts_is_refused_while_the_endpoint_closes()
    {
        await _callee.Calls.DrainAsync();
        foreach (var part in Parts(NewCall(1), 20))
            Receive(part, Caller);
        Assert.Equal(FrameNames.Draining, (await _callee.Sent.NextFrameAsync<FaultFrame>()).Code);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Call_that_turns_out_larger_than_allowed_is_refused()
    {
        foreach (var part in Parts(NewCall(1, arguments: $"{{\"x\":\"{new string('x', 250_000)}\"}}"), 30_000))
            Receive(part, Caller);
        var fault = await _callee.Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal((RpcStatus.ResourceExhausted, FrameNames.TooLarge, false), (fault.Status, fault.Code, fault.Ran));
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task First_part_that_shows_another_method_than_the_call_lets_nothing_in()
    {
        var parts = Parts(NewCall(1, "tell", $"{{\"x\":\"{new string('x', 100)}\"}}"), 50);
        parts[0] = new PartFrame(parts[0].Id, parts[0].Of, 0) { Path = "acme.orders/place", Slice = parts[0].Slice };
        foreach (var part in parts)
            Receive(part, Caller);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        Assert.Equal((0, 1L), (_callee.Calls.Load, _router.BrokenFrames));
    }

    [Fact]
    public async Task Call_without_its_method_in_the_first_part_is_never_one()
    {
        var parts = Parts(NewCall(1), 20);
        parts[0] = new PartFrame(parts[0].Id, parts[0].Of, 0) { Slice = parts[0].Slice };
        foreach (var part in parts)
            Receive(part, Caller);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        Assert.Equal(0, _callee.Calls.Load);
    }

    [Fact]
    public async Task Cancel_drops_what_has_come_of_a_call()
    {
        var parts = Parts(NewCall(1), 20);
        Receive(parts[0], Caller);
        Receive(new CancelFrame(parts[0].Id), Caller);
        foreach (var part in parts[1..])
            Receive(part, Caller);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
        Assert.Equal((0, 1L), (_callee.Calls.Load, _router.BrokenFrames));
    }

    [Fact]
    public async Task Answer_in_parts_counts_from_the_callee_and_for_an_open_call_alone()
    {
        _caller.Connect();
        var call = _caller.Call();
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        foreach (var (from, number) in new[] { (Stranger, id.Number), (Peer, id.Number + 1) })
            foreach (var part in Parts(new ReplyFrame(id with { Number = number }, Utf8("\"forged\"")), 10))
                Receive(part, from);
        foreach (var part in Parts(new ReplyFrame(id, Utf8("\"right\"")), 10))
        {
            Assert.False(call.IsCompleted);
            Receive(part, Peer);
        }
        Assert.Equal("right", await call);
        Assert.Equal(0, _router.BrokenFrames);
    }

    [Fact]
    public async Task Answer_that_is_larger_than_allowed_ends_its_call()
    {
        _caller.Connect();
        var call = _caller.Call();
        var id = (await _caller.Sent.NextFrameAsync<CallFrame>()).Id;
        foreach (var part in Parts(new ReplyFrame(id, Utf8($"\"{new string('x', 250_000)}\"")), 30_000))
            Receive(part, Peer);
        var error = await CallerSide.FailsAsync<RpcException>(call);
        Assert.Equal((RpcStatus.ResourceExhausted, FrameNames.TooLarge, RpcOutcome.Executed), (error.Status, error.Code, error.Outcome));
    }

    [Fact]
    public async Task Peer_that_goes_leaves_no_parts()
    {
        Receive(Parts(NewCall(1), 20)[0], Caller);
        _router.Route(new Presence { From = Caller, Type = "unavailable" });
        Assert.Equal(1, _router.BrokenFrames);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    [Fact]
    public async Task Parts_that_stop_coming_are_dropped()
    {
        Receive(Parts(NewCall(1), 20)[0], Caller);
        _callee.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(1, _router.BrokenFrames);
        await _callee.Sent.AssertNothingAsync(_callee.Batcher);
    }

    private static List<PartFrame> Parts(Frame frame, int size)
    {
        var line = Utf8(Write(frame))[..^1];
        var of = (line.Length + size - 1) / size;
        return [.. Enumerable.Range(0, of).Select(k => new PartFrame(((CallBoundFrame)frame).Id, of, k)
        {
            Path = k == 0 ? (frame as CallFrame)?.Path : null,
            Slice = line.AsMemory(k * size, Math.Min(size, line.Length - k * size)),
        })];
    }

    private void Receive(Frame frame, Jid from)
    {
        var message = new Message { From = from, To = Self, Type = "headline" };
        var text = new FrameText();
        var writer = new FrameWriter(text);
        frame.Write(ref writer);
        message.Element.Add(new XmppElement(FrameNames.Element, FrameNames.Namespace) { TextUtf8 = text.Lines });
        _router.Route(message);
    }
}
