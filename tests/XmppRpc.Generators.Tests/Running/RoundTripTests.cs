using XmppRpc.Contracts;

namespace XmppRpc.Generators.Tests.Running;

public sealed class RoundTripTests
{
    private readonly OrderService _service = new();
    private readonly InMemoryInvoker _calls;
    private readonly IOrders _orders;

    public RoundTripTests() => (_orders, _calls) = Connect<IOrders>(_service);

    [Fact]
    public async Task Arguments_and_result_arrive_with_the_token()
    {
        using var cancellation = new CancellationTokenSource();

        var order = await _orders.GetAsync(-7, cancellation.Token);

        Assert.Equivalent(OrderService.Sample with { Id = -7 }, order, strict: true);
        Assert.Equal([-7, cancellation.Token], _service.Seen);
        Assert.Equal("""{"id":-7}""", _calls.Arguments);
        Assert.Equal("shop.orders/get", _calls.Method!.Path);
    }

    [Fact]
    public async Task Result_that_may_be_null_arrives_as_null()
    {
        Assert.Null(await _orders.FindAsync(null));
        Assert.Equal("""{"text":null}""", _calls.Arguments);
        Assert.NotNull(await _orders.FindAsync("x", Colour.Red));
        Assert.Equal("""{"text":"x","colour":"Red"}""", _calls.Arguments);
        Assert.Equal([null, Colour.Grün, CancellationToken.None, "x", Colour.Red, CancellationToken.None], _service.Seen);
    }

    [Fact]
    public async Task Default_values_stay_off_the_wire_and_are_restored()
    {
        await _orders.DeleteAsync(long.MaxValue);

        Assert.Equal("""{"id":9223372036854775807}""", _calls.Arguments);
        Assert.Equal([long.MaxValue, false, "because \"é<&>\""], _service.Seen);

        await _orders.DeleteAsync(1, true, "");

        Assert.Equal("""{"id":1,"force":true,"reason":""}""", _calls.Arguments);
        Assert.Equal([true, ""], _service.Seen[^2..]);
    }

