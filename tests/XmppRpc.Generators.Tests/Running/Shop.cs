using System.Text.Json.Serialization;

namespace XmppRpc.Generators.Tests.Running;

public enum Colour
{
    Red,
    Grün,
}

public sealed record Item(string Sku, int Count, Colour Colour, Item? Part = null);

public sealed record Order(int Id, List<Item> Items, DateTimeOffset? Due, Dictionary<string, Colour?> Marks);

[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Item))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(List<string?>))]
public sealed partial class ShopJson : JsonSerializerContext;

[RpcContract("shop.orders", Version = 2, JsonContext = typeof(ShopJson), TimeoutSeconds = 20)]
public partial interface IOrders
{
    Task<Order> GetAsync(int id, CancellationToken ct = default);

    ValueTask<Order?> FindAsync(string? text, Colour colour = Colour.Grün, CancellationToken ct = default);

    [RpcMethod(TimeoutSeconds = 0.5, Idempotent = true)]
    Task DeleteAsync(long id, bool force = false, string reason = "because \"é<&>\"");

    ValueTask PingAsync();

    [RpcMethod(OneWay = true)]
    Task TouchAsync(int id);

    [RpcMethod(OneWay = true)]
    ValueTask NudgeAsync(int id);

    [RpcStream(Window = 64, MaxBatch = 8)]
    IAsyncEnumerable<Item> ListAsync(string[]? skus = null, CancellationToken ct = default);

    Task<Deferred<Order>> ReserveAsync(Order order);

    [RpcAllowAnyone]
    Task<List<string?>> EchoAsync(byte[] data, Guid id, DateOnly? day, TimeSpan time = default, decimal price = 1.50m, char letter = '\'', double rate = double.NaN, Colour? tone = null, int? count = 3, CancellationToken ct = default);

    [RpcMethod("getByText")]
    Task<Order> GetAsync(string @event, CancellationToken ct = default);
}

public interface IAudited
{
    Task<string> WhoAsync();
}

[RpcContract("shop.admin", JsonContext = typeof(ShopJson))]
[RpcAuthorize(Domains = "admin.example.org")]
public partial interface IAdminOrders : IOrders, IAudited
{
    [RpcMethod("drop"), RpcAllowAnyone]
    new Task<int> DeleteAsync(long id, bool force = false, string reason = "gone");
}
