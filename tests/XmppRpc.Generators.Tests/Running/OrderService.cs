using System.Runtime.CompilerServices;

namespace XmppRpc.Generators.Tests.Running;

/// <summary>An implementation that writes down how it was called.</summary>
internal class OrderService : IOrders
{
    public static readonly Order Sample = new(7,
        [new Item("Ω-1 'q' \"dq\" <b>&amp;`", 2, Colour.Grün, new Item("part\n\u2028😀", 1, Colour.Red))],
        new DateTimeOffset(2026, 2, 28, 23, 59, 59, TimeSpan.FromHours(-3)),
        new Dictionary<string, Colour?>(StringComparer.Ordinal) { ["größe"] = Colour.Red, ["none"] = null });

    public List<object?> Seen { get; } = [];

    public Task<Order> GetAsync(int id, CancellationToken ct = default) => Answer(Sample with { Id = id }, id, ct);

    public ValueTask<Order?> FindAsync(string? text, Colour colour, CancellationToken ct) => new(Answer(text is null ? null : Sample, text, colour, ct));

    public Task DeleteAsync(long id, bool force, string reason) => Answer(0, id, force, reason);

    public ValueTask PingAsync() => new(Answer(0));

    public Task TouchAsync(int id) => Answer(0, id);

    public ValueTask NudgeAsync(int id) => new(Answer(0, id));

    public async IAsyncEnumerable<Item> ListAsync(string[]? skus, [EnumeratorCancellation] CancellationToken ct)
    {
        await Answer(0, skus, ct);
        foreach (var sku in skus ?? ["all"])
            yield return new Item(sku, 1, Colour.Red);
    }

    public async Task<Deferred<Order>> ReserveAsync(Order order) => await Answer(order, order);

    public Task<List<string?>> EchoAsync(byte[] data, Guid id, DateOnly? day, TimeSpan time, decimal price, char letter, double rate, Colour? tone, int? count, CancellationToken ct) =>
        Answer(new List<string?> { "é", null }, data, id, day, time, price, letter, rate, tone, count);

    public Task<Order> GetAsync(string @event, CancellationToken ct) => Answer(Sample, @event);

    protected Task<T> Answer<T>(T value, params object?[] seen)
    {
        Seen.AddRange(seen);
        return Task.FromResult(value);
    }
}

/// <summary>The derived contract's implementation.</summary>
internal sealed class AdminService : OrderService, IAdminOrders
{
    public Task<string> WhoAsync() => Answer("admin");

    Task<int> IAdminOrders.DeleteAsync(long id, bool force, string reason) => Answer(42, id, force, reason);
}
