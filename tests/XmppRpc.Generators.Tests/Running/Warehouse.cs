using System.Text.Json.Serialization;

namespace XmppRpc.Generators.Tests.Running;

public sealed record Step(int Done, Colour? Colour);

public sealed record OutOfStock(string Sku, Colour Colour);

[JsonSerializable(typeof(Item))]
[JsonSerializable(typeof(Step))]
[JsonSerializable(typeof(OutOfStock))]
[JsonSerializable(typeof(string[]))]
public sealed partial class WarehouseJson : JsonSerializerContext;

/// <summary>The calls that carry more than arguments.</summary>
[RpcContract("shop.warehouse", JsonContext = typeof(WarehouseJson))]
[RpcFault<string[]>("closed"), RpcAuthorize(RosterGroups = "Staff")]
public partial interface IWarehouse
{
    Task<int> StoreAsync(string shelf, IAsyncEnumerable<Item?> items, CancellationToken ct = default);

    [RpcStream(Window = 16)]
    ValueTask CountAsync(IAsyncEnumerable<int> numbers);

    IAsyncEnumerable<string> LabelAsync(IAsyncEnumerable<Item> items, string prefix = "#");

    [RpcAuthorize(Domains = ".", Policy = "night-shift")]
    Task PackAsync(int id, IProgress<Step>? progress = null);

    Task<Deferred<int>> AuditAsync(IProgress<string?> progress);

    [RpcFault<OutOfStock>("out-of-stock")]
    Task<Item> TakeAsync(string sku, RpcCallOptions? options = null, CancellationToken ct = default);

    Task<string> GreetAsync([RpcHeader("tenant")] string tenant, [RpcHeader("trace")] string? trace, string name, [RpcHeader("lang")] string lang = "en");

    [RpcMethod(OneWay = true)]
    Task TouchAsync([RpcHeader("tenant")] string? tenant = null, RpcCallOptions? options = null);
}

/// <summary>An implementation that writes down what it gets.</summary>
internal sealed class Warehouse : IWarehouse
{
    public List<object?> Seen { get; } = [];

    public async Task<int> StoreAsync(string shelf, IAsyncEnumerable<Item?> items, CancellationToken ct)
    {
        Seen.Add(shelf);
        await foreach (var item in items.WithCancellation(ct))
            Seen.Add(item);
        return Seen.Count - 1;
    }

    public async ValueTask CountAsync(IAsyncEnumerable<int> numbers) => Seen.Add(await numbers.SumAsync());

    public async IAsyncEnumerable<string> LabelAsync(IAsyncEnumerable<Item> items, string prefix)
    {
        await foreach (var item in items)
            yield return prefix + item.Sku;
    }

    public Task PackAsync(int id, IProgress<Step>? progress)
    {
        progress!.Report(new Step(id, Colour.Grün));
        progress.Report(new Step(id + 1, null));
        return Task.CompletedTask;
    }

    public Task<Deferred<int>> AuditAsync(IProgress<string?> progress)
    {
        progress.Report(null);
        progress.Report("é");
        return Task.FromResult(Deferred.Now(1));
    }

    public Task<Item> TakeAsync(string sku, RpcCallOptions? options, CancellationToken ct)
    {
        Seen.Add(options);
        return Task.FromResult(new Item(sku, 1, Colour.Red));
    }

    public Task<string> GreetAsync(string tenant, string? trace, string name, string lang) => Task.FromResult($"{tenant}|{trace ?? "null"}|{name}|{lang}");

    public Task TouchAsync(string? tenant, RpcCallOptions? options)
    {
        Seen.AddRange([tenant, options]);
        return Task.CompletedTask;
    }
}
