using XmppRpc.Servers.Peer;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Matrix;

/// <summary>Single stanzas that are lost while both sessions live on: what is missing is asked for.</summary>
public abstract class LostFrameScenarios(XmppServerFixture servers, ServerKind server)
{
    [Theory]
    [InlineData("item", Shape.Download, Direction.ToClient, 0)]
    [InlineData("item", Shape.Download, Direction.ToClient, 1)]
    [InlineData("item", Shape.Download, Direction.ToClient, 3)]
    [InlineData("end", Shape.Download, Direction.ToClient, 0)]
    [InlineData("credit", Shape.Download, Direction.ToServer, 0)]
    [InlineData("credit", Shape.Download, Direction.ToServer, 1)]
    [InlineData("ack", Shape.Download, Direction.ToClient, 0)]
    [InlineData("item", Shape.Upload, Direction.ToServer, 0)]
    [InlineData("item", Shape.Upload, Direction.ToServer, 1)]
    [InlineData("end", Shape.Upload, Direction.ToServer, 0)]
    [InlineData("credit", Shape.Upload, Direction.ToClient, 0)]
    [InlineData("ack", Shape.Upload, Direction.ToClient, 0)]
    [InlineData("item", Shape.Duplex, Direction.ToServer, 1)]
    [InlineData("item", Shape.Duplex, Direction.ToClient, 1)]
    [InlineData("end", Shape.Duplex, Direction.ToServer, 0)]
    [InlineData("end", Shape.Duplex, Direction.ToClient, 0)]
    [InlineData("call", Shape.Unary, Direction.ToServer, 0)]
    [InlineData("call", Shape.Deferred, Direction.ToServer, 0)]
    [InlineData("call", Shape.Upload, Direction.ToServer, 0)]
    [InlineData("call", Shape.Download, Direction.ToServer, 0)]
    [InlineData("reply", Shape.Unary, Direction.ToClient, 0)]
    [InlineData("reply", Shape.Upload, Direction.ToClient, 0)]
    [InlineData("reply", Shape.Deferred, Direction.ToClient, 0)]
    [InlineData("ack", Shape.Deferred, Direction.ToClient, 0)]
    public async Task Frame_that_is_lost_is_made_good(string frame, Shape shape, Direction direction, int skipped)
    {
        var drop = Fault.Drop(Stanzas.Where(stanza => Has(stanza, frame)).Skip(skipped).Take(1));
        await using var pair = await DrillPair.ConnectAsync(servers, server, direction is Direction.ToServer ? FaultScript.Pass.ToServer(drop) : FaultScript.Pass.ToClient(drop));

        var cell = pair.Start(shape, shape is Shape.Deferred ? Act.Hold : Act.Answer);
        // So that a promise and its answer do not share a stanza.
        if (shape is Shape.Deferred)
            await (frame == "reply" ? cell.ArmedAsync(Scene.Guard) : pair.CallerProxy.Trace.WaitForAsync(IsDrop).WaitAsync(Scene.Guard));
        cell.Open();
        await cell.EndedAsync(Scene.Guard, Expectations.Of(Trouble.Nothing, shape));

        Assert.Contains(pair.CallerProxy.Trace.Entries, IsDrop);
        cell.Assert(Expectations.Of(Trouble.Nothing, shape));
        Assert.Equal(0, pair.Caller.PendingCalls);
    }

    [Fact]
    public async Task Call_into_the_void_is_noticed_although_nobody_said_that_the_callee_went()
    {
        var deaf = Fault.Drop(Stanzas.Where(stanza => stanza.Name == "presence" && stanza.Attribute("type") == "unavailable"));
        await using var pair = await DrillPair.ConnectAsync(servers, server, FaultScript.Pass.ToClient(deaf));
        Assert.Equal(Drill.Answer, await pair.Caller.Get<IDrill>(pair.Callee.Jid).AskAsync("before", Act.Answer));
        await pair.CalleeProxy.RefuseAsync();
        pair.CalleeProxy.CutAll(CutKind.Reset);
        await pair.CalleeProxy.Connections[0].Over;

        var cell = pair.Start(Shape.Unary, Act.Answer);
        await cell.EndedAsync(Scene.Guard, new(Ending.Lost, 0, null));

        cell.Assert(new(Ending.Lost, 0, null));
    }

    private static bool IsDrop(TraceEntry entry) => entry.What.Contains("Drop", StringComparison.Ordinal);

    private static bool Has(XmppElement stanza, string frame) => stanza.Child("rpc", "urn:xmpprpc:1")?.Text.Contains($"{{`{frame}`:", StringComparison.Ordinal) ?? false;
}
