using System.Text;
using XmppRpc.Contracts;

namespace XmppRpc.Generators.Tests.Running;

/// <summary>What a call carries besides its arguments, from a generated proxy to a generated dispatcher.</summary>
public sealed class CallInputTests
{
    private static readonly Item A = new("a", 1, Colour.Red), B = new("b", 2, Colour.Grün);
    private readonly Warehouse _service = new();
    private readonly InMemoryInvoker _calls;
    private readonly IWarehouse _warehouse;

    public CallInputTests()
    {
        _calls = new InMemoryInvoker(Dispatcher<IWarehouse>(_service), Info<IWarehouse>());
        _warehouse = Proxy<IWarehouse>(_calls);
    }

    [Fact]
    public async Task Upload_arrives_beside_the_arguments()
    {
        Assert.Equal(3, await _warehouse.StoreAsync("s 1", new[] { A, null, B }.ToAsyncEnumerable(), TestContext.Current.CancellationToken));

        Assert.Equal(["s 1", A, null, B], _service.Seen);
        Assert.Equal("""{"shelf":"s 1"}""", _calls.Arguments);
        Assert.Equal(["""{"Sku":"a","Count":1,"Colour":"Red","Part":null}""", "null", """{"Sku":"b","Count":2,"Colour":"Grün","Part":null}"""], _calls.Inputs.Items);
        Assert.True(_calls.Method is { HasUpload: true, Kind: RpcMethodKind.Unary, Stream: null });
    }

    [Fact]
    public async Task Upload_without_arguments_and_result_has_its_stream_settings()
    {
        await _warehouse.CountAsync(AsyncEnumerable.Range(1, 4));

        Assert.Equal([10], _service.Seen);
        Assert.Equal("{}", _calls.Arguments);
        Assert.True(_calls.Method is { HasUpload: true, Stream.Window: 16 });
    }

    [Fact]
    public async Task Duplex_call_takes_and_gives_items_when_it_is_enumerated()
    {
        var isOpen = false;
        var labels = _warehouse.LabelAsync(Items(), "no. ");
        Assert.False(isOpen);
        Assert.Null(_calls.Method);

        Assert.Equal(["no. a", "no. b"], await labels.ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal("""{"prefix":"no. "}""", _calls.Arguments);
        Assert.True(_calls.Method is { HasUpload: true, Kind: RpcMethodKind.Stream });

        async IAsyncEnumerable<Item> Items()
        {
            isOpen = true;
            yield return A;
            await Task.CompletedTask;
            yield return B;
        }
    }

    [Fact]
    public async Task Upload_that_is_null_is_refused_before_the_call()
    {
        await Assert.ThrowsAsync<ArgumentNullException>("items", () => _warehouse.StoreAsync("s", null!, TestContext.Current.CancellationToken));
        Assert.Null(_calls.Method);
    }

    [Fact]
    public async Task Progress_reports_values_of_its_type_to_the_caller()
    {
        var steps = new Steps<Step>();
        await _warehouse.PackAsync(3, steps);

        Assert.Equal([new Step(3, Colour.Grün), new Step(4, null)], steps.Values);
        Assert.Equal("""{"id":3}""", _calls.Arguments);

        var texts = new Steps<string?>();
        Assert.Equal(1, await await _warehouse.AuditAsync(texts));
        Assert.Equal([null, "é"], texts.Values);
    }

    [Fact]
    public async Task Implementation_has_a_progress_although_the_caller_gives_none()
    {
        await _warehouse.PackAsync(7);

        Assert.Equal(["""{"Done":7,"Colour":"Grün"}""", """{"Done":8,"Colour":null}"""], _calls.Inputs.Reports);
    }

    [Fact]
    public async Task Options_reach_the_invoker_and_not_the_implementation()
    {
        var options = new RpcCallOptions { RouteKey = "k" };
        await _warehouse.TakeAsync("x", options, TestContext.Current.CancellationToken);

        Assert.Same(options, _calls.Options);
        Assert.Equal("""{"sku":"x"}""", _calls.Arguments);

        await _warehouse.TouchAsync("t", options);
        Assert.Same(options, _calls.Options);

        await _warehouse.TakeAsync("x", ct: TestContext.Current.CancellationToken);
        Assert.Null(_calls.Options);
        Assert.Equal([null, "t", null, null], _service.Seen);
    }

    [Fact]
    public async Task Headers_arrive_beside_the_arguments()
    {
        Assert.Equal("a|b|c|d", await _warehouse.GreetAsync("a", "b", "c", "d"));

        Assert.Equal("""{"name":"c"}""", _calls.Arguments);
        Assert.Equal(new Dictionary<string, string>(StringComparer.Ordinal) { ["tenant"] = "a", ["trace"] = "b", ["lang"] = "d" }, _calls.Inputs.Headers);
    }

    [Fact]
    public async Task Header_that_is_null_is_left_out_and_a_default_is_sent()
    {
        Assert.Equal("a|null|c|en", await _warehouse.GreetAsync("a", null, "c"));
        Assert.Equal(new Dictionary<string, string>(StringComparer.Ordinal) { ["tenant"] = "a", ["lang"] = "en" }, _calls.Inputs.Headers);

        await _warehouse.TouchAsync();
        Assert.Empty(_calls.Inputs.Headers);
        Assert.Equal([null, null], _service.Seen);
    }

    [Fact]
    public async Task Header_that_has_to_be_there_is_missed_by_its_name()
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => _warehouse.GreetAsync(null!, null, "c"));

