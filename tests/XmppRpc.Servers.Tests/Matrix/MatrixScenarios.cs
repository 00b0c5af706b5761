using System.Collections.Concurrent;
using XmppRpc.Servers.Peer;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Matrix;

/// <summary>Every shape of call in every trouble, between accounts and components. The rows of one trouble share what was played once.</summary>
public abstract class MatrixScenarios(XmppServerFixture servers, ServerKind server)
{
    private static readonly ConcurrentDictionary<(ServerKind, Trouble), Lazy<Task<IReadOnlyList<Cell>>>> Scenes = new();

    public static TheoryData<Trouble, Shape, Side, Side> Rows { get; } = [..
        from trouble in Enum.GetValues<Trouble>()
        from shape in Enum.GetValues<Shape>()
        from caller in Enum.GetValues<Side>()
        from callee in Enum.GetValues<Side>()
        where Scene.Has(trouble, shape, caller, callee)
        select new TheoryDataRow<Trouble, Shape, Side, Side>(trouble, shape, caller, callee)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Call_ends_once_and_as_it_must(Trouble trouble, Shape shape, Side caller, Side callee)
    {
        var scene = Scenes.GetOrAdd((server, trouble), key => new(() => Scene.PlayAsync(key.Item2, servers, key.Item1)));
        var cell = (await scene.Value).Single(cell => cell.Shape == shape && cell.Caller == caller && cell.Callee == callee);
        cell.Assert(Expectations.Of(trouble, shape));
    }
}
