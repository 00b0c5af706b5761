using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Contracts;
using XmppRpc.Serialization;
using XmppRpc.Xmpp;

namespace XmppRpc.Generators.Tests.Running;

/// <summary>Carries calls from a proxy to a dispatcher as the JSON text both sides see, and keeps what went over.</summary>
internal sealed class InMemoryInvoker(RpcDispatcher dispatcher, RpcContractInfo contract) : RpcInvoker
{
    private readonly PayloadPool _pool = new();

    /// <summary>The last call's method and arguments.</summary>
    public RpcMethodInfo? Method { get; private set; }

    public string Arguments { get; private set; } = "";

    public CancellationToken Cancellation { get; private set; }

    public RpcCallOptions? Options { get; private set; }

    /// <summary>What the last call had besides its arguments.</summary>
    public InMemoryInputs Inputs { get; private set; } = null!;

    public override Jid Target => Jid.Parse("callee@example.org/one");

    public override RpcInvoker With(RpcCallOptions options) => this;

    public override RpcArgumentWriter Begin() => new(_pool);

    public override Task CallAsync(RpcMethodInfo method, RpcArgumentWriter arguments, CancellationToken cancellationToken) => RunAsync(method, RpcMethodKind.Unary, arguments, cancellationToken);

    public override async Task<T> CallAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken) =>
        Read(Assert.Single(await RunAsync(method, RpcMethodKind.Unary, arguments, cancellationToken)), result);

    public override Task SendAsync(RpcMethodInfo method, RpcArgumentWriter arguments, CancellationToken cancellationToken) => RunAsync(method, RpcMethodKind.OneWay, arguments, cancellationToken);

    public override async Task<Deferred<T>> DeferAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> result, CancellationToken cancellationToken) =>
        Read(Assert.Single(await RunAsync(method, RpcMethodKind.Deferred, arguments, cancellationToken)), result);

    public override async IAsyncEnumerable<T> StreamAsync<T>(RpcMethodInfo method, RpcArgumentWriter arguments, JsonTypeInfo<T> item, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var payload in await RunAsync(method, RpcMethodKind.Stream, arguments, cancellationToken))
            yield return Read(payload, item);
    }

    private async Task<List<string>> RunAsync(RpcMethodInfo method, RpcMethodKind kind, RpcArgumentWriter arguments, CancellationToken cancellationToken)
    {
        Assert.Equal(kind, method.Kind);
        var json = arguments.Finish();
        (Method, Arguments, Cancellation, Options) = (method, Encoding.UTF8.GetString(json.Span), cancellationToken, arguments.Options);
        Inputs = new InMemoryInputs(arguments);
        var responder = new InMemoryResponder();
        await dispatcher.DispatchAsync(contract.Methods.ToList().IndexOf(method), new RpcArgumentReader(json) { Inputs = Inputs }, responder, cancellationToken);
        return responder.Payloads;
    }

    private static T Read<T>(string payload, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(payload, type)!;
}

/// <summary>Takes what an implementation returns as JSON text.</summary>
internal sealed class InMemoryResponder : RpcResponder
{
    public List<string> Payloads { get; } = [];

    public override async ValueTask ReplyAsync(Task call) => await call;

    public override ValueTask ReplyAsync(ValueTask call) => call;

    public override async ValueTask ReplyAsync<T>(Task<T> call, JsonTypeInfo<T> result) => Add(await call, result);

    public override async ValueTask ReplyAsync<T>(ValueTask<T> call, JsonTypeInfo<T> result) => Add(await call, result);

    public override async ValueTask DeferAsync<T>(Task<Deferred<T>> call, JsonTypeInfo<T> result) => Add(await await call, result);

    public override async ValueTask StreamAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> item)
    {
        await foreach (var value in items)
            Add(value, item);
    }

    private void Add<T>(T value, JsonTypeInfo<T> type) => Payloads.Add(JsonSerializer.Serialize(value, type));
}