        Assert.Equal(RpcStatus.InvalidArgument, refusal.Status);
        Assert.Contains("'tenant'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Header_that_an_older_caller_does_not_send_has_its_default()
    {
        var inputs = new InMemoryInputs(_calls.Begin());
        inputs.Headers.Add("tenant", "a");
        var responder = new InMemoryResponder();
        var greet = Info<IWarehouse>().Methods.Select((method, index) => (method.Name, index)).Single(method => method.Name == "greet").index;

        await Dispatcher<IWarehouse>(_service).DispatchAsync(greet, new("""{"name":"c"}"""u8.ToArray()) { Inputs = inputs }, responder, TestContext.Current.CancellationToken);
        Assert.Equal("\"a|null|c|en\"", Assert.Single(responder.Payloads));
    }

    [Fact]
    public void Faults_are_those_of_the_method_and_its_contract()
    {
        var take = Method("take");

        Assert.Equal([("closed", typeof(string[])), ("out-of-stock", typeof(OutOfStock))], take.Faults.Select(fault => (fault.Code, fault.Detail)));
        Assert.Equal(["closed"], Method("greet").Faults.Select(fault => fault.Code));
        Assert.Empty(Method("touch").Faults);
        Assert.Contains(typeof(OutOfStock), Info<IWarehouse>().JsonTypes);
        Info<IWarehouse>().Validate();
    }

    [Fact]
    public void Fault_is_written_and_read_with_its_detail()
    {
        var fault = Method("take").Faults[1];
        var detail = fault.Write(new RpcFaultException<OutOfStock>("out-of-stock", new OutOfStock("x", Colour.Grün), "gone"));

        Assert.Equal("""{"Sku":"x","Colour":"Grün"}""", Encoding.UTF8.GetString(detail!));
        var read = Assert.IsType<RpcFaultException<OutOfStock>>(fault.Read(new FaultReport("gone", detail, null, null, RpcOutcome.Executed, null)));
        Assert.Equal((new OutOfStock("x", Colour.Grün), "gone"), (read.FaultDetail, read.Message));
        Assert.Null(fault.Write(new RpcFaultException<OutOfStock>("closed", new OutOfStock("x", Colour.Grün))));
    }

    [Fact]
    public void All_that_is_demanded_of_a_caller_is_carried()
    {
        Assert.True(Method("take").Authorize is { Domains: null, RosterGroups: "Staff", Policy: null });
        Assert.True(Method("pack").Authorize is { Domains: ".", RosterGroups: null, Policy: "night-shift" });
    }

    private static RpcMethodInfo Method(string name) => Info<IWarehouse>().Methods.Single(method => string.Equals(method.Name, name, StringComparison.Ordinal));

    private static RpcContractInfo Info<T>() where T : class, IRpcContract<T> => T.Contract;

    private static RpcDispatcher Dispatcher<T>(T service) where T : class, IRpcContract<T> => T.CreateDispatcher(service);

    private static T Proxy<T>(RpcInvoker invoker) where T : class, IRpcContract<T> => T.CreateProxy(invoker);

    private sealed class Steps<T> : IProgress<T>
    {
        public List<T> Values { get; } = [];

        public void Report(T value) => Values.Add(value);
    }
}
