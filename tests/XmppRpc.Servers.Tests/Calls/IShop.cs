using System.Text.Json.Serialization;

namespace XmppRpc.Servers.Tests.Calls;

/// <summary>A contract with everything in it: nested records, enums, nullable, dates, bytes, unicode, default values, every shape.</summary>
[RpcContract("tests.shop", JsonContext = typeof(ShopJson))]
public partial interface IShop : ICatalogue
{
    Task<Order> PlaceAsync(Customer customer, Line[] lines, Priority priority = Priority.Normal, DateOnly? due = null, string note = "none ‹✓› \"quoted\" `ticked` <&>", CancellationToken ct = default);

    ValueTask<byte[]> EchoAsync(byte[] data, CancellationToken ct = default);

    ValueTask<string?> EchoTextAsync(string? text);

    Task DeleteAsync(int id, CancellationToken ct = default);

    [RpcMethod(OneWay = true)]
    Task TouchAsync(int id);

    ValueTask<int> TouchedAsync();

    Task<Deferred<Decision>> ApplyAsync(decimal amount, CancellationToken ct = default);

    [RpcStream(Window = 64)]
    IAsyncEnumerable<Tick> TicksAsync(int count, int failAfter = -1, CancellationToken ct = default);

    IAsyncEnumerable<int> EndlessAsync(CancellationToken ct = default);

    [RpcMethod(TimeoutSeconds = 0.5)]
    Task HangAsync(CancellationToken ct = default);

    Task<int> FailAsync(string how, CancellationToken ct = default);
}

[RpcContract("tests.catalogue", Version = 3, JsonContext = typeof(ShopJson))]
public partial interface ICatalogue
{
    Task<Article?> FindAsync(string sku, CancellationToken ct = default);
}

[RpcContract("tests.open")]
[RpcAllowAnyone]
public partial interface IOpen
{
    Task<string> HelloAsync(string name);
}

[RpcContract("tests.unserved")]
public partial interface IUnserved
{
    Task PingAsync();
}

public enum Priority { Low, Normal, Très_élevée }

public sealed record Customer(string Name, Address Address, string? Phone, Guid Id);

public sealed record Address(string Street, string? Zip, GeoPoint? Position);

public readonly record struct GeoPoint(double Latitude, double Longitude);

public sealed record Line(string Sku, int Quantity, decimal Price, IReadOnlyDictionary<string, string> Options);

public sealed record Order(int Id, Customer Customer, Line[] Lines, Priority Priority, DateOnly? Due, DateTimeOffset PlacedAt, TimeSpan Patience, string Note, byte[] Seal, Priority? Former);

public sealed record Article(string Sku, string Title);

public sealed record Decision(bool Accepted, string Reason);

public sealed record Tick(long Number, DateTimeOffset At, string Text);

[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Article))]
[JsonSerializable(typeof(Decision))]
[JsonSerializable(typeof(Tick))]
public sealed partial class ShopJson : JsonSerializerContext;
