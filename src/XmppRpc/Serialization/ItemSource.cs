using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace XmppRpc.Serialization;

/// <summary>Items of any type that are to be sent: enumerated once, written as JSON.</summary>
internal abstract class ItemSource
{
    /// <summary>Begins; what it throws is the source's own failure.</summary>
    public abstract void Open(CancellationToken cancellationToken);

    public abstract ValueTask<bool> MoveNextAsync();

    public abstract void WriteCurrent(Utf8JsonWriter json);

    public abstract ValueTask CloseAsync();

    /// <summary>The same items, to be enumerated once more.</summary>
    public abstract ItemSource Again();
}

/// <summary>Items as an implementation or a caller yields them.</summary>
internal sealed class ItemSource<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> item) : ItemSource
{
    private IAsyncEnumerator<T>? _enumerator;

    public override void Open(CancellationToken cancellationToken) => _enumerator = items.GetAsyncEnumerator(cancellationToken);

    public override ValueTask<bool> MoveNextAsync() => _enumerator!.MoveNextAsync();

    public override void WriteCurrent(Utf8JsonWriter json) => JsonSerializer.Serialize(json, _enumerator!.Current, item);

    public override ItemSource Again() => new ItemSource<T>(items, item);

    public override ValueTask CloseAsync() => _enumerator?.DisposeAsync() ?? ValueTask.CompletedTask;
}