    [Fact]
    public async Task Values_of_every_kind_arrive_or_take_their_defaults()
    {
        var id = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");

        Assert.Equal(["é", null], await _orders.EchoAsync([0, 255], id, null));

        Assert.Equal("""{"data":"AP8=","id":"0f8fad5b-d9cb-469f-a165-70867728950e","day":null}""", _calls.Arguments);
        Assert.Equal([new byte[] { 0, 255 }, id, null, TimeSpan.Zero, 1.50m, '\'', double.NaN, null, 3], _service.Seen);

        _service.Seen.Clear();
        await _orders.EchoAsync([], id, new DateOnly(2026, 2, 28), TimeSpan.FromTicks(1), 0.1m, 'ß', -1e-9, Colour.Grün, null, TestContext.Current.CancellationToken);

        Assert.Equal([Array.Empty<byte>(), id, new DateOnly(2026, 2, 28), TimeSpan.FromTicks(1), 0.1m, 'ß', -1e-9, Colour.Grün, null], _service.Seen);
        Assert.Contains("\"tone\":\"Grün\",\"count\":null", _calls.Arguments, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_without_result_end_with_the_implementation()
    {
        await _orders.PingAsync();
        Assert.Equal("{}", _calls.Arguments);

        await _orders.TouchAsync(1);
        await _orders.NudgeAsync(2);

        Assert.Equal([1, 2], _service.Seen);
        Assert.Equal(RpcMethodKind.OneWay, _calls.Method!.Kind);
    }

    [Fact]
    public async Task Stream_delivers_its_items_in_order()
    {
        Assert.Equal(["a", "b ü"], await _orders.ListAsync(["a", "b ü"], TestContext.Current.CancellationToken).Select(item => item.Sku).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["all"], await _orders.ListAsync(ct: TestContext.Current.CancellationToken).Select(item => item.Sku).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal("{}", _calls.Arguments);
    }

    [Fact]
    public async Task Deferred_call_gives_the_answer()
    {
        var deferred = await _orders.ReserveAsync(OrderService.Sample);

        Assert.Equivalent(OrderService.Sample, await deferred, strict: true);
        Assert.Equivalent(OrderService.Sample, Assert.Single(_service.Seen), strict: true);
    }

    [Fact]
    public async Task Overload_is_found_by_its_wire_name_and_its_parameter_without_at_sign()
    {
        await _orders.GetAsync("e");

        Assert.Equal("getByText", _calls.Method!.Name);
        Assert.Equal("""{"event":"e"}""", _calls.Arguments);
        Assert.Equal(["e"], _service.Seen);
    }

    [Fact]
    public async Task Null_where_none_may_be_is_refused_by_its_name()
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => _orders.GetAsync((string)null!));

        Assert.Equal(RpcStatus.InvalidArgument, refusal.Status);
        Assert.Contains("'event'", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_service.Seen);
    }

    [Fact]
    public async Task Derived_contract_serves_what_it_inherits_under_the_base_names()
    {
        var service = new AdminService();
        var (admin, calls) = Connect<IAdminOrders>(service);

        Assert.Equal(42, await admin.DeleteAsync(1));
        Assert.Equal("shop.admin/drop", calls.Method!.Path);
        await ((IOrders)admin).DeleteAsync(2);
        Assert.Equal("shop.orders/delete", calls.Method!.Path);
        Assert.Equal(2, calls.Method.Version);
        Assert.Equal([1L, false, "gone", 2L, false, "because \"é<&>\""], service.Seen);
        Assert.Equal("admin", await admin.WhoAsync());
        Assert.Equal("shop.admin/who", calls.Method!.Path);
        Assert.Equal(9, (await admin.GetAsync(9, TestContext.Current.CancellationToken)).Id);
    }

    [Fact]
    public void Settings_of_methods_come_from_the_method_then_from_its_contract()
    {
        var methods = Info<IAdminOrders>().Methods.ToDictionary(method => method.Path, StringComparer.Ordinal);

        Assert.Equal(TimeSpan.FromSeconds(0.5), methods["shop.orders/delete"].Timeout);
        Assert.True(methods["shop.orders/delete"].Idempotent);
        Assert.Equal(TimeSpan.FromSeconds(20), methods["shop.orders/get"].Timeout);
        Assert.False(methods["shop.orders/get"].Idempotent);
        Assert.Null(methods["shop.orders/get"].Stream);
        Assert.Null(methods["shop.admin/who"].Timeout);
        Assert.Equal((64, 8, 256 * 1024), (methods["shop.orders/list"].Stream!.Window, methods["shop.orders/list"].Stream!.MaxBatch, methods["shop.orders/list"].Stream!.WindowBytes));
        Assert.Equal("admin.example.org", methods["shop.admin/who"].Authorize!.Domains);
        Assert.True(methods["shop.admin/drop"].AllowAnyone);
        Assert.Null(methods["shop.admin/drop"].Authorize);
        Assert.Null(methods["shop.orders/get"].Authorize);
    }

    [Fact]
    public void Derived_contract_narrows_who_calls_what_it_inherits()
    {
        var methods = Info<IAdminOrders>().Methods.ToDictionary(method => method.Path, StringComparer.Ordinal);

        Assert.Equal("admin.example.org", Assert.Single(methods["shop.orders/get"].Restrictions).Domains);
        Assert.True(methods["shop.orders/echo"].AllowAnyone);
        Assert.Equal("admin.example.org", Assert.Single(methods["shop.orders/echo"].Restrictions).Domains);
        Assert.Empty(methods["shop.admin/drop"].Restrictions);
        Assert.All(Info<IOrders>().Methods, method => Assert.Empty(method.Restrictions));
    }

    [Fact]
    public void Contract_whose_context_has_all_types_is_valid() => Info<IOrders>().Validate();

    [Fact]
    public void Contract_whose_context_lacks_types_lists_them()
    {
        var problem = Assert.Throws<RpcContractException>(Info<ILacking>().Validate);

        Assert.Contains("ShopJson lacks [JsonSerializable(typeof(System.Collections.Generic.Dictionary<System.String, System.Version>))], [JsonSerializable(typeof(XmppRpc.Generators.Tests.Running.ILacking.Inner[]))], [JsonSerializable(typeof(XmppRpc.Generators.Tests.Running.ILacking.Page<System.Int32>))]. ", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Proxy_gives_its_invoker() => Assert.Same(_calls, Assert.IsType<IRpcProxy>(_orders, exactMatch: false).Invoker);

    private static (T Proxy, InMemoryInvoker Calls) Connect<T>(T service) where T : class, IRpcContract<T>
    {
        var calls = new InMemoryInvoker(T.CreateDispatcher(service), T.Contract);
        return (T.CreateProxy(calls), calls);
    }

    private static RpcContractInfo Info<T>() where T : class, IRpcContract<T> => T.Contract;
}

[RpcContract("shop.lacking", JsonContext = typeof(ShopJson))]
public partial interface ILacking
{
#pragma warning disable XRPC020 // The run time must say it too, where the warning is ignored.
    Task<Dictionary<string, Version>> VersionsAsync(Inner[] inner, Page<int> page, int? count, Order order, Colour? colour);
#pragma warning restore XRPC020

    sealed record Inner(int A);

    sealed record Page<T>(T A);
}
