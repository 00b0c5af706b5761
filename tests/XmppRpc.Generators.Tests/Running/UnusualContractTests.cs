using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using XmppRpc.Contracts;
using XmppRpc.LocalServer;
using XmppRpc.Xmpp;

namespace XmppRpc.Generators.Tests.Running;

/// <summary>Whatever compiles arrives as it was sent, through an XMPP server in memory.</summary>
public sealed class UnusualContractTests : IAsyncLifetime
{
    private readonly List<IAsyncDisposable> _served = [];
    private LocalXmppServer _server = null!;
    private RpcEndpoint _callee = null!;
    private RpcEndpoint _caller = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await LocalXmppServer.StartAsync();
        _callee = await ConnectAsync("callee");
        _caller = await ConnectAsync("caller");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var served in _served)
            await served.DisposeAsync();
        await _caller.DisposeAsync();
        await _callee.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public Task Scalars_arrive_by_reflection() => ScalarsArriveAsync(Connect<IScalars>(new Scalars()));

    [Fact]
    public Task Scalars_arrive_by_a_context() => ScalarsArriveAsync(Connect<IScalarsWithContext>(new Scalars()));

    [Fact]
    public Task Collections_arrive_by_reflection() => CollectionsArriveAsync(Connect<ICollections>(new Collections()));

    [Fact]
    public Task Collections_arrive_by_a_context() => CollectionsArriveAsync(Connect<ICollectionsWithContext>(new Collections()));

    [Fact]
    public async Task Names_of_generated_code_are_free_for_contracts()
    {
        var names = Connect(@namespace.@record.@interface.Mine);
        Assert.Equal("abcdefghijTrue", await names.@class("a", "b", "c", "d", "e", "f", "g", "h", "i", "j", TestContext.Current.CancellationToken));
        Assert.Equal(123456, await names.ToStringAsync());
        Assert.Equal("ё😀\0\u0085\"`<&>'", await names.Überraschung());
        Assert.Equal("\u2029\uFFFF ]]>\r\n", await names.Überraschung("\u2029", "\uFFFF ]]>\r\n"));
        Assert.Equal("own", names.Own());
    }

    private static async Task ScalarsArriveAsync(IScalarMethods calls)
    {
        Assert.Equal('\u2028', await calls.CharAsync());
        Assert.Equal('`', await calls.CharAsync('`'));
        Assert.Equal("0.1000", (await calls.DecimalAsync())!.Value.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(decimal.MinValue, await calls.DecimalAsync(decimal.MinValue));
        Assert.Null(await calls.DecimalAsync(null));
        Assert.Equal(Half.Epsilon, await calls.HalfAsync(Half.Epsilon));
        Assert.Equal(Half.NaN, await calls.HalfAsync(Half.NaN));
        Assert.Null(await calls.MaybeHalfAsync());
        Assert.Equal(Int128.MinValue, await calls.Int128Async(Int128.MinValue));
        Assert.Equal(Int128.Zero, await calls.Int128Async());
        Assert.Equal(UInt128.MaxValue, await calls.UInt128Async(UInt128.MaxValue));
        Assert.Equal(new Uri("../a?b=c&d=ü#e", UriKind.Relative), await calls.UriAsync(new Uri("../a?b=c&d=ü#e", UriKind.Relative)));
        Assert.Equal(new Version(1, 2, 3, 4), await calls.VersionAsync(new Version(1, 2, 3, 4)));
        Assert.Null(await calls.VersionAsync());
        Assert.Equal(TimeOnly.MaxValue, await calls.TimeOnlyAsync(TimeOnly.MaxValue));
        Assert.Equal(new DateOnly(2024, 2, 29), await calls.DateOnlyAsync(new DateOnly(2024, 2, 29)));
        var time = new DateTime(2026, 3, 29, 2, 30, 0, DateTimeKind.Utc).AddTicks(1);
        Assert.Equal((time, time.Kind), (await calls.DateTimeAsync(time), (await calls.DateTimeAsync(time)).Kind));
        Assert.Equal(default, await calls.DateTimeAsync());
        Assert.Equal(TimeSpan.MinValue, await calls.TimeSpanAsync(TimeSpan.MinValue));
        Assert.Equal("""{"a":[1,null,"ü"]}""", (await calls.ElementAsync(JsonElement.Parse("""{ "a": [1, null, "ü"] }"""))).GetRawText());
        Assert.Equal("""{"a":[1,null]}""", (await calls.NodeAsync(JsonNode.Parse("""{ "a": [1, null] }""")))!.ToJsonString());
        Assert.Null(await calls.NodeAsync(null));
        Assert.Equal(double.NegativeInfinity, await calls.DoubleAsync());
        foreach (var number in new[] { double.NaN, double.PositiveInfinity, double.Epsilon, double.MaxValue, 0.1 })
            Assert.Equal(number, await calls.DoubleAsync(number));
        Assert.Equal(float.NaN, await calls.FloatAsync());
        Assert.Equal(float.PositiveInfinity, await calls.FloatAsync(float.PositiveInfinity));
        foreach (var rights in new[] { Rights.Read | Rights.Write, Rights.Top, Rights.None, (Rights)ulong.MaxValue })
            Assert.Equal(rights, await calls.RightsAsync(rights));
        foreach (var day in new Weekday?[] { Weekday.Monday, Weekday.@Event, (Weekday)7, null })
            Assert.Equal(day, await calls.DayAsync(day));
        Assert.Equal(new byte[] { 0, 255 }, await calls.BytesAsync([0, 255]));
        Assert.Equal(Array.Empty<byte>(), await calls.BytesAsync([]));
        Assert.Null(await calls.BytesAsync(null));
        Assert.Equal(Guid.Empty, await calls.GuidAsync());
        Assert.Equal(sbyte.MinValue, await calls.SByteAsync());
        Assert.Equal("""["x"]""", Assert.IsType<JsonElement>(await calls.ObjectAsync(new[] { "x" })).GetRawText());
    }

    private static async Task CollectionsArriveAsync(ICollectionMethods calls)
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Equal([new(1, new(null)), new(null)], await calls.ListAsync([new(1, new(null)), new(null)]));
        Assert.Equivalent(new Dictionary<string, Metres[]>(StringComparer.Ordinal) { ["größe `\"<"] = [new(1.5)], [""] = [] },
            await calls.ArraysAsync(new(StringComparer.Ordinal) { ["größe `\"<"] = [new(1.5)], [""] = [] }), strict: true);
        Assert.Equal(["a", null, ""], (await calls.NullsAsync(["a", null, ""])).AsEnumerable());
        Assert.Equal([[1, null], []], await calls.JaggedAsync([[1, null], []]));
        Assert.Equal([Rights.Read | Rights.Write, null], (await calls.KeysAsync(new() { [Weekday.@Event] = [Rights.Read | Rights.Write, null] }))[Weekday.@Event]);
        var id = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");
        var page = await calls.PageAsync(new(new Dictionary<Guid, Wrapper<Wrapper<string?>>[]> { [id] = [new(new(null), new(new("x")))] }, null));
        Assert.Null(page.First);
        Assert.Equal([new(new(null), new(new("x")))], page.Items[id]);
        Assert.Equal([1, 2], (await calls.ImmutableAsync([1, 2])).AsEnumerable());
        Assert.Equal((7, "ü", Weekday.@Event), await calls.TupleAsync((7, "ü", Weekday.@Event)));
        Assert.Equal(new("k", (1, 2)), await calls.PairAsync(new("k", (1, 2))));
        var circle = Assert.IsType<Circle>(await calls.FigureAsync(new Circle { Name = "c", Radius = 2, Size = new(3), Rights = [Rights.Write], Place = (1, "p") }));
        Assert.Equal(("c", 2, new Metres(3), (1, "p")), (circle.Name, circle.Radius, circle.Size, circle.Place));
        Assert.Equal([Rights.Write], circle.Rights!.AsEnumerable());
        var now = new DateTimeOffset(2026, 10, 25, 2, 30, 0, TimeSpan.FromHours(2));
        Assert.Equal([now], await calls.SetAsync([now, now]));
        var figures = await calls.FiguresAsync([new Figure { Name = "f" }, null, new Circle { Name = "c", Radius = 1 }]).ToListAsync(cancellation);
        Assert.Equal([typeof(Figure), null, typeof(Circle)], figures.Select(figure => figure?.GetType()));
        Assert.Equal([("a", 1.5), ("b", double.NaN)], await calls.PointsAsync([("a", 1.5), ("b", double.NaN)]).ToListAsync(cancellation));
        Assert.Equal([new Metres(1), null], await await calls.LaterAsync([new Metres(1), null]));
    }

    private T Connect<T>(T service) where T : class, IRpcContract<T>
    {
        _served.Add(_callee.Serve(service));
        return _caller.Get<T>(_callee.Jid);
    }

    private Task<RpcEndpoint> ConnectAsync(string user) => RpcEndpoint.ConnectAsync(new RpcEndpointOptions
    {
        Connection = XmppConnectionOptions.Parse(_server.AddAccount(user, "secret")) with { OpenStream = _server.OpenInMemoryAsync },
        ExceptionDetails = true,
    });
}
